"""One target's deliveries, one message after the other."""

import math
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

import trio
from msgspec import Struct

from flowalert.delivery.attempt import Policy, begin, finish
from flowalert.delivery.channel import Channel
from flowalert.delivery.composition import Moment, compose, select
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.outcome import Outcome, Unknown
from flowalert.delivery.plan import Plan, make_plan
from flowalert.delivery.report import Report
from flowalert.delivery.sender import Sender
from flowalert.delivery.stage.grouping import find_opening
from flowalert.delivery.stage.mute import Mutes
from flowalert.engine.notice import Delivery, DeliveryState
from flowalert.engine.queue import Glance, Lane, Step, Waiting

_LOOK_AGAIN_AFTER = 1.0  # the wall clock can be stepped, and a simulated one runs at another speed than trio's

STOPPED = "cut off by the service's stop; it may have gone out"


class Desk(Struct, frozen=True, kw_only=True):
    """What all workers have in common: where things are kept, what time it is, and whom to tell.

    `now` is wall time, `exchange_now` the exchange's clock; `mutes` is asked anew for each message.
    """

    outbox: Outbox
    mutes: Callable[[], Awaitable[Mutes]]
    now: Callable[[], datetime]
    exchange_now: Callable[[], datetime]
    policy: Policy
    tell: Callable[[Report], None]
    show: Callable[[Sequence[Delivery], Sender], None]


class Worker:
    """Sends what waits for one target, in order, until its doorbell is closed and nothing is due.

    It keeps nothing: what is to be sent next, and when, is read from the outbox each time.
    """

    def __init__(self, target: Sender, channels: Iterable[Channel], desk: Desk) -> None:
        """Work for a target; `channels` are those that have it."""
        self.bell = Doorbell()
        self._target = target
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._desk = desk

    async def run(self) -> None:
        """Send until the bell is closed and nothing is due; what is to be tried later is left for the next start."""
        while True:
            closed = self.bell.closed
            now = self._desk.now()
            found = await self._find_next(now, closing=closed)
            if found is not None and found[0] <= now and await self._open(found[1]):
                continue
            if closed:
                return
            await self.bell.wait(math.inf if found is None else _limit((found[0] - now).total_seconds()))

    async def _find_next(self, now: datetime, *, closing: bool) -> tuple[datetime, Glance] | None:
        """Return the lane that is to be looked into first, and when."""
        glances = await self._desk.outbox.glances(self._target.address.key, now)
        openings = (
            (find_opening(glance, self._channels[glance.lane.channel], now, closing=closing), glance)
            for glance in glances
            if glance.lane.channel in self._channels
        )
        # A service that asked for time asked on behalf of all that comes from here.
        asked = max((each.lane.asked_until for each in glances if each.lane.asked_until is not None), default=None)
        due = [(max(opens, asked or opens), glance) for opens, glance in openings if opens is not None]
        return min(due, key=lambda each: each[0], default=None)

    async def _open(self, glance: Glance) -> bool:
        """Decide about what waits in a lane, and send what is to be sent; return whether anything was done."""
        desk, lane = self._desk, glance.lane
        channel = self._channels[lane.channel]
        waiting = await desk.outbox.waiting(lane)
        now = desk.now()
        plan = make_plan(glance, channel, waiting, await desk.mutes(), now)
        known = {each.id: each for each in waiting}
        if not plan.batch:
            if plan.steps:
                await self._advance(lane, plan.steps, known)
            return bool(plan.steps)
        await self._send(lane, channel, plan, known, now)
        return True

    async def _send(
        self, lane: Lane, channel: Channel, plan: Plan, known: Mapping[int, Waiting], now: datetime
    ) -> None:
        desk = self._desk
        lane, lease = begin(lane, plan.batch, channel.rate, now, desk.policy)
        selection = select(plan.batch)
        chosen = await desk.outbox.begin(lane, [*plan.steps, lease], selection.ids)
        self._tell(plan.steps, lane, known)
        deliveries = _in_order(chosen, selection.ids)
        earlier = len(plan.batch) - len(selection.ids) - selection.unlisted
        sent = Moment(desk.now(), desk.exchange_now())
        message = compose(deliveries, channel, sent, unlisted=selection.unlisted, earlier=earlier)
        outcome: Outcome = Unknown(STOPPED)
        try:
            outcome = await self._target.send(message, within=desk.policy.send_within)
        finally:
            # Also when cancelled: the store is told at once what the next start would have to guess.
            with trio.CancelScope(shield=True):
                jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
                lane, steps = finish(lane, plan.batch, outcome, desk.now(), desk.policy, jitter, channel.quiet)
                await self._advance(lane, steps, known, title=message.title, tried=1)
        if any(step.state is DeliveryState.SENT for step in steps):
            desk.show(deliveries, self._target)

    async def _advance(
        self, lane: Lane, steps: Sequence[Step], known: Mapping[int, Waiting], *, title: str = "", tried: int = 0
    ) -> None:
        await self._desk.outbox.advance(lane, steps)
        self._tell(steps, lane, known, title=title, tried=tried)

    def _tell(
        self,
        steps: Iterable[Step],
        lane: Lane,
        known: Mapping[int, Waiting],
        *,
        title: str = "",
        tried: int = 0,
    ) -> None:
        now = self._desk.now()
        for step in steps:
            is_sent = step.state is DeliveryState.SENT
            self._desk.tell(
                Report(
                    channel=lane.channel,
                    target=self._target.address,
                    state=step.state,
                    reason=step.reason,
                    count=len(step.ids),
                    title=title,
                    attempts=max(known[id_].attempts for id_ in step.ids) + tried,
                    uncertain=max(known[id_].uncertain for id_ in step.ids) + step.uncertain,
                    next_at=step.next_at,
                    waited=tuple((now - known[id_].created_at).total_seconds() for id_ in step.ids if is_sent),
                )
            )


def _limit(seconds: float) -> float:
    """Return how long to wait for what is due in so many seconds; at once where nothing could be done is no time."""
    return seconds if 0 < seconds < _LOOK_AGAIN_AFTER else _LOOK_AGAIN_AFTER


def _in_order(deliveries: Iterable[Delivery], ids: Sequence[int]) -> list[Delivery]:
    by_id = {each.id: each for each in deliveries}
    return [by_id[id_] for id_ in ids]
