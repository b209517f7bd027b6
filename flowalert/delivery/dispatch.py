"""All targets at work."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import trio

from flowalert.delivery.attempt import Policy, settle
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.worker import Sender, Worker
from flowalert.engine.notice import Delivery, DeliveryState

# Another process may put a delivery back, and has no bell to ring. A look is one short query a target; SQLite's
# data_version would make it one in all, for a query more in the outbox.
_LOOK_AGAIN_AFTER = 2.0

TARGET_GONE = "the target is no longer in the settings"


def _tell_nobody(_: Delivery) -> None:
    """Take no notice."""


async def run_delivery(
    outbox: Outbox,
    targets: Iterable[Sender],
    bell: Doorbell,
    *,
    now: Callable[[], datetime],
    policy: Policy = Policy(),  # noqa: B008 - frozen
    stop_within: timedelta = timedelta(seconds=5),
    tell: Callable[[Delivery], None] = _tell_nobody,
) -> None:
    """Send what the outbox holds, each target by a worker of its own, until `bell` is closed.

    Ring the bell after every commit that made deliveries; what another process has put back is found within two
    seconds of trio's time. Closing it stops: what is due has `stop_within` of trio's time to go out, and what is left
    waits on disk for the next start.
    `tell` is called with each delivery after an attempt or a decision was written: sent, retrying, dead or
    suppressed. `now` is wall time, with its zone.
    """
    workers = {target.address.key: Worker(target, outbox, now=now, policy=policy, tell=tell) for target in targets}
    await outbox.release_leases(now())
    async with trio.open_nursery() as nursery:
        for worker in workers.values():
            nursery.start_soon(worker.run)
        while not bell.closed:
            for orphan in await outbox.find_orphans(workers.keys()):
                gone = settle(orphan, DeliveryState.SUPPRESSED, TARGET_GONE, now())
                await outbox.save(gone)
                tell(gone)
            for worker in workers.values():
                worker.bell.ring()
            await bell.wait(_LOOK_AGAIN_AFTER)
        for worker in workers.values():
            worker.bell.close()
        nursery.cancel_scope.deadline = trio.current_time() + stop_within.total_seconds()
