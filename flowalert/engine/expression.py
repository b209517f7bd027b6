"""Expressions as functions of an update, over one run of updates."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Protocol

from flowalert.engine.aggregate import Aggregate, Count, Extreme, Mean, Score, Slope, Spread, Sum
from flowalert.engine.memory import (
    ChangeOverDuration,
    ChangeOverSession,
    ChangeOverUpdates,
    ChangeSincePrevious,
    Crossed,
    Memory,
    Previous,
    Streak,
)
from flowalert.engine.truth import compare, join, negate
from flowalert.engine.window import DurationWindow, Fading, SessionWindow, UpdatesWindow
from flowalert.language.code import Read, Value, compile_number, find_inputs
from flowalert.language.condition import THE_RULES_OWN, is_whole
from flowalert.language.function import CROSSINGS
from flowalert.language.meaning import Sort
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, spell, walk_names
from flowalert.market.entry import Update
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue

# The exchange's own changes: they hold where this process has seen no update before, too.
_PUBLISHED_CHANGE = {"msval": "p_msval", "msvol": "p_msvol"}

_AGGREGATES: Mapping[str, Callable[[bool], Aggregate]] = {
    "sum": lambda whole: Sum(whole=whole),
    "avg": lambda whole: Mean(whole=whole),
    "stdev": lambda whole: Spread(whole=whole),
    "zscore": lambda whole: Score(whole=whole),
    "slope": lambda whole: Slope(whole=whole),
    "highest": lambda _: Extreme(highest=True),
    "lowest": lambda _: Extreme(highest=False),
    "count": lambda _: Count(),
}


class Elsewhere(Protocol):
    """Another run of updates, which a text may quote."""

    @property
    def update(self) -> Update | None: ...

    @property
    def is_of_today(self) -> bool: ...

    def read_from_outside(self, node: Node) -> Read: ...


class Expressions:
    """Makes a function of each expression, once, and keeps the memories that they need.

    What changes: the functions made, and with every update the memories; `gap`, whether updates were missed just before
    the latest, is the owner's to set. `silent` are memories that no comparison reads.
    """

    # With more than thirty attributes an object's own dict is slower than these, and larger.
    __slots__ = ("_reads", "_stream_of", "gap", "investor", "memories", "sector", "silent", "venue")

    def __init__(
        self,
        venue: Venue,
        sector: str | None,
        investor: str | None,
        find_elsewhere: Callable[[Series], Elsewhere],
    ) -> None:
        """Name what the rules leave open here: of one series, its sector and investor."""
        self.venue = venue
        self.sector = sector
        self.investor = investor
        self.gap = False
        self.silent: tuple[Read, ...] = ()
        self.memories: list[Memory] = []
        self._reads: dict[str, Read] = {}
        self._stream_of = find_elsewhere

    @property
    def series(self) -> Series:
        """The one series that this is about."""
        if self.sector is None or self.investor is None:
            raise AssertionError("this is about several series")
        return series(self.venue, self.sector, self.investor)

    def reader(self, node: Node) -> Read:
        """Return the function that gives the expression's value, or a condition's truth, at the latest update."""
        spelled = spell(node)
        read = self._reads.get(spelled)
        if read is None:
            read = self._reads[spelled] = self._make_reader(node)
        return read

    def read_from_outside(self, node: Node) -> Read:
        """Return the same to another stream: its memories are to see every update too."""
        known = len(self.memories)
        read = self.reader(node)
        self.silent += tuple(memory.read for memory in self.memories[known:])
        return read

    def _make_reader(self, node: Node) -> Read:
        elsewhere = self._find_elsewhere(node)
        if elsewhere is not None:
            return self._read_elsewhere(elsewhere, node)
        match node:
            case Name(name) if name != "time":
                return attrgetter(name)
            case Call():
                return self._make_call(node)
            case Compare(symbol, left, right):
                return compare(symbol, self.reader(left), self.reader(right))
            case Logic(symbol, parts):
                return join(symbol, [self.reader(part) for part in parts])
            case Not(part):
                return negate(self.reader(part))
            case _:
                inputs = find_inputs(node, self._is_input)
                return compile_number(node, {part: self.reader(part) for part in inputs})

    def _make_call(self, call: Call) -> Read:
        match call:
            case Call("abs"):
                inputs = find_inputs(call, self._is_input)
                return compile_number(call, {part: self.reader(part) for part in inputs})
            case Call("delta", (Name(name),)) if name in _PUBLISHED_CHANGE:
                return self.reader(_rename(call.arguments[0], _PUBLISHED_CHANGE[name]))
            case Call("delta", (of,)):
                return self._remember(ChangeSincePrevious(self.reader(of), self))
            case Call("delta", (of, Number(count, meaning))):
                if meaning.sort is Sort.SESSION:
                    return self._remember(ChangeOverSession(self.reader(of), self))
                if meaning.sort is Sort.UPDATES:
                    return self._remember(ChangeOverUpdates(self.reader(of), self, int(count)))
                return self._remember(ChangeOverDuration(self.reader(of), self, int(count)))
            case Call("prev", (of,)):
                return self._remember(Previous(self.reader(of), self))
            case Call("streak", (of,)):
                return self._remember(Streak(self.reader(of), self))
            case Call("ema", (of, Number(count, meaning))):
                seconds, updates = (0, int(count)) if meaning.sort is Sort.UPDATES else (int(count), 0)
                return self._remember(Fading(self.reader(of), self, seconds=seconds, count=updates))
            case Call(function, (left, right)) if function in CROSSINGS:
                distance = left if isinstance(right, Number) and not right.value else Binary("-", left, right)
                upward, downward = function != "crosses_below", function != "crosses_above"
                return self._remember(Crossed(self.reader(distance), self, upward=upward, downward=downward))
            case Call(function, (of, Number(count, meaning))):
                aggregate = _AGGREGATES[function](is_whole(of))
                match meaning.sort:
                    case Sort.SESSION:
                        return self._remember(SessionWindow(self.reader(of), self, aggregate))
                    case Sort.UPDATES:
                        return self._remember(UpdatesWindow(self.reader(of), self, aggregate, int(count)))
                    case _:
                        return self._remember(DurationWindow(self.reader(of), self, aggregate, int(count)))
            case _:
                raise AssertionError(f"the checker lets no {call.function} be read")

    def _remember(self, memory: Memory) -> Read:
        self.memories.append(memory)
        return memory.read

    def _is_input(self, node: Node) -> bool:
        """Tell whether a part of an arithmetic expression is read by itself."""
        is_call = isinstance(node, Call) and node.function != "abs"
        return is_call or self._find_elsewhere(node) is not None

    def _find_elsewhere(self, node: Node) -> Series | None:
        """Return the one series that an expression is about, if it is another than this stream's."""
        if isinstance(node, Logic | Not):
            # Each part by itself: one may be known where another is not.
            return None
        named = self.find_series(node)
        return named[0] if len(named) == 1 and named[0] is not self.series else None

    def find_series(self, node: Node) -> tuple[Series, ...]:
        """Return the series that an expression names here."""
        return self.resolve((name.sector, name.investor) for name in walk_names(node) if name.name != "time")

    def resolve(self, references: Iterable[tuple[str | None, str | None]]) -> tuple[Series, ...]:
        """Return the series that references stand for here, each once, in order."""
        return resolve(self.venue, self.sector, self.investor, references)

    def _read_elsewhere(self, named: Series, node: Node) -> Read:
        """Read what a text tells of a series that the condition does not name: as of its latest update."""
        other = self._stream_of(named)
        read = other.read_from_outside(node)

        def read_latest(_: Update) -> Value:
            return read(other.update) if other.is_of_today else None

        return read_latest


def resolve(
    venue: Venue, sector: str | None, investor: str | None, references: Iterable[tuple[str | None, str | None]]
) -> tuple[Series, ...]:
    """Return the series that references stand for, each once, in order, where these are the rule's own."""
    if references == THE_RULES_OWN and sector is not None and investor is not None:
        # Most rules of many.
        return (series(venue, sector, investor),)
    named = set()
    for of_sector, of_investor in references:
        in_sector, by_investor = of_sector or sector, of_investor or investor
        if in_sector is None or by_investor is None:
            raise AssertionError("the loader lets no rule leave open what it does not name")
        named.add(series(venue, in_sector, by_investor))
    return tuple(sorted(named))


def _rename(node: Node, name: str) -> Node:
    assert isinstance(node, Name)  # noqa: S101 - matched as one
    return Name(name, node.sector, node.investor)
