"""When an alert opens, waits, fires, recovers and resolves.

Each function takes the watch, what is known now, and returns the transition that came about, or None. They are all
of the engine that changes a watch; who is to hear of a transition is `telling`'s to say.
"""

from flowalert.engine.telling import decide, find_due, find_free, note_opening, note_told, pass_opening
from flowalert.engine.transition import Hold, Kind, Reason, Transition, transition_id
from flowalert.engine.watch import Phase, Watch
from flowalert.language.code import Value
from flowalert.language.condition import Furthest, Mode
from flowalert.rules.severity import Severity


def judge(watch: Watch, at: int) -> Transition | None:
    """Judge the condition as of an update of the watch's own, and do what follows."""
    answer = watch.answer()
    watch.holds = answer is True
    rule = watch.rule
    if not _is_active(watch, at):
        # Outside its active time a condition counts as false, so that one that holds opens when the time begins.
        return end_activity(watch, at)
    came_true = answer is True and watch.truth is not True
    if answer is not None:
        watch.truth = answer
    if rule.mode is Mode.EVENT:
        return _fire_event(watch, at) if answer and not _is_over(watch, at) else None
    match watch.phase:
        case Phase.IDLE if came_true and not _is_over(watch, at):
            return _open(watch, at)
        case Phase.PENDING if answer is False or _is_over(watch, at):
            watch.end_episode()
        case Phase.PENDING if answer:
            watch.counted += 1
            if _has_held(watch, at):
                return _fire(watch, at, Reason.HELD_FOR)
        case Phase.FIRING | Phase.RECOVERING:
            return _go_on(watch, answer, at, is_own=True)
    return None


def run_out(watch: Watch, at: int) -> Transition | None:
    """Do what a timer that has run out asks for, at an entry that is not of the watch's own updates.

    What is unknown neither fires nor resolves; the next update looks again.
    """
    if not _is_active(watch, at):
        return end_activity(watch, at)
    answer = watch.answer()
    if watch.phase is not Phase.PENDING:
        return _go_on(watch, answer, at, is_own=False)
    if _is_over(watch, at):
        watch.end_episode()
        return None
    return _fire(watch, at, Reason.HELD_FOR) if answer else None


def end_activity(watch: Watch, at: int) -> Transition | None:
    """End an alert whose stretch of active time is over; the next one does not go on with it."""
    watch.truth = False
    return resolve(watch, at, Reason.INACTIVE)


def resolve(watch: Watch, at: int, reason: Reason) -> Transition | None:
    """Close a firing alert; one that was only pending ends without a word."""
    transition = None
    if watch.is_firing:
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
    """Leave out of a pending or recovering alert's time what nobody could see."""
    if watch.phase in (Phase.PENDING, Phase.RECOVERING) and watch.due is not None:
        watch.due += seconds


def _is_active(watch: Watch, at: int) -> bool:
    active = watch.rule.active
    return active is None or (active.contains(at) and (watch.ends is None or at < watch.ends))


def _is_over(watch: Watch, at: int) -> bool:
    return watch.term is not None and watch.term.is_over(at)


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
    watch.severity = _find_severity(watch)
    _use_up(watch)
    transition = _tell(watch, Kind.FIRED, Reason.CONDITION, at, decide(watch, at))
    watch.end_episode()
    return transition


def _fire(watch: Watch, at: int, reason: Reason) -> Transition:
    watch.phase = Phase.FIRING
    watch.severity = _find_severity(watch)
    _use_up(watch)
    hold = pass_opening(watch, at)
    if hold is None and note_opening(watch, at):
        reason = Reason.FLAPPING
    transition = _tell(watch, Kind.FIRING, reason, at, hold)
    watch.due = find_due(watch)
    return transition


