"""How old the news is: the line that ends a message."""

import datetime as dt

from flowalert.engine.transition import Reason, Transition
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_duration
from flowalert.market.instant import clock, to_wall

# These come of the calendar, the rule's hours or a reload, and of no publication.
_UNPUBLISHED = frozenset({Reason.SESSION_CLOSED, Reason.INACTIVE, Reason.RULE_GONE, Reason.RULE_NEW})

# Below zero, or beyond this, the two clocks disagree and the age is not known: a simulated market has its own time.
_LONGEST = 3600


def say_news(transition: Transition, tongue: Tongue, decided_at: dt.datetime | None) -> str:
    """Say when the exchange published what decided, and how long after that it was decided, where that is known.

    `09:51:00 발표 · 판단까지 0.8초`. `decided_at` is wall time and knows its zone. What no publication decided has
    the exchange time that it holds for: `18:10:00 기준`.
    """
    at = clock(transition.at)
    if transition.reason in _UNPUBLISHED:
        return tongue.choose(f"{at} 기준", f"as of {at}")
    published = tongue.choose(f"{at} 발표", f"published {at}")
    age = None if decided_at is None else (decided_at - to_wall(transition.at)).total_seconds()
    if age is None or not 0 <= age < _LONGEST:
        return published
    said = _say_age(age, tongue)
    return f"{published} · " + tongue.choose(f"판단까지 {said}", f"decided {said} later")


def _say_age(seconds: float, tongue: Tongue) -> str:
    tenths = f"{seconds:.1f}"
    if float(tenths) < 60:
        return tongue.choose(f"{tenths}초", f"{tenths} seconds")
    return say_duration(round(seconds), tongue)
