"""The chart of an alert: the figure that its rule is about, in the hours around it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from flowalert.engine.hindsight.track import find_panels
from flowalert.engine.side import show_number_of
from flowalert.engine.transition import Scope, Transition
from flowalert.engine.trend import find_figure
from flowalert.language.tree import Name, spell_prefix
from flowalert.market.instant import DAY
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule
from flowalert.web.chart import Extent, find_extent
from flowalert.web.live.curve import Point
from flowalert.web.name import NamedSeries, name_series
from flowalert.web.site import Site

_HOUR = 3_600
# A slot is half a minute, so that these are more than eight hours.
_MOST_POINTS = 1_000
_LONGEST = 8 * _HOUR


class Level(Struct, frozen=True):
    """What a rule sets a figure of a series against; `figure` is one of a point's, `shown` the value for people."""

    rule: str
    figure: str
    value: float | int
    severity: str
    shown: str


class Mark(Struct, frozen=True):
    """One transition of an alert on its chart; `at` is exchange time."""

    alert: str
    rule: str
    severity: str
    at: int
    value: float | int | None
    kind: str
    told: bool


class Chart(Struct, frozen=True, kw_only=True):
    """One series around an alert.

    `points` are [at, msval, msvol, p_msval, p_msvol] in order, of which the alert is about `field`, `msval` or `msvol`.
    `value` and `quantity` say how far those went.
    """

    series: NamedSeries
    field: str
    points: Sequence[Point]
    value: Extent | None
    quantity: Extent | None
    levels: Sequence[Level]
    marks: Sequence[Mark]


async def draw_chart(site: Site, rule: Rule | None, transitions: Sequence[Transition]) -> Chart | None:
    """Return the chart of an alert; None where its rule is gone or about the time alone, or nothing is kept of then."""
    figure = None if rule is None else find_figure(rule, transitions[0].scope)
    if rule is None or figure is None:
        return None
    # Of what was bought and what was sold alone there is no line: what is left of the two is what people look at.
    field = "msval" if "val" in figure.field else "msvol"
    begin = transitions[0].opened_at - _HOUR
    end = min(transitions[-1].at + _HOUR, begin + _LONGEST)
    points = await _read_points(site, figure.series, begin, end)
    if not points:
        return None
    return Chart(
        series=name_series(figure.series),
        field=field,
        points=points,
        value=find_extent([point.msval for point in points]),
        quantity=find_extent([point.msvol for point in points]),
        levels=list(_list_levels(rule, figure.series, field, transitions[0].scope)),
        marks=[_make_mark(each) for each in transitions],
    )


async def _read_points(site: Site, of: Series, begin: int, end: int) -> Sequence[Point]:
    curve = site.news.curves.find(of)
    last = None if curve is None else curve.last()
    if curve is not None and last is not None and last.at // DAY == begin // DAY:
        return list(islice((point for point in curve.points(begin) if point.at <= end), _MOST_POINTS))
    updates = await site.clerk.extract(of, begin, end, limit=_MOST_POINTS)
    return [Point(each.at, each.msval, each.msvol, each.p_msval, each.p_msvol) for each in updates]


def _make_mark(made: Transition) -> Mark:
    severity = made.severity.name.lower()
    return Mark(made.alert, made.rule, severity, made.at, made.value, made.kind.value, made.told)


def _list_levels(rule: Rule, of: Series, field: str, scope: Scope) -> Iterator[Level]:
    """Yield the amounts that a rule sets against the figure itself, or against its change since the one before."""
    prefixes = [
        spell_prefix(Name("", sector, investor)) for sector in (None, of.sector) for investor in (None, of.investor)
    ]
    change = f"p_{field}"
    figures = {f"{prefix}{name}": name for prefix in prefixes for name in (field, change)}
    figures |= {f"delta({prefix}{field})": change for prefix in prefixes}
    for panel in find_panels(rule):
        figure = figures.get(panel.of)
        for level in panel.levels if figure else ():
            severity = rule.severity.name.lower()
            yield Level(rule.name, figure or "", level, severity, show_number_of(level, panel.meaning, scope))
