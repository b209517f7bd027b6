"""Random rulebooks and random markets, made so that everything that a rule can say comes about in a few minutes.

All chance comes from the `Random` that is handed in: hypothesis has one that it can shrink, a seed has another.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

import msgspec

from flowalert.engine.transition import Severity
from flowalert.language.condition import Clause, Condition, Mode, read_clause, read_condition
from flowalert.language.mistake import Mistake
from flowalert.language.template import Template, read_template
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
from flowalert.market.instant import midnight
from flowalert.market.sector import Counted
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.active import EVERY_DAY, Active
from flowalert.rules.rulebook import Expiry, Level, Limit, Rule, Rulebook
from tests.engine.naive_value import CROSSINGS, find_open

T = TypeVar("T")

DAY = 86_400
# A Thursday before a holiday, a weekend and a Monday.
FIRST_DAY = midnight(dt.date(2026, 12, 24))
NINE = 9 * 3600
SERIES = (
    series(Venue.KRX, "001", "0017"),
    series(Venue.KRX, "001", "0008"),
    series(Venue.KRX, "301", "0017"),
    series(Venue.KRX, "301", "0008"),
    series(Venue.NXT, "001", "0017"),
)

FIELDS = ("msval", "msval", "msval", "msvol", "msvolume", "mdvalue", "p_msval", "p_msvol")
WINDOWS = ("30s", "1m", "90s", "2m", "5m", "1 updates", "2 updates", "3 updates", "session")
LENGTHS = ("1m", "90s", "3m", "1 updates", "2 updates", "3 updates")
FOLDED = ("sum", "avg", "stdev", "highest", "lowest", "slope", "zscore", "delta")
OTHERS = (
    "foreign.", "individual.", "개인.", "외국인.", "0017.", "kosdaq.", "코스닥.", "001.", "kosdaq.foreign.",
    "코스피.개인.", "301.0008.", "insurance.",
)  # fmt: skip
HERE = ("foreign.", "individual.", "kosdaq.foreign.")
ORDERS = ("<", "<=", ">", ">=", "==", "!=")


def pick(chance: Random, *choices: T) -> T:
    return choices[chance.randrange(len(choices))]


class Writer:
    """Writes expressions; `prefixes` are those that a name may have, mostly none."""

    def __init__(self, chance: Random, prefixes: Sequence[str]) -> None:
        self.chance, self.prefixes = chance, prefixes

    def prefix(self) -> str:
        return pick(self.chance, *self.prefixes)

    def level(self) -> str:
        return pick(self.chance, "-3", "-2", "-1", "0", "0", "1", "2", "3", "0.5")

    def field(self) -> str:
        return self.prefix() + pick(self.chance, *FIELDS)

    def number(self, depth: int) -> str:
        if depth == 0 or self.chance.randrange(3) == 0:
            return self.field()
        inner = self.number(depth - 1)
        if len(self.prefixes) > 1 and self.chance.randrange(2):
            inner = f"({self.field()} {pick(self.chance, '-', '+')} {inner})"
        return self.apply(inner, depth - 1)

    def apply(self, inner: str, depth: int) -> str:
        """A function of an expression, or a sum with it."""
        chance = self.chance
        match chance.randrange(13):
            case 0:
                return f"abs({inner})"
            case 1:
                return f"({inner} {pick(chance, *'+-*/')} {self.number(depth)})"
            case 2:
                return f"({inner} {pick(chance, *'+-*/')} {pick(chance, '2', '0.5', '3')})"
            case 3:
                return f"{self.prefix()}delta({inner})"
            case 4:
                return f"prev({inner})"
            case 5:
                return f"ema({inner}, {pick(chance, *LENGTHS)})"
            case 6:
                return f"{self.prefix()}count({self.truth(depth)}, {pick(chance, *WINDOWS)})"
            case 7:
                return f"streak({self.truth(depth)})"
            case _:
                return f"{self.prefix()}{pick(chance, *FOLDED)}({inner}, {pick(chance, *WINDOWS)})"

    def comparison(self, depth: int) -> str:
        chance = self.chance
        match chance.randrange(8):
            case 0:
                return f"{self.level()} {pick(chance, *ORDERS)} {self.number(depth)}"
            case 1:
                return f"{self.number(depth)} {pick(chance, *ORDERS)} {self.number(depth)}"
            case 2:
                return f"{self.prefix()}{pick(chance, *CROSSINGS)}({self.number(depth)}, {self.level()})"
            case 3:
                return f"{pick(chance, *CROSSINGS)}({self.number(depth)}, {self.number(depth)} + 0)"
            case 4:
                return f"time {pick(chance, '>=', '<')} 09:0{chance.randrange(10)}"
            case _:
                return f"{self.number(depth)} {pick(chance, *ORDERS)} {self.level()}"

    def truth(self, depth: int) -> str:
        match self.chance.randrange(8):
            case 0:
                return f"not ({self.comparison(depth)})"
            case 1:
                return f"({self.comparison(depth)} and {self.truth(max(0, depth - 1))})"
            case 2:
                return f"({self.comparison(depth)} or {self.truth(max(0, depth - 1))})"
            case _:
                return self.comparison(depth)


def read(read_text: Callable[[str], T], write: Callable[[], str]) -> T | None:
    """Write until the checker takes it, a few times."""
    for _ in range(8):
        try:
            return read_text(write())
        except Mistake:
            continue
    return None


def make_condition(writer: Writer, depth: int) -> Condition | None:
    return read(lambda text: read_condition(text, Counted.SHARES), lambda: writer.truth(depth))


def make_clause(chance: Random, writer: Writer) -> Clause | None:
    return read(lambda text: read_clause(text, Counted.SHARES), lambda: writer.comparison(pick(chance, 0, 0, 1)))


def make_levels(chance: Random, writer: Writer) -> tuple[Level, ...]:
    severities = pick(chance, (), (), (Severity.CRITICAL,), (Severity.WARNING, Severity.CRITICAL))
    made = [(severity, make_clause(chance, writer)) for severity in severities]
    return tuple(Level(severity, clause) for severity, clause in made if clause is not None)


def make_active(chance: Random) -> Active | None:
    hours: tuple[tuple[int, int], ...] = pick(
        chance, (), ((NINE, NINE + 240),), ((NINE + 60, NINE + 150), (NINE + 300, NINE + 900)), ((0, NINE + 500),)
    )
    weekdays = pick(chance, EVERY_DAY, EVERY_DAY, frozenset({3, 5, 0}))
    return pick(chance, None, None, Active(hours, weekdays, pick(chance, True, False)))


def make_expiry(chance: Random) -> Expiry | None:
    return pick(
        chance, None, None, None, Expiry(last_day=FIRST_DAY // DAY + chance.randrange(3)),
        Expiry(fires=1 + chance.randrange(4)), Expiry(session=True),
    )  # fmt: skip


def make_limit(chance: Random) -> Limit | None:
    return pick(chance, None, Limit(1 + chance.randrange(4)), Limit(1 + chance.randrange(3), 120))


def make_message(chance: Random, condition: Condition, *, opens_sector: bool, opens_investor: bool) -> Template | None:
    writer = Writer(chance, ("", "", *HERE) if opens_sector else ("kospi.foreign.", "301.개인."))

    def read_message(text: str) -> Template:
        return read_template(
            text,
            Counted.SHARES,
            condition.meaning,
            opens_sector=opens_sector,
            opens_investor=opens_investor,
        )

    def write_message() -> str:
        looking_back = [writer.apply(f"({writer.field()} - {writer.field()})", 0) for _ in range(2)]
        return " ".join(f"{{{{ {each} }}}}" for each in (writer.number(1), *looking_back, "peak"))

    return read(read_message, write_message)


def make_rule(chance: Random, number: int) -> Rule | None:
    """A rule of one series, or of several; None where chance wrote nothing that means something."""
    writer = Writer(chance, pick(chance, ("",), ("",), ("", *HERE), ("", *OTHERS)))
    # One that nothing holds back comes and goes often enough to be noticed for it; one that cools down is told late.
    free, cooling = pick(chance, (True, False), (True, True), (False, False), (False, False), (False, True))
    condition = make_condition(writer, pick(chance, 0, 0, 1) if free else pick(chance, 0, 1, 1, 2, 2))
    if condition is None:
        return None
    mode = Mode.STATE if free else pick(chance, condition.mode, *Mode)
    levels = make_levels(chance, writer)
    resolve_when = make_clause(chance, writer) if mode is Mode.STATE and not free and chance.randrange(2) else None
    nodes = [condition.tree, *(each.clause.node for each in levels), *([resolve_when.node] if resolve_when else ())]
    opens_sector, opens_investor = find_open(nodes)
    seconds = updates = keep = repeat = 0
    if mode is Mode.STATE and not free:
        seconds = pick(chance, 0, 0, 0, 1, 30, 60, 90)
        updates = 0 if seconds else pick(chance, 0, 0, 0, 1, 2, 3)
        keep = pick(chance, 0, 0, 1, 30, 90)
    if mode is Mode.STATE:
        repeat = pick(chance, 0, 0, 0, 30, 60, 400)
    message = None
    if chance.randrange(2):
        message = make_message(chance, condition, opens_sector=opens_sector, opens_investor=opens_investor)
    return Rule(
        name=f"rule-{number}",
        condition=condition,
        venue=pick(chance, *[Venue.KRX] * 5, Venue.NXT),
        sectors=pick(chance, ("001",), ("301",), ("001", "301")) if opens_sector else (),
        investors=pick(chance, None, ("0017",), ("0008", "0017")) if opens_investor else (),
        mode=mode,
        for_seconds=seconds,
        for_updates=updates,
        resolve_when=resolve_when,
        keep_firing_for=keep,
        cooldown=pick(chance, 30, 60, 100, 300) if cooling else 0,
        repeat=repeat,
        active=None if free else make_active(chance),
        expires=None if free else make_expiry(chance),
        limit=None if free else make_limit(chance),
        levels=levels,
        severity=Severity.INFO if any(each.severity is Severity.WARNING for each in levels) else Severity.WARNING,
        message=message,
    )


def make_rulebook(chance: Random, most: int) -> Rulebook:
    made = [make_rule(chance, number) for number in range(1 + chance.randrange(most))]
    return Rulebook(tuple(rule for rule in made if rule is not None))


class Floor:
    """A market that writes its journal: what changes is the time, what each series stands at, and `entries`."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.entries: list[Entry] = []
        self.day = FIRST_DAY
        self.haste = pick(chance, 8, 15, 100)
        self.begin()

    def begin(self) -> None:
        self.now = self.day + NINE
        self.standing = dict.fromkeys(SERIES, (0, 0))

    def slot(self) -> None:
        """One slot: most series report it, in any order, some late, twice, or not at all."""
        chance = self.chance
        self.now += pick(chance, 30, 30, 30, 30, 1, 60, 150)
        reporting = [each for each in SERIES if chance.randrange(9)]
        chance.shuffle(reporting)
        for each in reporting:
            self.report(each, self.now - pick(chance, *[0] * 18, 30, 60))
            if chance.randrange(12) == 0:
                self.report(each, self.now)
        if chance.randrange(4):
            self.entries.append(SlotClosed(pick(chance, Venue.KRX, Venue.KRX, Venue.NXT), self.now))
        self.mishap()

    def report(self, of: Series, at: int) -> None:
        chance = self.chance
        volume, amount = self.standing[of]
        # It comes back to nothing again and again, so that conditions come and go.
        p_volume = pick(chance, -volume, chance.randrange(-4, 5))
        p_amount = pick(chance, -amount, chance.randrange(-4, 5), chance.randrange(-4, 5))
        missed = pick(chance, *[0] * 19, 1)
        self.standing[of] = (volume + p_volume, amount + p_amount + missed)
        update = Update(
            of,
            at,
            msvol=volume + p_volume,
            msval=amount + p_amount + missed,
            msvolume=chance.randrange(-4, 5),
            mdvolume=1,
            msvalue=chance.randrange(-4, 5),
            mdvalue=chance.randrange(-4, 5),
            p_msvol=p_volume,
            p_msval=p_amount,
        )
        if chance.randrange(30) == 0:
            update = msgspec.structs.replace(update, **{pick(chance, *FIELDS): None})
        self.entries.append(update)

    def mishap(self) -> None:
        chance = self.chance
        match chance.randrange(30):
            case 0:
                self.entries.append(FeedLost(self.now, "test", pick(chance, (), ("krx/001",), ("krx/301",))))
            case 1:
                self.entries.append(FeedBack(self.now))
            case 2:
                self.entries.append(SlotClosed(Venue.KRX, self.now + pick(chance, -30, 1, 45, 700, DAY)))
            case 3:
                self.entries.append(SessionClosed(Venue.KRX, self.now + pick(chance, 0, 60, -DAY, DAY)))
            case 4:
                self.day += pick(chance, DAY, DAY, 2 * DAY)
                self.begin()
            case 5:
                self.entries.append(FeedSilent(self.now - pick(chance, 0, 0, 30), "test"))
            case 6:
                self.entries.append(FeedHeard(self.now - pick(chance, 0, 0, 60)))
            case _ if chance.randrange(self.haste) == 0:
                self.now += pick(chance, 300, 600, 700)
                if chance.randrange(2):
                    self.entries.append(SlotClosed(Venue.KRX, self.now))
            case _:
                pass


def make_market(chance: Random, most: int) -> list[Entry]:
    floor = Floor(chance)
    for _ in range(1 + chance.randrange(most)):
        floor.slot()
    return floor.entries
