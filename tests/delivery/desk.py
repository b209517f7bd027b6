"""A store, a clock of our own, and targets that do as they are told: delivery without a network."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import trio

from flowalert.delivery import Channel, Doorbell, Inhibition, Orders, Policy, Report, run_delivery
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Sent
from flowalert.delivery.sender import Sender
from flowalert.engine.notice import Address, Delivery, DeliveryState
from flowalert.store import Store
from tests.store.sample import NOW


class Clock:
    """Wall time that stands still until the test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


class ScriptedTarget:
    """A target that writes down what it is sent and answers with the next outcome of its script, then `Sent`."""

    def __init__(
        self,
        address: Address,
        script: Iterable[Outcome] = (),
        *,
        before: Callable[[Message], Awaitable[None]] | None = None,
        easel: Sender | None = None,
    ) -> None:
        self.address = address
        self.easel = easel
        self.titles: list[str] = []
        self.messages: list[Message] = []
        self._script = iter(script)
        self._before = before

    async def send(self, message: Message, *, within: timedelta) -> Outcome:
        assert within > timedelta(0)
        self.titles.append(message.title)
        self.messages.append(message)
        if self._before is not None:
            await self._before(message)
        await trio.lowlevel.checkpoint()
        return next(self._script, Sent())


class Desk:
    """Delivery at work over a store; `told` has all that it reported, in order."""

    def __init__(self, bell: Doorbell) -> None:
        self.bell = bell
        self.told: list[Report] = []
        self._news = trio.Event()

    def tell(self, report: Report) -> None:
        self.told.append(report)
        self._news.set()
        self._news = trio.Event()

    async def until(self, enough: Callable[[list[Report]], bool]) -> None:
        """Wait until what was told is enough."""
        with trio.fail_after(20):
            while not enough(self.told):
                await self._news.wait()

    async def until_settled(self, count: int) -> None:
        """Wait until so many deliveries are settled."""
        await self.until(lambda told: sum(each.count for each in told if each.state.settled) >= count)


@asynccontextmanager
async def open_desk(
    store: Store,
    targets: Collection[Sender],
    clock: Callable[[], datetime],
    *,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    channels: Iterable[Channel] = (),
    inhibitions: Sequence[Inhibition] = (),
    stop_within: timedelta = timedelta(seconds=5),
    show: Callable[[Sequence[Delivery], Sender], None] = lambda _, __: None,
) -> AsyncIterator[Desk]:
    """Deliver until the block ends, then stop as a service does.

    Left out, there is one channel, `desk`, with these targets, that tells of each notice apart.
    """
    desk = Desk(Doorbell())
    given = tuple(channels) or (Channel("desk", tuple(targets), groups=False, expires_after=timedelta(days=2)),)
    orders = Orders(
        channels={channel.name: channel for channel in given},
        now=clock,
        exchange_now=clock,
        policy=policy,
        inhibitions=inhibitions,
        tell=desk.tell,
        show=show,
        stop_within=stop_within,
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_delivery, store, orders, desk.bell)
        yield desk
        desk.bell.close()


def states(reports: Iterable[Report]) -> list[tuple[str, DeliveryState]]:
    """Return title and state of each."""
    return [(each.title, each.state) for each in reports]
