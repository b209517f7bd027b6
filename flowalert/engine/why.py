"""Why an alert is as it is: each comparison with its number, each gate with its state."""

import enum
from collections.abc import Iterator

from msgspec import Struct

from flowalert.engine.stream import Stream
from flowalert.engine.telling import FLAPPING_WITHIN, decide
from flowalert.engine.transition import Scope
from flowalert.engine.watch import Phase, Watch
from flowalert.language.code import COMPARE, Value
from flowalert.language.condition import Crossing, Mode
from flowalert.language.function import CROSSINGS
from flowalert.language.tree import Call, Compare, Node, Number, children, spell
from flowalert.market.instant import clock
from flowalert.rules.rulebook import Rule
from flowalert.rules.severity import Severity


class Comparison(Struct, frozen=True, kw_only=True):
    """One comparison as it was written: its sides, their values now, and whether it holds; None is unknown."""

    text: str
    left: str
    left_value: float | int | None
    right: str
    right_value: float | int | None
    holds: bool | None
    clause: str
    """Where it stands: `when`, `resolve_when`, or a level's severity."""


class GateName(enum.Enum):
    """What stands between a condition that holds and a message."""

    DATA = "data"
    ACTIVE = "active"
    EXPIRES = "expires"
    FOR = "for"
    KEEP_FIRING_FOR = "keep_firing_for"
    COOLDOWN = "cooldown"
    LIMIT = "limit"
    FLAPPING = "flapping"
    REPEAT = "repeat"
    SILENCE = "silence"
    ACK = "ack"


class Gate(Struct, frozen=True, kw_only=True):
    """One gate: whether it lets an alert pass now, and how it stands. `until` is exchange time."""

    name: GateName
    is_open: bool
    words: str
    until: int | None = None


class Why(Struct, frozen=True, kw_only=True):
    """The state of one rule at one scope, as of an exchange time.

    `updated_at` is the latest update that it was judged at, None before the first of the session; `answer` the
    condition's, None for unknown. Of an episode under way there are `alert`, `opened_at` and `severity`.
    """

    rule: str
    scope: Scope
    at: int
    updated_at: int | None
    phase: Phase
    answer: bool | None
    comparisons: tuple[Comparison, ...]
    gates: tuple[Gate, ...]
    alert: str | None = None
    opened_at: int | None = None
    severity: Severity | None = None


def explain(watch: Watch, stream: Stream, at: int, silent_since: int | None = None) -> Why:
    """Answer for a watch as of an exchange time; nothing changes. `silent_since` is when the feed fell silent."""
    started = stream.update is not None and stream.session == stream.day.session
    open_ = watch.phase is not Phase.IDLE
    return Why(
        rule=watch.rule.name,
        scope=watch.scope,
        at=at,
        updated_at=stream.update.at if started else None,
        phase=watch.phase,
        answer=watch.answer() if started else None,
        comparisons=tuple(_compare(watch, stream, started=started)),
        gates=tuple(_list_gates(watch, stream, at, silent_since, started=started)),
        alert=watch.alert if open_ else None,
        opened_at=watch.opened_at if open_ else None,
        severity=watch.severity if open_ else None,
    )


def _compare(watch: Watch, stream: Stream, *, started: bool) -> Iterator[Comparison]:
    for clause, node in list_comparisons(watch.rule):
        left, right = sides_of(node)
        values = (_read(stream, left), _read(stream, right)) if started else (None, None)
        yield Comparison(
            text=spell(node),
            left=spell(left),
            left_value=values[0],
            right=spell(right),
            right_value=values[1],
            holds=_judge(watch, stream, node, *values) if started else None,
            clause=clause,
        )


def list_comparisons(rule: Rule) -> Iterator[tuple[str, Compare | Call]]:
    """Yield the comparisons and crossings of a rule as they were written, each with where it stands."""
    clauses = [("when", rule.condition.tree)]
    clauses += [(level.severity.name.lower(), level.clause.node) for level in rule.levels]
    if rule.resolve_when is not None:
        clauses.append(("resolve_when", rule.resolve_when.node))
    for clause, tree in clauses:
        for node in _walk_comparisons(tree):
            yield clause, node


def sides_of(node: Compare | Call) -> tuple[Node, Node]:
    """Return what a comparison or a crossing sets against what."""
    if isinstance(node, Compare):
        return node.left, node.right
    left, right = node.arguments
    return left, right


def _walk_comparisons(node: Node) -> Iterator[Compare | Call]:
    if isinstance(node, Compare) or (isinstance(node, Call) and node.function in CROSSINGS):
        yield node
        return
    for child in children(node):
        yield from _walk_comparisons(child)


