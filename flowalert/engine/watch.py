"""The life of an alert: one rule at one scope."""

import enum
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from flowalert.engine.feature import Feature
from flowalert.engine.term import Term
from flowalert.engine.transition import Hold, Identity, Scope
from flowalert.engine.waiting import find_waits
from flowalert.language.code import Judge, Read, Value, compile_judge
from flowalert.language.condition import Crossing, Form, Leaf, walk_leaves
from flowalert.language.tree import Node, spell
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule


class Source(Protocol):
    """The run of updates that a watch is about."""

    venue: Venue
    sector: str | None
    investor: str | None
    update: Any
    nth: int
    tick: int

    @property
    def name(self) -> str: ...

    @property
    def is_lost(self) -> bool: ...

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
    RECOVERING = "recovering"


class Watch:
    """What the engine knows of one rule at one scope.

    What changes, by `lifecycle` alone (and `timed` by `engine`): `truth`, the last answer that was not unknown, and
    `holds`, whether the very last was yes; `phase`; of the present episode `opened_at`, `alert` (its id, by the update
    that it began with), `n` (transitions so far), `told` (whether anybody was to hear of its firing), `hold` (why
    not), `severity`, `trail_from` (where its values begin);
    `due`, the exchange time at which its timer runs out, or None, and `timed`, the one that is set; `ends`, when its
    active time does, or None; `counted`, the
    updates for which the condition has held; and over the session's episodes `told_at`, `told_severity` and `told_sign`
    of what was last told, with `held_back` since, `tellings`, when firings were told, for a limit, `openings`, when the
    last few episodes were told as they began, `began_at`, when the last one did, and `flapping`. `waits`, by
    `stream`, are the comparisons that are waited for.
    """

    __slots__ = (
        "_crossings",
        "_first_waits",
        "alert",
        "began_at",
        "constants",
        "counted",
        "due",
        "ends",
        "expressions",
        "features",
        "flapping",
        "form",
        "held_back",
        "hold",
        "holds",
        "identity",
        "index",
        "judge",
        "leaves",
        "levels",
        "may_resolve",
        "n",
        "opened_at",
        "openings",
        "phase",
        "rule",
        "scope",
        "severity",
        "stream",
        "subject",
        "tellings",
        "term",
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
        self,
        index: int,
        rule: Rule,
        stream: Source,
        form: Form,
        features: Sequence[Feature],
        waits: Sequence[int] | None,
        term: Term | None,
    ) -> None:
        """Watch for the rule of this index; `features` are those of the form's comparisons, in their order.

        `waits` are the comparisons that are waited for at a session's begin, None for a rule that has but one. `term`
        is the life of a rule that expires.
        """
        self.index = index
        self.rule = rule
        self.stream = stream
        self.form = form
        self.leaves = rule.condition.leaves if form is rule.condition.form else tuple(walk_leaves(form))
        self.features = features
        self.term = term
        pairs = zip(self.leaves, features, strict=True)
        self._crossings = tuple((leaf, feature) for leaf, feature in pairs if isinstance(leaf, Crossing))
        self.judge: Judge
        self.judge, self.constants = compile_judge(form)
        self.subject: Read = stream.reader(rule.condition.subject)
        self.expressions = tuple((spell(node), stream.reader(node)) for node in rule.expressions)
        self.levels = tuple((level.severity, stream.reader(level.clause.node)) for level in rule.levels)
        self.may_resolve = stream.reader(rule.resolve_when.node) if rule.resolve_when is not None else None
        self.trail = stream.trail_of(rule.condition.subject)
        self.scope = Scope(
            stream.venue, stream.sector if rule.sectors else None, stream.investor if rule.investors != () else None
        )
        self.identity = Identity(rule.name, self.scope)
        self._first_waits = waits
        self.begin_session()

    def begin_session(self) -> None:
        """Forget everything, cooldowns too: the journal of one session is to say all there is to know of it."""
        self.truth: bool | None = None
        self.holds = False
        self.waits: set[int] = set(self._first_waits or ())
        self.held_back = 0
        self.told_at: int | None = None
        self.told_severity = self.rule.severity
        self.told_sign = 0
        self.tellings: list[int] = []
        self.openings: list[int] = []
        self.began_at = 0
        self.flapping = False
        self.severity = self.rule.severity
        self.end_episode()

    def end_episode(self) -> None:
        """Be idle again; the last answer stays, for an alert opens when its condition becomes true."""
        self.phase = Phase.IDLE
        self.opened_at = 0
        self.alert = ""
        self.n = 0
        self.told = False
        self.hold: Hold | None = None
        self.due: int | None = None
        self.ends: int | None = None
        self.timed: int | None = None
        self.counted = 0
        self.trail_from = 0

    @property
    def is_firing(self) -> bool:
        """Whether the alert fires, on its way to being resolved or not."""
        return self.phase is Phase.FIRING or self.phase is Phase.RECOVERING

    @property
    def is_asked(self) -> bool:
        """Whether there is more to ask of an open alert than whether its condition has changed."""
        rule = self.rule
        return bool(rule.levels) or rule.resolve_when is not None or rule.active is not None

    @property
    def is_compound(self) -> bool:
        """Whether there are several comparisons, so that some are waited for while the condition does not hold."""
        return self._first_waits is not None

    def find_waits(self) -> Sequence[int]:
        """Return the comparisons of which one must become true before the condition can."""
        truths = [self._judge_leaf(leaf, feature) for leaf, feature in zip(self.leaves, self.features, strict=True)]
        return find_waits(self.form, truths)

    @property
    def is_crossing(self) -> bool:
        """Whether the latest update was a crossing that is asked for; the next one is none, whatever it brings."""
        return bool(self._crossings) and any(self.is_crossed(leaf, feature) for leaf, feature in self._crossings)

    def is_crossed(self, leaf: Crossing, feature: Feature) -> bool:
        """Tell whether the latest update was a crossing."""
        tick = self.stream.tick
        upward = leaf.upward and feature.crossed_above(leaf.level, tick)
        return upward or (leaf.downward and feature.crossed_below(leaf.level, tick))

    def _judge_leaf(self, leaf: Leaf, feature: Feature) -> bool | None:
        value = feature.value
        if value is None:
            return None
        if isinstance(leaf, Crossing):
            return self.is_crossed(leaf, feature) is leaf.wanted
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
