"""All targets at work."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import trio
from msgspec import Struct

from flowalert.delivery.attempt import Policy
from flowalert.delivery.channel import Channel
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.rendering import Occurrence
from flowalert.delivery.report import Report
from flowalert.delivery.sender import Sender
from flowalert.delivery.stage.mute import Inhibition, Mutes
from flowalert.delivery.sweep import Broom, sweep
from flowalert.delivery.worker import Desk, Worker
from flowalert.engine.notice import Delivery, DeliveryState
from flowalert.engine.queue import Version
from flowalert.engine.silence import changes_at
from flowalert.engine.transition import Transition

# Another process may put a delivery back or add a silence, and has no bell to ring. A look is a few short queries.
_LOOK_AGAIN_AFTER = 2.0


def _tell_nobody(_: Report) -> None:
    """Take no notice."""


def _mark_nothing() -> None:
    """Take no notice."""


def _show_nothing(_: Sequence[Delivery], __: Sender) -> None:
    """Have no picture."""


def _recall(transitions: Sequence[Transition]) -> Iterable[Occurrence]:
    """Know nothing more of transitions."""
    return [Occurrence(each, None) for each in transitions]


class Orders(Struct, frozen=True, kw_only=True):
    """What delivery is to do.

    `now` is wall time, with its zone, `exchange_now` the exchange's clock. `tell` is called after an attempt or a
    decision was written, `show` after a message was sent. `recall` makes occurrences of transitions from before, with
    what is known by now. `beat` is called whenever the dispatch goes round. At the end what is due has `stop_within` of
    trio's time to go out.
    """

    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    exchange_now: Callable[[], datetime]
    policy: Policy = Policy()
    inhibitions: Sequence[Inhibition] = ()
    tell: Callable[[Report], None] = _tell_nobody
    show: Callable[[Sequence[Delivery], Sender], None] = _show_nothing
    recall: Callable[[Sequence[Transition]], Iterable[Occurrence]] = _recall
    beat: Callable[[], None] = _mark_nothing
    stop_within: timedelta = timedelta(seconds=5)


async def run_delivery(outbox: Outbox, orders: Orders, bell: Doorbell) -> None:
    """Send what the outbox holds, each target by a worker of its own, until `bell` is closed.

    Ring the bell after every commit that made deliveries; what another process has changed is found within two
    seconds of trio's time. Closing it stops: what is due goes out if there is time for it, and what is left waits on
    disk for the next start.
    """
    board = Board(outbox, orders.inhibitions, orders.now)

    def tell(report: Report) -> None:
        orders.tell(report)
        if report.state in (DeliveryState.DEAD, DeliveryState.RETRYING):
            # A fallback may have to be told.
            bell.ring()

    desk = Desk(
        outbox=outbox,
        mutes=board.read,
        now=orders.now,
        exchange_now=orders.exchange_now,
        policy=orders.policy,
        tell=tell,
        show=orders.show,
    )
    workers = [Worker(target, having, desk) for target, having in _list_targets(orders.channels.values())]
    broom = Broom(outbox=outbox, channels=orders.channels, recall=orders.recall, tell=orders.tell)
    await outbox.release_leases(orders.now())
    async with trio.open_nursery() as nursery:
        for worker in workers:
            nursery.start_soon(worker.run)
        while not bell.closed:
            orders.beat()
            for worker in workers:
                worker.bell.ring()
            mutes = await board.read()
            if not await sweep(broom, mutes, orders.now()):
                await bell.wait(min(_LOOK_AGAIN_AFTER, _find_change(mutes, orders.now())))
        for worker in workers:
            worker.bell.close()
        nursery.cancel_scope.deadline = trio.current_time() + orders.stop_within.total_seconds()


def _list_targets(channels: Iterable[Channel]) -> list[tuple[Sender, list[Channel]]]:
    """Return each target once, with the channels that have it."""
    found: dict[str, tuple[Sender, list[Channel]]] = {}
    for channel in channels:
        for target in channel.targets:
            found.setdefault(target.address.key, (target, []))[1].append(channel)
    return list(found.values())


class Board:
    """What mutes alerts. What changes is what was read last, and when that was, by `read` alone."""

    def __init__(self, outbox: Outbox, inhibitions: Sequence[Inhibition], now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._now = now
        self._mutes = Mutes(inhibitions=inhibitions)
        self._version: Version | None = None

    async def read(self) -> Mutes:
        """Return what mutes alerts by now; what has not changed is not read again."""
        version, before = await self._outbox.version(), self._version
        if before is None or version.hands != before.hands:
            silences = await self._outbox.silences(now=self._now())
            self._mutes = replace(self._mutes, silences=silences, acknowledged=await self._outbox.acknowledged())
        # Nobody asks which alerts fire but an inhibition.
        if self._mutes.inhibitions and (before is None or version.alerts != before.alerts):
            self._mutes = replace(self._mutes, firing=await self._outbox.firing())
        self._version = version
        return self._mutes


def _find_change(mutes: Mutes, now: datetime) -> float:
    """Return the seconds until a silence begins or ends; infinite where none does."""
    moments = [changes_at(each, now) for each in mutes.silences]
    return min((max((each - now).total_seconds(), 0.0) for each in moments if each is not None), default=math.inf)
