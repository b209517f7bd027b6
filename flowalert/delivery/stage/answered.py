"""What need not be told any more: it was acknowledged, it is over, or its firing was never told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flowalert.delivery.stage.sieve import Drop, Sieved, Verdict, sieve
from flowalert.engine.notice import Occasion
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Kind


def drop_answered(waiting: Sequence[Waiting], acknowledged: Mapping[str, str], now: datetime) -> Sieved:
    """Suppress resolves of what nobody was told, and reminders and escalations that nobody needs.

    `acknowledged` has the alerts that somebody has acknowledged, with who did.
    """

    def judge(each: Waiting) -> Verdict:
        if each.kind is Kind.RESOLVED:
            return Drop(f"the firing was not told: {each.untold}") if each.untold else None
        by = acknowledged.get(each.alert)
        if by is not None and (each.reminder or each.occasion is Occasion.ESCALATED):
            return Drop(f"acknowledged by {by}")
        if each.occasion is Occasion.ESCALATED and not each.fires:
            return Drop("over before anybody had to be told")
        return None

    return sieve(waiting, judge, now)
