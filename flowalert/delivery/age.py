"""How old the news is: the line that ends a message."""

import datetime as dt
from collections.abc import Sequence

from flowalert.engine.notice import Wording
from flowalert.engine.transition import Reason, Transition
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_duration
from flowalert.market.instant import clock, to_wall

# These come of the calendar, the rule's hours or a reload, and of no publication.
_UNPUBLISHED = frozenset({Reason.SESSION_CLOSED, Reason.INACTIVE, Reason.RULE_GONE, Reason.RULE_NEW})

# Below zero, or beyond this, the two clocks disagree and the age is not known: a simulated market has its own time.
_LONGEST = 3600
# But a message can wait for its target for a day.
_LONGEST_TO_SEND = 24 * 3600


def is_published(transition: Transition) -> bool:
    """Tell whether the exchange published what decided, at the transition's time."""
    return transition.reason not in _UNPUBLISHED


def say_age(wording: Wording, sent: dt.datetime, tongue: Tongue) -> str:
    """Say when the exchange published what decided, and how long after that it was received, decided and sent.

    `09:51:00 발표 · 수신 +0.4초 · 판단 +0.4초 · 발송 +0.8초`. `sent` is of the exchange's clock. Where that cannot be,
    nothing that comes after it is said. What no publication decided has the exchange time that it holds for: `18:10:00
    기준`.
    """
    at = clock(wording.at)
    if not wording.published:
        return tongue.choose(f"{at} 기준", f"as of {at}")
    steps = (
        (wording.received_at, _LONGEST, "수신", "received"),
        (wording.decided_at, _LONGEST, "판단", "decided"),
        (sent, _LONGEST_TO_SEND, "발송", "sent"),
    )
    parts = [tongue.choose(f"{at} 발표", f"published {at}")]
    for moment, longest, korean, english in steps:
        age = _find_age(wording, moment, longest)
        if age is not None:
            parts.append(f"{tongue.choose(korean, english)} {_say(age, tongue)}")
        elif moment is not None:
            break
    return " · ".join(parts)


def say_ages(wordings: Sequence[Wording], sent: dt.datetime, tongue: Tongue) -> str:
    """Say the same of several: from when to when they were published, and how long after that the first was sent."""
    times = [wording.at for wording in wordings]
    first = min(wordings, key=lambda each: each.at)
    agrees = first.decided_at is None or _find_age(first, first.decided_at, _LONGEST) is not None
    begin, end = clock(min(times)), clock(max(times))
    span = begin if begin == end else f"{begin}–{end}"
    said = tongue.choose(f"{span} 발표", f"published {span}")
    age = _find_age(first, sent, _LONGEST_TO_SEND) if agrees else None
    return said if age is None else f"{said} · {tongue.choose('발송', 'sent')} {_say(age, tongue)}"


def _find_age(wording: Wording, moment: dt.datetime | None, longest: float) -> float | None:
    if moment is None:
        return None
    age = (moment - to_wall(wording.at)).total_seconds()
    return age if 0 <= age < longest else None


def _say(seconds: float, tongue: Tongue) -> str:
    tenths = f"{seconds:.1f}"
    if float(tenths) < 60:
        return tongue.choose(f"+{tenths}초", f"+{tenths} s")
    return f"+{say_duration(round(seconds), tongue)}"
