"""The life of an alert: one rule at one scope."""

import enum
from collections.abc import Callable, Sequence
from typing import Protocol

from flowalert.engine.feature import Feature
from flowalert.engine.transition import Identity, Scope
from flowalert.engine.waiting import find_waits
from flowalert.language.code import Judge, Read, Value
from flowalert.language.condition import Crossing, Leaf
from flowalert.language.tree import Node, spell
from flowalert.market.entry import Update
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule


class Source(Protocol):
    """The series that a watch is about."""

    series: Series
    update: Update | None
    nth: int
    tick: int

    @property
    def reader(self) -> Callable[[Node], Read]: ...

    @property
    def trail_of(self) -> Callable[[Node], Sequence[Value]]: ...

    @property
    def note_trails(self) -> Callable[[], None]: ...


class Phase(enum.Enum):
    """Where the alert is in its life; a resolved one is idle again."""

    IDLE = "idle"
    PENDING = "pending"
    FIRING = "firing"


class Watch:
    """What the engine knows of one rule at one scope.

    What changes, by `lifecycle` alone (and `timed` by `engine`): `truth`, the last answer that was not unknown;
    `phase`; of the present episode `opened_at`, `alert` (its id, by the update that it began with), `n` (transitions
    so far), `told` (whether anybody was to hear of its firing), `severity`, `trail_from` (where its values begin);
    `due`, the exchange time at which its timer runs out, or None, and `timed`, the one that is set; `counted`, the
    updates for which the condition has held; and over the session's episodes `told_at`, `told_severity` and `told_sign`
    of what was last told, with `held_back` since. `waits`, by `stream`, are the comparisons that are waited for.
    """

    __slots__ = (
        "_crossings",
        "_first_waits",
        "alert",
        "constants",
        "counted",
        "due",
        "expressions",
        "features",
        "held_back",
        "identity",
        "index",
        "judge",
        "n",
        "opened_at",
        "phase",
        "rule",
        "scope",
        "severity",
        "stream",
        "subject",
        "timed",
        "told",
        "told_at",
        "told_severity",
        "told_sign",
        "trail",
        "trail_from",
        "truth",
        "waits",
    )

    def __init__(
        self, index: int, rule: Rule, stream: Source, features: Sequence[Feature], waits: Sequence[int] | None
    ) -> None:
        """Watch for the rule of this index; `features` are those of its comparisons, in their order.

        `waits` are the comparisons that are waited for at a session's begin, None for a rule that has but one.
        """
        self.index = index
        self.rule = rule
        self.stream = stream
        self.features = features
        pairs = zip(rule.condition.leaves, features, strict=True)
        self._crossings = tuple((leaf, feature) for leaf, feature in pairs if isinstance(leaf, Crossing))
        self.judge: Judge
        self.judge, self.constants = rule.compile()
        self.subject: Read = stream.reader(rule.condition.subject)
        self.expressions = tuple((spell(node), stream.reader(node)) for node in rule.expressions)
        self.trail = stream.trail_of(rule.condition.subject)
        series = stream.series
        self.scope = Scope(series.venue, series.sector, series.investor)
        self.identity = Identity(rule.name, self.scope)
        self._first_waits = waits
        self.begin_session()

    def begin_session(self) -> None:
        """Forget everything, cooldowns too: the journal of one session is to say all there is to know of it."""
        self.truth: bool | None = None
        self.waits: set[int] = set(self._first_waits or ())
        self.held_back = 0
        self.told_at: int | None = None
        self.told_severity = self.rule.severity
        self.told_sign = 0
        self.severity = self.rule.severity
        self.end_episode()

    def end_episode(self) -> None:
        """Be idle again; the last answer stays, for an alert opens when its condition becomes true."""
        self.phase = Phase.IDLE
        self.opened_at = 0
        self.alert = ""
        self.n = 0
        self.told = False
        self.due: int | None = None
        self.timed: int | None = None
        self.counted = 0
        self.trail_from = 0

    @property
    def is_compound(self) -> bool:
        """Whether there are several comparisons, so that some are waited for while the condition does not hold."""
        return self._first_waits is not None

    def find_waits(self) -> Sequence[int]:
        """Return the comparisons of which one must become true before the condition can."""
        truths = [
            self._judge_leaf(leaf, feature)
            for leaf, feature in zip(self.rule.condition.leaves, self.features, strict=True)
        ]
        return find_waits(self.rule.condition.form, truths)

    @property
    def is_crossing(self) -> bool:
        """Whether the latest update was a crossing that is asked for; the next one is none, whatever it brings."""
        return bool(self._crossings) and any(self._is_crossed(leaf, feature) for leaf, feature in self._crossings)

    def _is_crossed(self, leaf: Crossing, feature: Feature) -> bool:
        tick = self.stream.tick
        upward = leaf.upward and feature.crossed_above(leaf.level, tick)
        return upward or (leaf.downward and feature.crossed_below(leaf.level, tick))

    def _judge_leaf(self, leaf: Leaf, feature: Feature) -> bool | None:
        value = feature.value
        if value is None:
            return None
        if isinstance(leaf, Crossing):
            return self._is_crossed(leaf, feature) is leaf.wanted
        return (value >= leaf.cut) is leaf.rising

    def answer(self) -> bool | None:
        """Judge the condition on the features' present values: True, False, or None for unknown."""
        return self.judge(self.features, self.constants, self.stream.tick)

    @property
    def value(self) -> Value:
        """What the condition is first about, at present."""
        update = self.stream.update
        return None if update is None else self.subject(update)

    @property
    def values(self) -> dict[str, Value]:
        """Each expression of the condition and of the texts, at present, by its spelling."""
        update = self.stream.update
        return {spelled: None if update is None else read(update) for spelled, read in self.expressions}
