"""All that the engine keeps of one run of updates."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from flowalert.engine.aggregate import Aggregate, Count, Extreme, Mean, Score, Slope, Spread, Sum
from flowalert.engine.day import Day
from flowalert.engine.feature import Feature
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
from flowalert.engine.term import Term
from flowalert.engine.truth import compare, join, negate
from flowalert.engine.waiting import find_waits
from flowalert.engine.watch import Watch
from flowalert.engine.window import DurationWindow, Fading, SessionWindow, UpdatesWindow
from flowalert.language.code import Read, Value, compile_number, find_inputs
from flowalert.language.condition import (
    THE_RULES_OWN,
    Condition,
    Crossing,
    Form,
    Mode,
    Threshold,
    is_whole,
    walk_leaves,
)
from flowalert.language.function import CROSSINGS
from flowalert.language.meaning import Sort
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, spell, walk_names
from flowalert.market.entry import Update
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule

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


class _Compared(NamedTuple):
    """A feature and the comparisons of it, each with its rule's index."""

    node: Node
    thresholds: list[tuple[Threshold, int]]
    waits: list[tuple[Threshold, int, int]]
    levels: list[tuple[Crossing, int]]


class Stream:
    """The features that rules compare over one run of updates, and the watches that have come up.

    The updates are those of one series; `Join` has the other kind. What changes, by `engine` alone: `update`, the
    latest; `base`, the last one of the publication before it; `nth`, its place among the updates of its publication;
    `session`, the session that the values belong to; `gap`, whether updates were missed just before it; `lost`, whether
    the feed was lost since the latest; `breaks`, how often either was; `tick`, a count of updates. Of the watches,
    `open` are those with an episode under way, `attending` those that must be looked at on every update, `again` those
    of a crossing that was true at the latest update; `woken` are comparisons that were waited for and have become true,
    as rule and number. `trails` has the values of what rules that last are first about, one for each update since the
    first of the open ones began. `joins` are those that take part of their values from here.
    """

    def __init__(self, venue: Venue, sector: str | None, investor: str | None, setting: "Setting") -> None:
        """Name what the rules here leave open: of one series, its sector and investor."""
        self.venue = venue
        self.sector = sector
        self.investor = investor
        self.day = setting.days[venue]
        self._setting = setting
        self.rules: Sequence[int] = ()
        self.joins: list[Any] = []
        self.update: Any = None
        self.base: Any = None
        self.nth = 0
        self.session = -1
        self.gap = False
        self.lost = False
        self.breaks = 0
        self.tick = 0
        self.watches: dict[int, Watch] = {}
        self.open: dict[int, Watch] = {}
        self.attending: dict[int, Watch] = {}
        self.again: list[int] = []
        self.woken: list[tuple[int, int]] = []
        self.features: tuple[Feature, ...] = ()
        self.silent: tuple[Read, ...] = ()
        self._reads: dict[str, Read] = {}
        self._memories: list[Memory] = []
        self._features: dict[str, Feature] = {}
        self._waits: dict[int, list[int]] = {}
        self._trailed: dict[str, Read] = {}
        self._trails: dict[str, list[Value]] = {}
        self._trail_tick = -1

    @property
    def series(self) -> Series:
        """The one series that this is about."""
        if self.sector is None or self.investor is None:
            raise AssertionError(f"{self} is about several series")
        return series(self.venue, self.sector, self.investor)

    @property
    def name(self) -> str:
        """What the updates are of, as a text: it is part of an episode's identity."""
        return str(self.series)

    @property
    def key(self) -> str:
        """A text that no other stream has, for an order that is the same in every replay."""
        return self.name

    @property
    def is_lost(self) -> bool:
        """Whether the feed was lost since the latest update."""
        return self.lost

    def form_of(self, condition: Condition) -> Form:
        """Return the form in which a condition is judged here."""
        return condition.form

    def build(self, indices: Sequence[int]) -> None:
        """Prepare for the rules of these indices, all that there will be."""
        self.rules = indices
        self._gather_features(indices)
        self.features = tuple(self._features.values())
        compared = len(self._memories)
        self._learn_texts(indices)
        # These are read by no comparison, and must see every update all the same.
        self.silent += tuple(memory.read for memory in self._memories[compared:])

    def begin_session(self, session: int) -> None:
        """Forget the values of the day before."""
        self.session = session
        self.update = self.base = None
        self.nth = 0
        self.gap = self.lost = False
        for memory in self._memories:
            memory.reset()
        for feature in self.features:
            feature.reset()
        for watch in self.watches.values():
            watch.begin_session()
        self.open.clear()
        self.attending.clear()
        self.again.clear()
        self.woken.clear()
        self.drop_trails()

    def note_trails(self) -> None:
        """Remember the latest update's values of what rules that last are first about, once an update."""
        update = self.update
        if update is None or self._trail_tick == self.tick:
            return
        self._trail_tick = self.tick
        for spelled, read in self._trailed.items():
            self._trails[spelled].append(read(update))

    def drop_trails(self) -> None:
        """Forget the values: nothing is open that they could be of use to."""
        self._trail_tick = -1
        for trail in self._trails.values():
            trail.clear()

    def watch(self, index: int) -> Watch:
        """Return the watch of a rule, made when it first comes up: most rules of many never do."""
        watch = self.watches.get(index)
        if watch is None:
            rule = self._setting.rules[index]
            form = self.form_of(rule.condition)
            features = tuple(self._features[spell(leaf.feature)] for leaf in walk_leaves(form))
            term = self._setting.terms.get(index)
            watch = self.watches[index] = Watch(index, rule, self, form, features, self._waits.get(index), term)
        return watch

    def wait(self, watch: Watch) -> None:
        """Have the watch of a condition that does not hold looked at when one that it waits for becomes true."""
        for number in watch.find_waits():
            if number not in watch.waits:
                leaf = watch.leaves[number]
                assert isinstance(leaf, Threshold)  # noqa: S101 - crossings are not waited for
                watch.waits.add(number)
                watch.features[number].wait(leaf, watch.index, number)

    def trail_of(self, node: Node) -> Sequence[Value]:
        """Return the values that are remembered of an expression."""
        return self._trails.get(spell(node), ())

    def reader(self, node: Node) -> Read:
        """Return the function that gives the expression's value, or a condition's truth, at the latest update."""
        spelled = spell(node)
        read = self._reads.get(spelled)
        if read is None:
            read = self._reads[spelled] = self._make_reader(node)
        return read

    def read_from_outside(self, node: Node) -> Read:
        """Return the same to another stream: its memories are to see every update too."""
        known = len(self._memories)
        read = self.reader(node)
        self.silent += tuple(memory.read for memory in self._memories[known:])
        return read

    def _gather_features(self, indices: Sequence[int]) -> None:
        # Rules that were loaded together share one object for one feature: its identity finds it without
        # spelling it again for each of a million rules.
        compared: dict[int, _Compared] = {}
        for index in indices:
            condition = self._setting.rules[index].condition
            form = self.form_of(condition)
            leaves = condition.leaves if form is condition.form else tuple(walk_leaves(form))
            if len(leaves) > 1:
                self._waits[index] = find_waits(form, [None] * len(leaves))
            for number, leaf in enumerate(leaves):
                found = compared.setdefault(id(leaf.feature), _Compared(leaf.feature, [], [], []))
                if isinstance(leaf, Crossing):
                    found.levels.append((leaf, index))
                elif len(leaves) == 1:
                    found.thresholds.append((leaf, index))
                elif number in self._waits[index]:
                    found.waits.append((leaf, index, number))
        by_spelling: dict[str, _Compared] = {}
        for found in compared.values():
            same = by_spelling.setdefault(spell(found.node), _Compared(found.node, [], [], []))
            same.thresholds.extend(found.thresholds)
            same.waits.extend(found.waits)
            same.levels.extend(found.levels)
        for spelled, found in by_spelling.items():
            self._features[spelled] = Feature(self.reader(found.node), found.thresholds, found.waits, found.levels)

    def _learn_texts(self, indices: Sequence[int]) -> None:
        """Prepare for what is asked of open alerts, and for what transitions tell."""
        subjects: dict[int, Node] = {}
        asked: dict[int, Node] = {}
        for index in indices:
            rule = self._setting.rules[index]
            if rule.mode is Mode.STATE:
                subjects[id(rule.condition.subject)] = rule.condition.subject
            asked.update((id(node), node) for node in rule.expressions)
            asked.update((id(clause.node), clause.node) for clause in rule.clauses)
        for node in asked.values():
            self.reader(node)
        self._trailed = {spell(node): self.reader(node) for node in subjects.values()}
        self._trails = {spelled: [] for spelled in self._trailed}

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
        self._memories.append(memory)
        return memory.read

    def _is_input(self, node: Node) -> bool:
        """Tell whether a part of an arithmetic expression is read by itself."""
        is_call = isinstance(node, Call) and node.function != "abs"
        return is_call or self._find_elsewhere(node) is not None

    def _find_elsewhere(self, node: Node) -> Series | None:
        """Return the one series that an expression is about, if it is another than this stream's."""
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
        other = self._setting.find_stream(named)
        read = other.read_from_outside(node)

        def read_latest(_: Update) -> Value:
            return None if other.update is None or other.session != self.day.session else read(other.update)

        return read_latest


class Setting(NamedTuple):
    """What all streams of an engine share."""

    rules: Sequence[Rule]
    days: Mapping[Venue, Day]
    terms: Mapping[int, Term]
    find_stream: Callable[[Series], Stream]


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
