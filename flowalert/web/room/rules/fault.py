"""What keeps a rule from doing what it says: a reload that was refused, a sector that is, messages that are dead."""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from flowalert.market.instant import KST
from flowalert.market.series import name_place
from flowalert.rules.rulebook import Rule
from flowalert.store import Action, Deed, Standing
from flowalert.web.site import Site

_MOST_PROBLEMS = 50


class FaultKind(enum.Enum):
    """What is wrong."""

    RELOAD = "reload"  # its text was refused, and what it said before is in force
    SECTOR = "sector"  # the exchange refuses to publish one of its sectors
    DELIVERIES = "deliveries"  # messages of it were given up today


class Fault(Struct, frozen=True):
    """One thing that is wrong with a rule: in words of the settings, the exchange's place, or how many messages."""

    kind: FaultKind
    what: str


class Reload(Struct, frozen=True):
    """What became of the last reload: when, why it was asked for, and what was wrong; nothing, for one that was done.

    Of the problems the first are shown, and `more` are not.
    """

    at: dt.datetime
    why: str
    problems: Sequence[str]
    more: int


class Doctor:
    """Knows what is wrong now, and tells it of single rules; nothing in it changes."""

    def __init__(self, refused: Sequence[str], last: Deed | None) -> None:
        """Take the places that the exchange refuses (`krx/900`), and the last reload."""
        self._refused = frozenset(refused)
        self._last = last

    @property
    def reload(self) -> Reload | None:
        """What became of the last reload."""
        if self._last is None:
            return None
        why, problems = self._last.detail["why"], self._last.detail["problems"]
        return Reload(self._last.at, why, problems[:_MOST_PROBLEMS], len(problems[_MOST_PROBLEMS:]))

    def find_faults(self, rule: Rule, standing: Standing) -> Iterator[Fault]:
        """Yield what is wrong with a rule."""
        yield from (Fault(FaultKind.RELOAD, what) for what in self._find_problems(rule.name))
        for sector in rule.places:
            place = name_place(rule.venue, sector)
            if place in self._refused:
                yield Fault(FaultKind.SECTOR, place)
        if standing.dead:
            yield Fault(FaultKind.DELIVERIES, f"{standing.dead:,}")

    def _find_problems(self, name: str) -> Iterable[str]:
        if self._last is None or self._last.action is not Action.REFUSED:
            return ()
        # One that an older service wrote down names no rules.
        rules, problems = self._last.detail.get("rules", ()), self._last.detail["problems"]
        return (problem for rule, problem in zip(rules, problems, strict=False) if rule == name)


async def call_doctor(site: Site) -> Doctor:
    """Return what is wrong now."""
    outlook = await site.look()
    return Doctor(outlook.feed.refused, await site.clerk.last_reload())


async def ask_standings(site: Site) -> dict[str, Standing]:
    """Return what each rule did in the newest session, and what of it was given up since midnight in Seoul."""
    midnight = site.now().astimezone(KST).replace(hour=0, minute=0, second=0, microsecond=0)
    return await site.clerk.standings(since=midnight)
