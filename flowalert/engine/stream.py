"""All that the engine keeps of one series."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from flowalert.engine.day import Day
from flowalert.engine.feature import Feature
from flowalert.engine.memory import ChangeOverDuration, ChangeOverUpdates, ChangeSincePrevious, Memory
from flowalert.engine.waiting import find_waits
from flowalert.engine.watch import Watch
from flowalert.language.code import Read, Value, compile_number, find_inputs
from flowalert.language.condition import Crossing, Mode, Threshold
from flowalert.language.meaning import Sort
from flowalert.language.tree import Call, Name, Node, Number, spell
from flowalert.market.entry import Update
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule

# The exchange's own changes: they hold where this process has seen no update before, too.
_PUBLISHED_CHANGE = {"msval": "p_msval", "msvol": "p_msvol"}


class _Compared(NamedTuple):
    """A feature and the comparisons of it, each with its rule's index."""

    node: Node
    thresholds: list[tuple[Threshold, int]]
    waits: list[tuple[Threshold, int, int]]
    levels: list[tuple[Crossing, int]]


class Stream:
    """One series: its latest update, the features that rules compare, and the watches that have come up.

    What changes, by `engine` alone: `update`, the latest; `base`, the last one of the publication before it; `nth`,
    its place among the updates of its publication; `session`, the session that the values belong to; `gap`, whether
    updates were missed just before it; `lost`, whether the feed was lost since the latest; `tick`, a count of
    updates. Of the watches, `open` are those with an episode under way, `attending` those that must be
    looked at on every update, `again` those of a crossing that was true at the latest update; `woken` are comparisons
    that were waited for and have become true, as rule and number. `trails` has the values
    of what rules that last are first about, one for each update since the first of the open ones began.
    """

    def __init__(self, series: Series, day: Day, rules: Sequence[Rule], indices: Sequence[int]) -> None:
        """Prepare for the rules that `indices` picks from `rules`."""
        self.series = series
        self.day = day
        self._rules = rules
        self.update: Update | None = None
        self.base: Update | None = None
        self.nth = 0
        self.session = -1
        self.gap = False
        self.lost = False
        self.tick = 0
        self.watches: dict[int, Watch] = {}
        self.open: dict[int, Watch] = {}
        self.attending: dict[int, Watch] = {}
        self.again: list[int] = []
        self.woken: list[tuple[int, int]] = []
        self._reads: dict[str, Read] = {}
        self._memories: list[Memory] = []
        self._features: dict[str, Feature] = {}
        self._waits: dict[int, list[int]] = {}
        self._build(indices)
        self.features = tuple(self._features.values())
        compared = len(self._memories)
        self._trailed = self._learn_texts(indices)
        self._trails: dict[str, list[Value]] = {spelled: [] for spelled in self._trailed}
        self._trail_tick = -1
        # These are read by no comparison, and must see every update all the same.
        self.silent: tuple[Read, ...] = tuple(memory.read for memory in self._memories[compared:])

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
            rule = self._rules[index]
            features = tuple(self._features[spell(leaf.feature)] for leaf in rule.condition.leaves)
            watch = self.watches[index] = Watch(index, rule, self, features, self._waits.get(index))
        return watch

    def wait(self, watch: Watch) -> None:
        """Have the watch of a condition that does not hold looked at when one that it waits for becomes true."""
        for number in watch.find_waits():
            if number not in watch.waits:
                leaf = watch.rule.condition.leaves[number]
                assert isinstance(leaf, Threshold)  # noqa: S101 - crossings are not waited for
                watch.waits.add(number)
                watch.features[number].wait(leaf, watch.index, number)

    def trail_of(self, node: Node) -> Sequence[Value]:
        """Return the values that are remembered of an expression."""
        return self._trails.get(spell(node), ())

    def _build(self, indices: Sequence[int]) -> None:
        # Rules that were loaded together share one object for one feature: its identity finds it without
        # spelling it again for each of a million rules.
        compared: dict[int, _Compared] = {}
        for index in indices:
            condition = self._rules[index].condition
            leaves = condition.leaves
            if len(leaves) > 1:
                self._waits[index] = find_waits(condition.form, [None] * len(leaves))
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

    def _learn_texts(self, indices: Sequence[int]) -> dict[str, Read]:
        """Prepare for what transitions tell; return how the subjects of rules that last are read, by spelling."""
        subjects: dict[int, Node] = {}
        told: dict[int, Node] = {}
        for index in indices:
            rule = self._rules[index]
            if rule.mode is Mode.STATE:
                subjects[id(rule.condition.subject)] = rule.condition.subject
            told.update((id(node), node) for node in rule.expressions)
        for node in told.values():
            self.reader(node)
        return {spell(node): self.reader(node) for node in subjects.values()}

    def reader(self, node: Node) -> Read:
        """Return the function that gives the expression's value at the latest update."""
        spelled = spell(node)
        read = self._reads.get(spelled)
        if read is None:
            read = self._reads[spelled] = self._make_reader(node)
        return read

    def _make_reader(self, node: Node) -> Read:
        match node:
            case Name(name) if name != "time":
                return attrgetter(name)
            case Call("delta", (Name(name),)) if name in _PUBLISHED_CHANGE:
                return attrgetter(_PUBLISHED_CHANGE[name])
            case Call("delta", (of,)):
                return self._remember(ChangeSincePrevious(self.reader(of), self))
            case Call("delta", (of, Number(count, meaning))):
                if meaning.sort is Sort.UPDATES:
                    return self._remember(ChangeOverUpdates(self.reader(of), self, int(count)))
                return self._remember(ChangeOverDuration(self.reader(of), self, int(count)))
            case _:
                return compile_number(node, [self.reader(each) for each in find_inputs(node)])

    def _remember(self, memory: Memory) -> Read:
        self._memories.append(memory)
        return memory.read
