"""Who is to hear of a firing: cooldown, limit and flapping, and when to look again.

What is remembered of tellings stands in the watch; `note_told` and `note_opening` change it, and `pass_opening`
where flapping begins or ends.
"""

import enum

from flowalert.engine.transition import Hold
from flowalert.engine.watch import Watch
from flowalert.language.code import Value

# An alert that begins for the fourth time in so many seconds comes and goes: that is told, and then no more until it
# has been calm for as long.
FLAPPING_AFTER = 3
FLAPPING_WITHIN = 600


class _Sign(enum.IntEnum):
    BELOW = -1
    NONE = 0
    ABOVE = 1


def _sign(value: Value) -> _Sign:
    if not value:
        return _Sign.NONE
    return _Sign.ABOVE if value > 0 else _Sign.BELOW


def decide(watch: Watch, at: int, *, repeats: bool = False, rises: bool = False) -> Hold | None:
    """Return why a firing is not to be told at an exchange time, or None.

    A repetition minds the limit alone; a rise in severity while the alert fires minds no cooldown.
    """
    if watch.flapping and not repeats:
        return Hold.FLAPPING
    if _is_at_limit(watch, at):
        return Hold.LIMIT
    passes = (
        repeats
        or rises
        or watch.told_at is None
        or at - watch.told_at >= watch.rule.cooldown
        or watch.severity > watch.told_severity
        or _sign(watch.value) * watch.told_sign == -1
    )
    return None if passes else Hold.COOLDOWN


def pass_opening(watch: Watch, at: int) -> Hold | None:
    """Return why the opening of a state is not to be told, or None; calm enough, it flaps no more."""
    if watch.flapping and at >= watch.began_at + FLAPPING_WITHIN:
        watch.flapping = False
    watch.began_at = at
    return decide(watch, at)


def note_opening(watch: Watch, at: int) -> bool:
    """Take note of an opening that is told; return whether with it the alert begins to flap."""
    openings = watch.openings
    watch.flapping = len(openings) == FLAPPING_AFTER and at - openings[0] <= FLAPPING_WITHIN
    if len(openings) == FLAPPING_AFTER:
        del openings[0]
    openings.append(at)
    return watch.flapping


def note_told(watch: Watch, at: int) -> None:
    """Take note that a firing is told."""
    watch.told_at = at
    watch.told_severity = watch.severity
    watch.told_sign = _sign(watch.value)
    if watch.rule.limit is not None:
        watch.tellings.append(at)


def find_due(watch: Watch) -> int | None:
    """Return when to look again at a firing alert, or None: to tell it late, or to tell it again."""
    if watch.told:
        if watch.rule.repeat and watch.told_at is not None:
            return watch.told_at + watch.rule.repeat
        return None
    match watch.hold:
        case Hold.FLAPPING:
            return watch.began_at + FLAPPING_WITHIN
        case Hold.COOLDOWN if watch.told_at is not None:
            return watch.told_at + watch.rule.cooldown
        case _:
            return None


def find_free(watch: Watch) -> int | None:
    """Return when the limit of an alert that has reached it lets the next telling through; None for never."""
    limit = watch.rule.limit
    if limit is None or limit.seconds is None:
        return None
    return sorted(watch.tellings)[-limit.count] + limit.seconds


def _is_at_limit(watch: Watch, at: int) -> bool:
    limit = watch.rule.limit
    if limit is None or len(watch.tellings) < limit.count:
        return False
    # A late update is told at an earlier time than what a timer told before it: the order says nothing.
    return limit.seconds is None or sum(at - each < limit.seconds for each in watch.tellings) >= limit.count
