"""A market written by hand: one value of net buying a slot, and what the rules make of it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from flowalert.engine.engine import Engine
from flowalert.engine.term import Past
from flowalert.engine.transition import Hold, Reason, Severity, Transition
from flowalert.language.code import Value
from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.instant import DAY, clock, midnight
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.rules.problem import Level
from flowalert.rules.rulebook import Rulebook

NINE = midnight(dt.date(2026, 11, 23)) + 9 * 3600
SLOT = 30
FOREIGN = series(Venue.KRX, "001", "0017")
INDIVIDUAL = series(Venue.KRX, "001", "0008")
KOSDAQ_FOREIGN = series(Venue.KRX, "301", "0017")
KOSDAQ_INDIVIDUAL = series(Venue.KRX, "301", "0008")
UNHEARD_OF = series(Venue.KRX, "001", "0042")
KOSDAQ_UNHEARD_OF = series(Venue.KRX, "301", "0042")


def read_rules(*rules: str) -> Rulebook:
    """Return rules of a text each, like `when: msval > 3; for: 1m`.

    What their conditions leave open is foreigners in KOSPI unless they say else.
    """
    text = "defaults: {sectors: kospi, investors: foreign}\nrules:\n"
    for number, rule in enumerate(rules):
        given = {"name": f"rule-{number}"}
        for part in rule.split(";"):
            key, _, value = part.strip().partition(": ")
            given[key] = value
        text += "  - {" + ", ".join(
            f"{key}: {value if value[0] in '[{' and value[1] != '{' else repr(value)}" for key, value in given.items()
        )
        text += "}\n"
    loaded = load_rules([("rules.yaml", text)])
    # What is only suspect, like a condition that always holds, is what some tests are about.
    assert [each for each in loaded.problems if each.level is Level.ERROR] == [], loaded.problems
    return loaded.rulebook


class Market:
    """Feeds an engine one entry after another and keeps the books that make `p_*` follow.

    What changes: `at`, the present exchange time, with each slot; `standing`, each series' net, with each update;
    `entries` and `transitions`, all that there were.
    """

    def __init__(self, *rules: str, rulebook: Rulebook | None = None, past: Mapping[str, Past] | None = None) -> None:
        self.engine = Engine(rulebook or read_rules(*rules), past)
        self.at = NINE - SLOT
        self.standing: dict[Series, int] = {}
        self.entries: list[Entry] = []
        self.transitions: list[Transition] = []

    def slots(self, *values: int | None, of: Series = FOREIGN) -> list[str]:
        """Publish one value of `msval` a slot; return what the rules tell, as `say` has it."""
        said = []
        for value in values:
            self.at += SLOT
            said += self.update(value, of=of)
        return said

    def slot(self, *reports: tuple[Series, int | None]) -> list[str]:
        """Publish one slot of several series, in this order."""
        self.at += SLOT
        return [line for of, value in reports for line in self.update(value, of=of)]

    def both(self, foreign: int | None, individual: int | None) -> list[str]:
        """Publish one slot of foreigners and of individuals."""
        return self.slot((FOREIGN, foreign), (INDIVIDUAL, individual))

    def update(
        self, value: int | None, *, of: Series = FOREIGN, at: int | None = None, change: int | None = None
    ) -> list[str]:
        """Publish one update, now or at `at`; `change` is what the exchange says that it was."""
        before = self.standing.get(of, 0)
        if value is not None:
            change = value - before if change is None else change
            self.standing[of] = value
        return self.enter(
            Update(
                series=of,
                at=self.at if at is None else at,
                msval=value,
                p_msval=None if value is None else change,
                msvol=0,
                p_msvol=0,
                msvolume=0,
                mdvolume=0,
                msvalue=0,
                mdvalue=0,
            )
        )

    def miss(self, slots: int, value: int) -> list[str]:
        """Publish a value after slots that were missed: its `p_msval` is the change since the last of those."""
        self.at += SLOT * slots
        self.standing[FOREIGN] = value - 1
        return self.slots(value)

    def begin_day(self) -> None:
        """Go to nine of the next day; the books begin anew."""
        self.at += DAY - (self.at - NINE) % DAY - SLOT
        self.standing.clear()

    def close_slot(self, seconds: int = 0) -> list[str]:
        """Say that the slot is whole; `seconds` after the present one."""
        return self.enter(SlotClosed(Venue.KRX, self.at + seconds))

    def close_session(self, at: int | None = None) -> list[str]:
        return self.enter(SessionClosed(Venue.KRX, self.at if at is None else at))

    def lose(self, *places: str) -> list[str]:
        return self.enter(FeedLost(self.at, "the line is cut", places))

    def find(self, *places: str) -> list[str]:
        return self.enter(FeedBack(self.at, places))

    def fall_silent(self, reason: str = "the line is cut") -> list[str]:
        return self.enter(FeedSilent(self.at, reason))

    def be_heard(self, seconds: int = 0) -> list[str]:
        """Say that updates come again; `seconds` after the present slot."""
        return self.enter(FeedHeard(self.at + seconds))

    def enter(self, entry: Entry) -> list[str]:
        made = self.engine.handle(entry)
        self.entries.append(entry)
        self.transitions += made
        return say(made)


class Gauge(Market):
    """A market with one rule that fires at each update of foreigners in KOSPI and tells what expressions are worth."""

    def __init__(self, *expressions: str) -> None:
        message = " ".join(f"{{{{ {each} }}}}" for each in expressions)
        super().__init__(f"when: mdvalue >= 0; mode: event; message: {message}")

    def read(self, *values: int | None) -> list[Value]:
        """Publish one value of `msval` a slot; return what the expression is worth at each."""
        before = len(self.transitions)
        self.slots(*values)
        return [self._pick(each) for each in self.transitions[before:]]

    @property
    def value(self) -> Value:
        """What the expression is worth at the latest update."""
        return self._pick(self.transitions[-1])

    @property
    def values(self) -> list[Value]:
        """What each of several is worth at the latest update, in their order."""
        return _told(self.transitions[-1])

    @staticmethod
    def _pick(transition: Transition) -> Value:
        (value,) = _told(transition)
        return value


def _told(transition: Transition) -> list[Value]:
    return [value for spelled, value in transition.values.items() if spelled != "mdvalue"]


def say(transitions: Sequence[Transition]) -> list[str]:
    """Write transitions as `01:30 firing`, with what is unusual about them behind.

    That is the reason, a severity that is no warning, that it was not told (and by what, but for a cooldown), and how
    many were held back.
    """
    lines = []
    for each in transitions:
        line = f"{clock(each.at)[3:]} {each.kind.value}"
        if each.reason is not Reason.CONDITION:
            line += f", {each.reason.value}"
        if each.severity is not Severity.WARNING:
            line += f", {each.severity.name.lower()}"
        if not each.told:
            line += ", not told"
        if each.hold not in (None, Hold.COOLDOWN):
            line += f" ({each.hold.value})"
        if each.held_back:
            line += f", {each.held_back} held back"
        lines.append(line)
    return lines
