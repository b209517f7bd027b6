"""A market written by hand: one value of net buying a slot, and what the rules make of it."""

import datetime as dt
from collections.abc import Sequence

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Reason, Transition
from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import clock, midnight
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook

NINE = midnight(dt.date(2026, 11, 23)) + 9 * 3600
SLOT = 30
FOREIGN = series(Venue.KRX, "001", "0017")
INDIVIDUAL = series(Venue.KRX, "001", "0008")


def read_rules(*rules: str) -> Rulebook:
    """Return rules of a text each, like `when: msval > 3; for: 1m`, about foreigners in KOSPI unless it says else."""
    text = "rules:\n"
    for number, rule in enumerate(rules):
        given = {"name": f"rule-{number}", "sectors": "kospi", "investors": "foreign"}
        for part in rule.split(";"):
            key, _, value = part.strip().partition(": ")
            given[key] = value
        text += "  - {" + ", ".join(
            f"{key}: {value if value[0] == '[' else repr(value)}" for key, value in given.items()
        )
        text += "}\n"
    loaded = load_rules([("rules.yaml", text)])
    assert loaded.problems == (), loaded.problems
    return loaded.rulebook


class Market:
    """Feeds an engine one entry after another and keeps the books that make `p_*` follow.

    What changes: `at`, the present exchange time, with each slot; `standing`, each series' net, with each update;
    `entries` and `transitions`, all that there were.
    """

    def __init__(self, *rules: str, rulebook: Rulebook | None = None) -> None:
        self.engine = Engine(rulebook or read_rules(*rules))
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

    def close_slot(self, seconds: int = 0) -> list[str]:
        """Say that the slot is whole; `seconds` after the present one."""
        return self.enter(SlotClosed(Venue.KRX, self.at + seconds))

    def close_session(self, at: int | None = None) -> list[str]:
        return self.enter(SessionClosed(Venue.KRX, self.at if at is None else at))

    def lose(self, *places: str) -> list[str]:
        return self.enter(FeedLost(self.at, "the line is cut", places))

    def find(self, *places: str) -> list[str]:
        return self.enter(FeedBack(self.at, places))

    def enter(self, entry: Entry) -> list[str]:
        made = self.engine.handle(entry)
        self.entries.append(entry)
        self.transitions += made
        return say(made)


def say(transitions: Sequence[Transition]) -> list[str]:
    """Write transitions as `01:30 firing`, with what is unusual about them behind: reason, rule, held back."""
    lines = []
    for each in transitions:
        line = f"{clock(each.at)[3:]} {each.kind.value}"
        if each.reason is not Reason.CONDITION:
            line += f", {each.reason.value}"
        if not each.told:
            line += ", not told"
        if each.held_back:
            line += f", {each.held_back} held back"
        lines.append(line)
    return lines
