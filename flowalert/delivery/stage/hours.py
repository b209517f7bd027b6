"""What is told in a channel's quiet hours."""

from collections.abc import Sequence
from datetime import datetime

from flowalert.delivery.quiet import Quiet
from flowalert.delivery.stage.sieve import Hold, Sieved, Verdict, sieve
from flowalert.engine.queue import Waiting
from flowalert.market.instant import KST


def hold_in_quiet(waiting: Sequence[Waiting], quiet: Quiet | None, now: datetime) -> Sieved:
    """Hold what does not matter enough until the quiet ends; what a person put back himself passes.

    A resolve waits with its firing.
    """
    until = None if quiet is None else quiet.ends_at(now)
    if quiet is None or until is None:
        return Sieved(tuple(waiting))
    hold = Hold(f"quiet hours until {until.astimezone(KST):%H:%M}", until)

    def judge(each: Waiting) -> Verdict:
        return None if each.severity >= quiet.min_severity or each.urgent else hold

    return sieve(waiting, judge, now)
