"""The life of an alert: one rule at one scope."""

import enum
from collections.abc import Callable, Sequence
from typing import Protocol

from flowalert.engine.feature import Feature
from flowalert.engine.transition import Scope
from flowalert.language.code import Judge, Read, Value
from flowalert.language.condition import Crossing
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


class Phase(enum.Enum):
    """Where the alert is in its life; a resolved one is idle again."""

    IDLE = "idle"
    PENDING = "pending"
    FIRING = "firing"


class Watch:
    """What the engine knows of one rule at one scope.

    What changes, by `lifecycle` alone (and `timed` by `engine`): `truth`, the last answer that was not unknown;
    `phase`; of the present episode `opening` (the update that it began with), `opened_at`, `alert`, `n` (transitions
    so far), `told` (whether anybody was to hear of its firing), `severity`, `trail_from` (where its values begin);
    `due`, the exchange time at which its timer runs out, or None, and `timed`, the one that is set; `counted`, the
    updates for which the condition has held; and over the session's episodes `told_at`, `told_severity` and `told_sign`
    of what was last told, with `held_back` since.
    """

    __slots__ = (
        "alert",
        "constants",
        "counted",
        "crossings",
        "due",
        "expressions",
        "features",
        "held_back",
        "index",
        "judge",
        "n",
        "opened_at",
        "opening",
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
    )

    def __init__(self, index: int, rule: Rule, stream: Source, features: Sequence[Feature]) -> None:
        """Watch for the rule of this index; `features` are those of its comparisons, in their order."""
        self.index = index
        self.rule = rule
        self.stream = stream
        self.features = features
        pairs = zip(rule.condition.leaves, features, strict=True)
        self.crossings = tuple(feature for leaf, feature in pairs if isinstance(leaf, Crossing))
        self.judge: Judge
        self.judge, self.constants = rule.compile()
        self.subject: Read = stream.reader(rule.condition.subject)
        self.expressions = tuple((spell(node), stream.reader(node)) for node in rule.expressions)
        self.trail = stream.trail_of(rule.condition.subject)
        series = stream.series
        self.scope = Scope(series.venue, series.sector, series.investor)
        self.begin_session()

    def begin_session(self) -> None:
        """Forget everything, cooldowns too: the journal of one session is to say all there is to know of it."""
        self.truth: bool | None = None
        self.held_back = 0
        self.told_at: int | None = None
        self.told_severity = self.rule.severity
        self.told_sign = 0
        self.severity = self.rule.severity
        self.end_episode()

    def end_episode(self) -> None:
        """Be idle again; the last answer stays, for an alert opens when its condition becomes true."""
        self.phase = Phase.IDLE
        self.opening = ""
        self.opened_at = 0
        self.alert = ""
        self.n = 0
        self.told = False
        self.due: int | None = None
        self.timed: int | None = None
        self.counted = 0
        self.trail_from = 0

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
