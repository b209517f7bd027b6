"""What an attempt makes of a delivery: pure functions from one state of it to the next."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.engine.notice import Delivery, DeliveryState


class Policy(Struct, frozen=True, kw_only=True):
    """How long a send may take and how often it is tried again.

    `send_within` is trio's time, the others are wall time. The wait after the n-th attempt is
    `retry_after` doubled n - 1 times, at most `retry_at_most`, of which a random part of up to half is left out.
    """

    send_within: timedelta = timedelta(seconds=30)
    retry_after: timedelta = timedelta(seconds=2)
    retry_at_most: timedelta = timedelta(minutes=5)
    give_up_after: timedelta = timedelta(hours=24)


def back_off(attempts: int, policy: Policy, jitter: float) -> timedelta:
    """Return the wait after so many attempts; `jitter`, from 0 to 1, says how much of the half is left out."""
    doublings = min(attempts - 1, 32)  # beyond that a timedelta overflows before the cap is taken
    return min(policy.retry_after * (1 << doublings), policy.retry_at_most) * (1 - jitter / 2)


def begin(delivery: Delivery, now: datetime, policy: Policy) -> Delivery:
    """Return the delivery leased for one send."""
    return replace(
        delivery,
        state=DeliveryState.SENDING,
        reason="under way",
        attempts=delivery.attempts + 1,
        lease_until=now + policy.send_within,
    )


def finish(delivery: Delivery, outcome: Outcome, now: datetime, policy: Policy, jitter: float) -> Delivery:
    """Return the delivery after its send ended: settled, or to be tried again."""
    if isinstance(outcome, Sent):
        remarks = [remark for remark in (outcome.shortened, outcome.pictureless) if remark]
        reason = ", ".join(["sent", *remarks]) if remarks else "accepted"
        return settle(delivery, DeliveryState.SENT, reason, now)
    uncertain = delivery.uncertain + isinstance(outcome, Unknown)
    delivery = replace(delivery, uncertain=uncertain)
    if isinstance(outcome, Refused):
        return settle(delivery, DeliveryState.DEAD, outcome.reason, now)
    wait = back_off(delivery.attempts, policy, jitter)
    if isinstance(outcome, Retry) and outcome.after is not None:
        # A plea for less than our own wait is not taken up: services ask for 0 or 1 s by habit.
        wait = max(wait, timedelta(seconds=outcome.after))
    if now + wait >= delivery.created_at + policy.give_up_after:
        reason = f"gave up after {delivery.attempts} attempts: {outcome.reason}"
        return settle(delivery, DeliveryState.DEAD, reason, now)
    return replace(delivery, state=DeliveryState.RETRYING, reason=outcome.reason, next_at=now + wait, lease_until=None)


def settle(delivery: Delivery, state: DeliveryState, reason: str, now: datetime) -> Delivery:
    """Return the delivery in a final state."""
    return replace(delivery, state=state, reason=reason, settled_at=now, lease_until=None)