def _go_on(watch: Watch, answer: bool | None, at: int, *, is_own: bool) -> Transition | None:  # noqa: FBT001 - Kleene's
    """Let a firing or recovering alert go on, or end."""
    ready = _is_ready_to_resolve(watch, answer)
    if watch.phase is Phase.RECOVERING:
        if ready is False:
            watch.phase = Phase.FIRING
            watch.due = find_due(watch)
        else:
            over = ready and watch.due is not None and at >= watch.due
            return resolve(watch, at, Reason.CONDITION) if over else None
    elif ready and is_own:
        if not watch.rule.keep_firing_for:
            return resolve(watch, at, Reason.CONDITION)
        watch.phase = Phase.RECOVERING
        watch.due = at + watch.rule.keep_firing_for
        return None
    severity = _find_severity(watch) if is_own and watch.levels else watch.severity
    if severity > watch.severity:
        watch.severity = severity
        return _tell_again(watch, Reason.SEVERITY_ROSE, at, decide(watch, at, rises=True))
    if watch.due is None or at < watch.due or answer is None or watch.stream.is_lost:
        return None
    return _tell_when_due(watch, at)


def _is_ready_to_resolve(watch: Watch, answer: bool | None) -> bool | None:  # noqa: FBT001 - Kleene's
    """Tell whether a firing alert may end: the trigger false, and `resolve_when` true."""
    if answer is not False or watch.may_resolve is None:
        return None if answer is None else not answer
    allowed = watch.may_resolve(watch.stream.update)
    return None if allowed is None else bool(allowed)


def _tell_when_due(watch: Watch, at: int) -> Transition | None:
    """Tell of a firing alert that was held back until now, or tell of it again."""
    if watch.told:
        hold = decide(watch, at, repeats=True)
        if hold is None:
            return _tell_again(watch, Reason.REPEATED, at, None)
    else:
        calm = watch.hold is Hold.FLAPPING
        watch.flapping = watch.flapping and not calm
        hold = decide(watch, at)
        if hold is None:
            return _tell_again(watch, Reason.CALM if calm else Reason.COOLDOWN_OVER, at, None)
        if hold is not Hold.LIMIT:
            watch.hold = hold
    watch.due = find_free(watch) if hold is Hold.LIMIT else find_due(watch)
    return None


def _tell(watch: Watch, kind: Kind, reason: Reason, at: int, hold: Hold | None) -> Transition:
    """Tell of an opening, or count it as held back."""
    held_back = 0
    watch.hold = hold
    watch.told = hold is None
    if hold is None:
        held_back, watch.held_back = watch.held_back, 0
        note_told(watch, at)
    else:
        watch.held_back += 1
    return _transition(watch, kind, reason, at, told=hold is None, hold=hold, held_back=held_back)


def _tell_again(watch: Watch, reason: Reason, at: int, hold: Hold | None) -> Transition:
    """Tell of an alert that has been firing; of one told for the first time its own opening was held back."""
    if hold is not None:
        if not watch.told:
            watch.hold = hold
        watch.held_back += 1
        watch.due = find_due(watch)
        return _transition(watch, Kind.FIRING, reason, at, told=False, hold=hold)
    held_back = watch.held_back - (not watch.told)
    watch.held_back = 0
    watch.told = True
    watch.hold = None
    note_told(watch, at)
    watch.due = find_due(watch)
    return _transition(watch, Kind.FIRING, reason, at, held_back=held_back)


def _use_up(watch: Watch) -> None:
    if watch.term is not None:
        watch.term.use_up()


def _find_severity(watch: Watch) -> Severity:
    """Return the highest severity whose condition holds now, and at least the episode's so far."""
    severity = watch.severity
    for higher, holds in watch.levels:
        if higher > severity and holds(watch.stream.update):
            severity = higher
    return severity


def _begin_episode(watch: Watch, at: int) -> None:
    stream = watch.stream
    watch.opened_at = at
    watch.alert = watch.identity.alert_id(f"{stream.name} {at} {stream.nth}")
    watch.n = 0
    watch.severity = watch.rule.severity
    watch.ends = None if watch.rule.active is None else watch.rule.active.ends_at(at)
    stream.note_trails()
    watch.trail_from = max(0, len(watch.trail) - 1)


def _transition(
    watch: Watch,
    kind: Kind,
    reason: Reason,
    at: int,
    *,
    told: bool = True,
    hold: Hold | None = None,
    held_back: int = 0,
) -> Transition:
    watch.n += 1
    return _describe(watch, kind, reason, at, n=watch.n, told=told, hold=hold, held_back=held_back)


def _describe(
    watch: Watch,
    kind: Kind,
    reason: Reason,
    at: int,
    *,
    n: int,
    told: bool = True,
    hold: Hold | None = None,
    held_back: int = 0,
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
        hold=hold,
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
