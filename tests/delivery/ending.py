"""Deliveries brought to a state by hand, as a worker would bring them there."""

from datetime import datetime

from flowalert.delivery.attempt import Policy, begin, finish
from flowalert.delivery.outcome import Outcome
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Lane, Step, Waiting
from flowalert.store import Store
from tests.store.sample import DESK

POLICY = Policy()


async def queue_of(store: Store, target: str = DESK.key, channel: str = "desk") -> list[Waiting]:
    """Return what waits for a target in a channel."""
    return await store.waiting(Lane(target=target, channel=channel))


async def lease(store: Store, waiting: Waiting, now: datetime, lane: Lane | None = None) -> Lane:
    """Begin to send one delivery, and leave it there."""
    lane, step = begin(lane or Lane(target=DESK.key, channel="desk"), [waiting], None, now, POLICY)
    await store.advance(lane, [step])
    return lane


async def end(store: Store, waiting: Waiting, outcome: Outcome, now: datetime, lane: Lane | None = None) -> None:
    """Send one delivery, with this outcome."""
    lane = await lease(store, waiting, now, lane)
    lane, steps = finish(lane, [waiting], outcome, now, POLICY, 0)
    await store.advance(lane, steps)


async def settle(
    store: Store, waiting: Waiting, state: DeliveryState, reason: str, now: datetime, lane: Lane | None = None
) -> None:
    """Settle one delivery without a send."""
    step = Step(ids=(waiting.id,), state=state, reason=reason, settled_at=now)
    await store.advance(lane or Lane(target=DESK.key, channel="desk"), [step])