def _read(stream: Stream, node: Node) -> Value:
    return node.value if isinstance(node, Number) else stream.reader(node)(stream.update)


def _judge(watch: Watch, stream: Stream, node: Compare | Call, left: Value, right: Value) -> bool | None:
    if isinstance(node, Compare):
        return None if left is None or right is None else COMPARE[node.operator](left, right)
    # A crossing is known by those who saw it: a memory that began now would have seen nothing.
    for leaf, feature in zip(watch.leaves, watch.features, strict=True):
        if isinstance(leaf, Crossing) and _is_of(leaf, node):
            return None if feature.value is None else watch.is_crossed(leaf, feature)
    truth = stream.reader(node)(stream.update)
    return None if truth is None else bool(truth)


def _is_of(leaf: Crossing, node: Call) -> bool:
    left, right = node.arguments
    same = leaf.feature == left and isinstance(right, Number) and right.value == leaf.level
    ways = (node.function != "crosses_below", node.function != "crosses_above")
    return (leaf.upward, leaf.downward) == ways and (same or spell(leaf.feature) == f"{spell(left)} - {spell(right)}")


def _list_gates(watch: Watch, stream: Stream, at: int, silent_since: int | None, *, started: bool) -> Iterator[Gate]:
    rule = watch.rule
    yield _look_at_data(stream, silent_since, started=started)
    if rule.active is not None:
        inside = rule.active.contains(at)
        words = "within its active time" if inside else "outside its active time"
        yield Gate(name=GateName.ACTIVE, is_open=inside, words=words)
    if watch.term is not None:
        over = watch.term.is_over(at)
        fires = f", fired {watch.term.fires} times" if rule.expires and rule.expires.fires else ""
        yield Gate(name=GateName.EXPIRES, is_open=not over, words=("over" if over else "not over") + fires)
    if rule.for_seconds or rule.for_updates:
        yield _look_at_for(watch)
    if rule.keep_firing_for:
        recovering = watch.phase is Phase.RECOVERING
        words = "recovering" if recovering else "not recovering"
        yield Gate(
            name=GateName.KEEP_FIRING_FOR, is_open=not recovering, words=words, until=watch.due if recovering else None
        )
    yield from _look_at_telling(watch, at)


def _look_at_data(stream: Stream, silent_since: int | None, *, started: bool) -> Gate:
    if silent_since is not None:
        words = f"the feed is silent since {clock(silent_since)}, the last state is kept"
        return Gate(name=GateName.DATA, is_open=False, words=words)
    if not started:
        return Gate(name=GateName.DATA, is_open=False, words="no update in this session yet")
    if stream.is_lost:
        return Gate(name=GateName.DATA, is_open=False, words="the feed was lost since the latest update")
    if stream.gap:
        return Gate(name=GateName.DATA, is_open=True, words="updates were missed just before the latest one")
    return Gate(name=GateName.DATA, is_open=True, words="up to date")


def _look_at_for(watch: Watch) -> Gate:
    rule = watch.rule
    if watch.phase is Phase.PENDING:
        counted = f"held for {watch.counted} of {rule.for_updates} updates" if rule.for_updates else "pending"
        return Gate(name=GateName.FOR, is_open=False, words=counted, until=watch.due)
    words = "has held for its time" if watch.is_firing else "waits for the condition"
    return Gate(name=GateName.FOR, is_open=watch.is_firing, words=words)


def _look_at_telling(watch: Watch, at: int) -> Iterator[Gate]:
    rule = watch.rule
    if rule.cooldown:
        until = None if watch.told_at is None else watch.told_at + rule.cooldown
        cooling = until is not None and at < until
        held = f", {watch.held_back} held back" if watch.held_back else ""
        words = ("tells nothing but a rise or a turn" if cooling else "over") + held
        yield Gate(name=GateName.COOLDOWN, is_open=not cooling, words=words, until=until if cooling else None)
    if rule.limit is not None:
        since = None if rule.limit.seconds is None else at - rule.limit.seconds
        told = sum(since is None or each > since for each in watch.tellings)
        words = f"{told} of {rule.limit.count} told"
        yield Gate(name=GateName.LIMIT, is_open=told < rule.limit.count, words=words)
    if rule.mode is Mode.STATE and watch.flapping:
        yield Gate(
            name=GateName.FLAPPING,
            is_open=False,
            words="comes and goes: told once, then no more until it is calm",
            until=watch.began_at + FLAPPING_WITHIN,
        )
    if rule.repeat and watch.is_firing and watch.told:
        is_open = decide(watch, at, repeats=True) is None
        yield Gate(name=GateName.REPEAT, is_open=is_open, words="tells again", until=watch.due)
