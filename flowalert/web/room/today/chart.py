"""The days of the series that the rules are about, with the rules' lines and the alerts on them."""

from collections.abc import Mapping, Sequence

import trio
from msgspec import Struct

from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.engine.trend import find_figure
from flowalert.market.instant import DAY, from_wall
from flowalert.market.sector import find_sector
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rulebook
from flowalert.web.chart import Chart, Mark, make_chart
from flowalert.web.live.curve import Point
from flowalert.web.mistake import RequestRefused
from flowalert.web.name import Named, name_sector
from flowalert.web.site import Site

# On the first view, and of one sector.
FIRST = 12
MOST = 60
_TRANSITIONS = 1_000
_MARKS = 30


class SectorChoice(Struct, frozen=True):
    """A sector that can be chosen, and how many charts it has."""

    sector: Named
    count: int


class Charts(Struct, frozen=True):
    """The charts of a sector, or the first of all; `of` is how many there would be."""

    charts: Sequence[Chart]
    of: int
    choices: Sequence[SectorChoice]


async def collect_charts(site: Site, name: str) -> Charts:
    """Return the charts of a sector by its slug, name or code, or the first of all where it is empty."""
    rulebook = site.rulebook
    rules = await site.interests.find_rules(rulebook)
    counts: dict[str, int] = {}
    for each in rules:
        counts[each.sector] = counts.get(each.sector, 0) + 1
    choices = [SectorChoice(name_sector(code), count) for code, count in counts.items()]
    wanted = list(rules)
    if name:
        sector = find_sector(name)
        if sector is None or sector.code not in counts:
            slugs = ", ".join(choice.sector.slug for choice in choices)
            raise RequestRefused(404, f"no rule is about a sector {name[:40]!r}", where="sector", instead=slugs)
        wanted = [each for each in rules if each.sector == sector.code]
    shown = wanted[: MOST if name else FIRST]
    marks = await _find_marks(site, rulebook, shown)
    charts = []
    for each in shown:
        levels = await site.interests.find_levels(each)
        names = [rule.name for rule in rules[each]]
        charts.append(make_chart(each, site.news.curves.find(each), levels, marks.get(each, ()), names))
        # A day has a thousand points, and the engine is not to wait for all of them.
        await trio.lowlevel.checkpoint()
    return Charts(charts, len(wanted), choices)


async def _find_marks(site: Site, rulebook: Rulebook, shown: Sequence[Series]) -> Mapping[Series, Sequence[Mark]]:
    """Return the alerts that fired today by the series that each is first about, the newest where there are many."""
    wanted = set(shown)
    # The date of what is shown: before the open that is still the last day's.
    newest = max((last.at for each in shown if (last := _last(site, each))), default=from_wall(site.market_now()))
    found: dict[Series, list[Mark]] = {}
    for made in await site.clerk.transitions_since(newest // DAY * DAY, limit=_TRANSITIONS):
        of = _find_series(rulebook, made)
        if of is not None and of in wanted and is_mark(made):
            found.setdefault(of, []).append(
                Mark(made.alert, made.rule, made.severity.name.lower(), made.at, made.value)
            )
    return {of: marks[-_MARKS:] for of, marks in found.items()}


def is_mark(made: Transition) -> bool:
    """Tell whether a transition is the beginning of something that people were told of."""
    return made.told and made.kind is not Kind.RESOLVED and made.reason is not Reason.REPEATED


def _find_series(rulebook: Rulebook, made: Transition) -> Series | None:
    rule = rulebook.by_name.get(made.rule)
    figure = None if rule is None else find_figure(rule, made.scope)
    return None if figure is None else figure.series


def _last(site: Site, of: Series) -> Point | None:
    curve = site.news.curves.find(of)
    return None if curve is None else curve.last()
