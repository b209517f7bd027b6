"""What is told in a channel's quiet hours."""

from collections.abc import Sequence
from datetime import datetime

from flowalert.delivery.quiet import LONGEST, Quiet
from flowalert.delivery.stage.sieve import Hold, Sieved, Verdict, sieve
from flowalert.engine.queue import Waiting
from flowalert.market.instant import KST


def hold_in_quiet(waiting: Sequence[Waiting], quiet: Quiet | None, now: datetime) -> Sieved:
    """Hold what does not matter enough until the quiet ends, for a week at most; what a person put back passes.

    A resolve waits with its firing.
    """
    until = None if quiet is None else quiet.ends_at(now)
    if quiet is None or until is None:
        return Sieved(tuple(waiting))

    def judge(each: Waiting) -> Verdict:
        if each.severity >= quiet.min_severity or each.urgent:
            return None
        held_until = min(until, each.created_at + LONGEST)
        return Hold(f"quiet hours until {held_until.astimezone(KST):%H:%M}", held_until) if held_until > now else None

    return sieve(waiting, judge, now)
