"""What an attempt makes of a lane and of the deliveries in its message: pure functions from one state to the next."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from flowalert.delivery.channel import Rate
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.delivery.quiet import Quiet
from flowalert.delivery.stage.rate import take
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Lane, Step, Waiting

UNDER_WAY = "under way"


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


def begin(lane: Lane, batch: Sequence[Waiting], rate: Rate | None, now: datetime, policy: Policy) -> tuple[Lane, Step]:
    """Return the lane with a message paid for, and the step that leases its deliveries for one send."""
    step = Step(
        ids=tuple(each.id for each in batch),
        state=DeliveryState.SENDING,
        reason=UNDER_WAY,
        attempts=1,
        lease_until=now + policy.send_within,
    )
    return replace(take(lane, rate, now), last_at=now), step


def finish(
    lane: Lane,
    batch: Sequence[Waiting],
    outcome: Outcome,
    now: datetime,
    policy: Policy,
    jitter: float,
    quiet: Quiet | None = None,
) -> tuple[Lane, tuple[Step, ...]]:
    """Return the lane and its deliveries after a send ended: settled, or to be tried again.

    `batch` has them as they were before it began; `quiet` are the hours that may have held them before that.
    """
    ids = tuple(each.id for each in batch)
    free = replace(lane, failures=0, blocked_until=None, asked_until=None)
    if isinstance(outcome, Sent):
        among = "" if len(ids) == 1 else f"in a message of {len(ids):,}"
        parts = ["accepted", among, outcome.shortened, outcome.pictureless]
        return free, (_settle(ids, DeliveryState.SENT, ", ".join(part for part in parts if part), now),)
    if isinstance(outcome, Refused):
        # The target answers: nothing that comes after this needs to wait.
        return free, (_settle(ids, DeliveryState.DEAD, outcome.reason, now),)
    lane = replace(lane, failures=lane.failures + 1)
    wait = back_off(lane.failures, policy, jitter)
    asked = outcome.after if isinstance(outcome, Retry) else None
    if asked is not None:
        # A plea for less than our own wait is not taken up: services ask for 0 or 1 s by habit.
        wait = max(wait, timedelta(seconds=asked))
    until = now + wait
    lane = replace(lane, blocked_until=until, asked_until=None if asked is None else until)
    return lane, tuple(_try_again(batch, outcome, now, until, policy, quiet))


def _try_again(
    batch: Sequence[Waiting],
    outcome: Retry | Unknown,
    now: datetime,
    until: datetime,
    policy: Policy,
    quiet: Quiet | None,
) -> Iterator[Step]:
    uncertain = int(isinstance(outcome, Unknown))
    tired: dict[int, list[int]] = {}
    others: list[int] = []
    for each in batch:
        # What waited for the end of a weekend is not to be given up after one attempt.
        held_until = None if quiet is None else quiet.ends_at(each.created_at)
        if until >= (held_until or each.created_at) + policy.give_up_after:
            tired.setdefault(each.attempts + 1, []).append(each.id)
        else:
            others.append(each.id)
    for attempts, ids in tired.items():
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        yield _settle(tuple(ids), DeliveryState.DEAD, f"gave up after {tries}: {outcome.reason}", now, uncertain)
    if others:
        yield Step(
            ids=tuple(others),
            state=DeliveryState.RETRYING,
            reason=outcome.reason,
            next_at=until,
            uncertain=uncertain,
        )


def _settle(ids: tuple[int, ...], state: DeliveryState, reason: str, now: datetime, uncertain: int = 0) -> Step:
    return Step(ids=ids, state=state, reason=reason, settled_at=now, uncertain=uncertain)
