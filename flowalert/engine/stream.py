"""All that the engine keeps of one series."""

from collections.abc import Sequence
from operator import attrgetter

from flowalert.engine.day import Day
from flowalert.engine.feature import Feature
from flowalert.engine.memory import ChangeOverDuration, ChangeOverUpdates, ChangeSincePrevious, Memory
from flowalert.engine.watch import Watch
from flowalert.language.code import Read, Value, compile_number, find_inputs
from flowalert.language.condition import Leaf, Mode
from flowalert.language.meaning import Sort
from flowalert.language.tree import Call, Name, Node, Number, spell
from flowalert.market.entry import Update
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule

# The exchange's own changes: they hold where this process has seen no update before, too.
_PUBLISHED_CHANGE = {"msval": "p_msval", "msvol": "p_msvol"}


class Stream:
    """One series: its latest update, the features that rules compare, and the watches that have come up.

    What changes, by `engine` alone: `update`, the latest; `base`, the last one of the publication before it; `nth`,
    its place among the updates of its publication; `session`, the session that the values belong to; `gap`, whether
    updates were missed just before it; `lost`, whether the feed was lost since the latest; `tick`, a count of
    updates. Of the watches, `open` are those with an episode under way, `attending` those that must be
    looked at on every update, `again` those of a crossing that was true at the latest update.
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
        self._reads: dict[str, Read] = {}
        self._memories: list[Memory] = []
        self._features: dict[str, Feature] = {}
        self._build(indices)
        self.features = tuple(self._features.values())
        compared = len(self._memories)
        self._learn_texts(indices)
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

    def watch(self, index: int) -> Watch:
        """Return the watch of a rule, made when it first comes up: most rules of many never do."""
        watch = self.watches.get(index)
        if watch is None:
            rule = self._rules[index]
            features = tuple(self._features[spell(leaf.feature)] for leaf in rule.condition.leaves)
            watch = self.watches[index] = Watch(index, rule, self, features)
        return watch

    def trail_of(self, node: Node) -> Sequence[Value]:
        """Return the day's values of an expression that a state rule is first about."""
        feature = self._features.get(spell(node))
        return feature.trail if feature is not None and feature.trail is not None else ()

    def _build(self, indices: Sequence[int]) -> None:
        # Rules that were loaded together share one object for one feature: its identity finds it without
        # spelling it again for each of a million rules.
        compared: dict[int, tuple[Node, list[tuple[Leaf, int]]]] = {}
        trailed: dict[int, Node] = {}
        for index in indices:
            condition = self._rules[index].condition
            for leaf in condition.leaves:
                compared.setdefault(id(leaf.feature), (leaf.feature, []))[1].append((leaf, index))
            if self._rules[index].mode is Mode.STATE:
                trailed[id(condition.subject)] = condition.subject
        comparisons: dict[str, tuple[Node, list[tuple[Leaf, int]]]] = {}
        for node, found in compared.values():
            comparisons.setdefault(spell(node), (node, []))[1].extend(found)
        trails = {spell(node) for node in trailed.values()}
        for node in trailed.values():
            comparisons.setdefault(spell(node), (node, []))
        for spelled, (node, found) in comparisons.items():
            self._features[spelled] = Feature(self.reader(node), found, keeps_trail=spelled in trails)

    def _learn_texts(self, indices: Sequence[int]) -> None:
        for node in {id(node): node for index in indices for node in self._rules[index].expressions}.values():
            self.reader(node)

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
