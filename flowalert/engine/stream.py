"""All that the engine keeps of one run of updates."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flowalert.engine.day import Day
from flowalert.engine.expression import Expressions
from flowalert.engine.feature import Feature
from flowalert.engine.term import Term
from flowalert.engine.waiting import find_waits
from flowalert.engine.watch import Watch
from flowalert.language.code import Read, Value
from flowalert.language.condition import (
    Condition,
    Crossing,
    Form,
    Mode,
    Threshold,
    walk_leaves,
)
from flowalert.language.tree import Node, spell
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule


class _Compared(NamedTuple):
    """A feature and the comparisons of it, each with its rule's index."""

    node: Node
    thresholds: list[tuple[Threshold, int]]
    waits: list[tuple[Threshold, int, int]]
    levels: list[tuple[Crossing, int]]


class Stream(Expressions):
    """The features that rules compare over one run of updates, and the watches that have come up.

    The updates are those of one series; `Join` has the other kind. What changes, by `engine` alone: `update`, the
    latest; `base`, the last one of the publication before it; `nth`, its place among the updates of its publication;
    `session`, the session that the values belong to; `gap`, whether updates were missed just before it; `lost`, whether
    the feed was lost since the latest; `gaps`, how many updates came after missed ones, and `returns`, how many
    after a loss of the feed; `tick`, a count of updates. Of the watches, `open` are those with an episode
    under way, `attending` those that must be looked at on every update, `again` those of a crossing that was true at
    the latest update; `woken` are comparisons that were waited for and have become true, as rule and number. `trails`
    has the values of what rules that last are first about, one for each update since the first of the open ones
    began. `joins` are those that take part of their values from here.
    """

    __slots__ = (
        "_features",
        "_setting",
        "_trail_tick",
        "_trailed",
        "_trails",
        "_waits",
        "again",
        "attending",
        "base",
        "day",
        "features",
        "gaps",
        "joins",
        "lost",
        "nth",
        "open",
        "returns",
        "rules",
        "session",
        "tick",
        "update",
        "watches",
        "woken",
    )

    def __init__(self, venue: Venue, sector: str | None, investor: str | None, setting: "Setting") -> None:
        """Name what the rules here leave open: of one series, its sector and investor."""
        super().__init__(venue, sector, investor, setting.find_stream)
        self.day = setting.days[venue]
        self._setting = setting
        self.rules: Sequence[int] = ()
        self.joins: list[Any] = []
        self.update: Any = None
        self.base: Any = None
        self.nth = 0
        self.session = -1
        self.lost = False
        self.gaps = 0
        self.returns = 0
        self.tick = 0
        self.watches: dict[int, Watch] = {}
        self.open: dict[int, Watch] = {}
        self.attending: dict[int, Watch] = {}
        self.again: list[int] = []
        self.woken: list[tuple[int, int]] = []
        self.features: tuple[Feature, ...] = ()
        self._features: dict[str, Feature] = {}
        self._waits: dict[int, list[int]] = {}
        self._trailed: dict[str, Read] = {}
        self._trails: dict[str, list[Value]] = {}
        self._trail_tick = -1

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

    @property
    def is_broken(self) -> bool:
        """Whether time went unseen since the latest update that pending times do not know of yet."""
        return self.lost

    @property
    def is_of_today(self) -> bool:
        """Whether there is an update of the present session."""
        return self.update is not None and self.session == self.day.session

    def form_of(self, condition: Condition) -> Form:
        """Return the form in which a condition is judged here."""
        return condition.form

    def build(self, indices: Sequence[int]) -> None:
        """Prepare for the rules of these indices, all that there will be."""
        self.rules = indices
        self._gather_features(indices)
        self.features = tuple(self._features.values())
        compared = len(self.memories)
        self._learn_texts(indices)
        # These are read by no comparison, and must see every update all the same.
        self.silent += tuple(memory.read for memory in self.memories[compared:])

    def begin_session(self, session: int) -> None:
        """Forget the values of the day before."""
        self.session = session
        self.update = self.base = None
        self.nth = 0
        self.gap = self.lost = False
        for memory in self.memories:
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


class Setting(NamedTuple):
    """What all streams of an engine share."""

    rules: Sequence[Rule]
    days: Mapping[Venue, Day]
    terms: Mapping[int, Term]
    find_stream: Callable[[Series], Stream]
