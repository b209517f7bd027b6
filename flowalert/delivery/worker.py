"""One target's deliveries, one after the other."""

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import trio

from flowalert.delivery.attempt import Policy, begin, finish, settle
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.message import Message, message_of
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.outcome import Outcome, Unknown
from flowalert.engine.notice import Address, Delivery, DeliveryState
from flowalert.engine.transition import Kind

_LOOK_AGAIN_AFTER = 1.0  # the wall clock can be stepped, and a simulated one runs at another speed than trio's

STOPPED = "cut off by the service's stop; it may have gone out"


class Sender(Protocol):
    """What a worker asks of a target."""

    @property
    def address(self) -> Address: ...

    async def send(self, message: Message, *, within: timedelta) -> Outcome: ...


class Worker:
    """Sends what waits for one target, in order, until its doorbell is closed and nothing is due.

    It keeps nothing: what is to be sent next, and when, is read from the outbox each time.
    """

    def __init__(
        self,
        target: Sender,
        outbox: Outbox,
        *,
        now: Callable[[], datetime],
        policy: Policy,
        tell: Callable[[Delivery], None],
    ) -> None:
        self.bell = Doorbell()
        self._target = target
        self._outbox = outbox
        self._now = now
        self._policy = policy
        self._tell = tell

    async def run(self) -> None:
        """Send until the bell is closed and nothing is due; what is to be tried later is left for the next start."""
        while True:
            closed = self.bell.closed
            delivery = await self._outbox.next_delivery(self._target.address.key)
            wait = math.inf if delivery is None else (delivery.next_at - self._now()).total_seconds()
            if delivery is not None and wait <= 0:
                await self._deliver(delivery)
            elif closed:
                return
            else:
                await self.bell.wait(wait if delivery is None else min(wait, _LOOK_AGAIN_AFTER))

    async def _deliver(self, delivery: Delivery) -> None:
        if delivery.notice.kind is Kind.RESOLVED:
            untold = await self._outbox.find_untold(delivery)
            if untold is not None:
                await self._save(settle(delivery, DeliveryState.SUPPRESSED, untold, self._now()))
                return
        delivery = begin(delivery, self._now(), self._policy)
        await self._outbox.save(delivery)
        outcome: Outcome = Unknown(STOPPED)
        try:
            outcome = await self._target.send(message_of(delivery.notice), within=self._policy.send_within)
        finally:
            # Also when cancelled: the store is told at once what the next start would have to guess.
            with trio.CancelScope(shield=True):
                await self._finish(delivery, outcome)

    async def _finish(self, delivery: Delivery, outcome: Outcome) -> None:
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        await self._save(finish(delivery, outcome, self._now(), self._policy, jitter))

    async def _save(self, delivery: Delivery) -> None:
        await self._outbox.save(delivery)
        self._tell(delivery)
