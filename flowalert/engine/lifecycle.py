"""When an alert opens, waits, fires and resolves, and who is to hear of it.

Each function takes the watch, what is known now, and returns the transition that came about, or None. They are all
of the engine that changes a watch.
"""

import enum

from flowalert.engine.transition import Kind, Reason, Transition, transition_id
from flowalert.engine.watch import Phase, Watch
from flowalert.language.code import Value
from flowalert.language.condition import Furthest, Mode


def judge(watch: Watch, at: int) -> Transition | None:
    """Judge the condition as of an update of the watch's own series, and do what follows."""
    truth = watch.answer()
    rule = watch.rule
    came_true = truth is True and watch.truth is not True
    if truth is not None:
        watch.truth = truth
    if rule.mode is Mode.EVENT:
        return _fire_event(watch, at) if truth else None
    match watch.phase:
        case Phase.IDLE if came_true:
            return _open(watch, at)
        case Phase.PENDING if truth is False:
            watch.end_episode()
        case Phase.PENDING if truth:
            watch.counted += 1
            if _has_held(watch, at):
                return _fire(watch, at, Reason.HELD_FOR)
        case Phase.FIRING if truth is False:
            return resolve(watch, at, Reason.CONDITION)
        case Phase.FIRING if truth and watch.due is not None and at >= watch.due:
            return _tell_late(watch, at)
    return None


def run_out(watch: Watch, at: int) -> Transition | None:
    """Do what a timer that has run out asks for, at an entry that is not of the watch's own series.

    What is unknown does not fire; the series' next update looks again.
    """
    if watch.answer() is not True:
        return None
    if watch.phase is Phase.PENDING:
        return _fire(watch, at, Reason.HELD_FOR)
    return _tell_late(watch, at)


def resolve(watch: Watch, at: int, reason: Reason) -> Transition | None:
    """Close a firing alert; one that was only pending ends without a word."""
    transition = None
    if watch.phase is Phase.FIRING:
        transition = _transition(watch, Kind.RESOLVED, reason, at, told=watch.told)
        if watch.told:
            watch.told_at = at
    watch.end_episode()
    return transition


def announce(watch: Watch, at: int) -> Transition:
    """Return what to tell of a firing alert that nobody was told of, since its rule is new; nothing changes.

    Its number is 0: the fold, which does not know of it, counts from 1.
    """
    return _describe(watch, Kind.FIRING, Reason.RULE_NEW, at, n=0)


def freeze(watch: Watch, seconds: int) -> None:
    """Leave out of a pending alert's time what nobody could see."""
    if watch.phase is Phase.PENDING and watch.due is not None:
        watch.due += seconds


def _open(watch: Watch, at: int) -> Transition | None:
    _begin_episode(watch, at)
    watch.phase = Phase.PENDING
    watch.counted = 1
    if watch.rule.for_seconds:
        watch.due = at + watch.rule.for_seconds
    if _has_held(watch, at):
        return _fire(watch, at, Reason.CONDITION)
    return None


def _has_held(watch: Watch, at: int) -> bool:
    if watch.due is not None:
        return at >= watch.due
    return watch.counted >= watch.rule.for_updates


def _fire_event(watch: Watch, at: int) -> Transition:
    _begin_episode(watch, at)
    told, held_back = _pass_cooldown(watch, at)
    transition = _transition(watch, Kind.FIRED, Reason.CONDITION, at, told=told, held_back=held_back)
    watch.end_episode()
    return transition


def _fire(watch: Watch, at: int, reason: Reason) -> Transition:
    watch.phase = Phase.FIRING
    watch.severity = watch.rule.severity
    watch.told, held_back = _pass_cooldown(watch, at)
    watch.due = None if watch.told or watch.told_at is None else watch.told_at + watch.rule.cooldown
    return _transition(watch, Kind.FIRING, reason, at, told=watch.told, held_back=held_back)


def _tell_late(watch: Watch, at: int) -> Transition:
    """Tell of an alert that a cooldown held back and that is still firing when it is over."""
    watch.due = None
    watch.told = True
    # What was held back last is this alert itself.
    held_back, watch.held_back = watch.held_back - 1, 0
    _note_told(watch, at)
    return _transition(watch, Kind.FIRING, Reason.COOLDOWN_OVER, at, told=True, held_back=held_back)


class _Sign(enum.IntEnum):
    BELOW = -1
    NONE = 0
    ABOVE = 1


def _sign(value: Value) -> _Sign:
    if not value:
        return _Sign.NONE
    return _Sign.ABOVE if value > 0 else _Sign.BELOW


def _pass_cooldown(watch: Watch, at: int) -> tuple[bool, int]:
    """Decide whether a firing is told; return that, and how many before it were held back."""
    sign = _sign(watch.value)
    passes = (
        watch.told_at is None
        or at - watch.told_at >= watch.rule.cooldown
        or watch.severity > watch.told_severity
        or sign * watch.told_sign == -1
    )
    if not passes:
        watch.held_back += 1
        return False, 0
    held_back, watch.held_back = watch.held_back, 0
    _note_told(watch, at)
    return True, held_back


def _note_told(watch: Watch, at: int) -> None:
    watch.told_at = at
    watch.told_severity = watch.severity
    watch.told_sign = _sign(watch.value)


def _begin_episode(watch: Watch, at: int) -> None:
    stream = watch.stream
    watch.opened_at = at
    watch.alert = watch.identity.alert_id(f"{stream.series} {at} {stream.nth}")
    watch.n = 0
    stream.note_trails()
    watch.trail_from = max(0, len(watch.trail) - 1)


def _transition(watch: Watch, kind: Kind, reason: Reason, at: int, *, told: bool, held_back: int = 0) -> Transition:
    watch.n += 1
    return _describe(watch, kind, reason, at, n=watch.n, told=told, held_back=held_back)


def _describe(
    watch: Watch, kind: Kind, reason: Reason, at: int, *, n: int, told: bool = True, held_back: int = 0
) -> Transition:
    return Transition(
        id=transition_id(watch.alert, kind, n),
        alert=watch.alert,
        rule=watch.rule.name,
        scope=watch.scope,
        kind=kind,
        reason=reason,
        severity=watch.severity,
        n=n,
        at=at,
        opened_at=watch.opened_at,
        told=told,
        held_back=held_back,
        value=watch.value,
        peak=_peak(watch),
        values=watch.values,
    )


def _peak(watch: Watch) -> Value:
    """Return the furthest that the subject went since the episode began, the way its condition looks."""
    known = [value for value in watch.trail[watch.trail_from :] if value is not None]
    if watch.rule.mode is Mode.EVENT or not known:
        return watch.value
    match watch.rule.condition.furthest:
        case Furthest.HIGHEST:
            return max(known)
        case Furthest.LOWEST:
            return min(known)
        case Furthest.FROM_ZERO:
            return max(known, key=abs)
