"""How many messages go to a target: a token bucket."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from flowalert.delivery.channel import Rate
from flowalert.delivery.stage.sieve import Hold, Sieved, Verdict, sieve
from flowalert.engine.queue import Lane, Waiting


def refill(lane: Lane, rate: Rate, now: datetime) -> Lane:
    """Return the lane with the tokens that it has by now; the first time it is full."""
    if lane.tokens_at is None:
        return replace(lane, tokens=float(rate.count), tokens_at=now)
    # A clock that was set back gives nothing, and takes nothing.
    passed = max((now - lane.tokens_at).total_seconds(), 0)
    tokens = min(lane.tokens + passed * rate.count / rate.seconds, float(rate.count))
    return replace(lane, tokens=tokens, tokens_at=now)


def take(lane: Lane, rate: Rate | None, now: datetime) -> Lane:
    """Return the lane with a message paid for; what is urgent may run it into debt, by one filling at most."""
    if rate is None:
        return lane
    filled = refill(lane, rate, now)
    return replace(filled, tokens=max(filled.tokens - 1, -float(rate.count)))


def hold_by_rate(waiting: Sequence[Waiting], lane: Lane, rate: Rate | None, now: datetime) -> Sieved:
    """Hold all that is not urgent until there is a token; it is told together then."""
    filled = lane if rate is None else refill(lane, rate, now)
    if rate is None or filled.tokens >= 1:
        return Sieved(tuple(waiting))
    # A millisecond more, or what a float rounds away would be waited for again and again.
    wait = timedelta(seconds=(1 - filled.tokens) * rate.seconds / rate.count, milliseconds=1)
    hold = Hold(f"the rate of {rate} is used up; it comes with the next message", now + wait)

    def judge(each: Waiting) -> Verdict:
        return None if each.urgent else hold

    return sieve(waiting, judge, now)
