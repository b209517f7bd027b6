"""A store, a clock of our own, and targets that do as they are told: delivery without a network."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import trio

from flowalert.delivery.attempt import Policy
from flowalert.delivery.dispatch import run_delivery
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Sent
from flowalert.delivery.worker import Sender
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
    """A target that writes down the titles it is sent and answers with the next outcome of its script, then `Sent`."""

    def __init__(
        self,
        address: Address,
        script: Iterable[Outcome] = (),
        *,
        before: Callable[[Message], Awaitable[None]] | None = None,
    ) -> None:
        self.address = address
        self.titles: list[str] = []
        self._script = iter(script)
        self._before = before

    async def send(self, message: Message, *, within: timedelta) -> Outcome:
        assert within > timedelta(0)
        self.titles.append(message.title)
        if self._before is not None:
            await self._before(message)
        await trio.lowlevel.checkpoint()
        return next(self._script, Sent())


class Desk:
    """Delivery at work over a store; `told` has every delivery that it reported, in order."""

    def __init__(self, bell: Doorbell) -> None:
        self.bell = bell
        self.told: list[Delivery] = []
        self._news = trio.Event()

    def tell(self, delivery: Delivery) -> None:
        self.told.append(delivery)
        self._news.set()
        self._news = trio.Event()

    async def until(self, enough: Callable[[list[Delivery]], bool]) -> None:
        """Wait until what was told is enough."""
        with trio.fail_after(20):
            while not enough(self.told):
                await self._news.wait()

    async def until_settled(self, count: int) -> None:
        """Wait until so many deliveries are settled."""
        await self.until(lambda told: sum(each.state.settled for each in told) >= count)


@asynccontextmanager
async def open_desk(
    store: Store,
    targets: Collection[Sender],
    clock: Callable[[], datetime],
    *,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    stop_within: timedelta = timedelta(seconds=5),
) -> AsyncIterator[Desk]:
    """Deliver until the block ends, then stop as a service does."""
    desk = Desk(Doorbell())
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await run_delivery(
                store, targets, desk.bell, now=clock, policy=policy, stop_within=stop_within, tell=desk.tell
            )

        nursery.start_soon(run)
        yield desk
        desk.bell.close()


def states(deliveries: Iterable[Delivery]) -> list[tuple[str, DeliveryState]]:
    """Return title and state of each."""
    return [(each.notice.title, each.state) for each in deliveries]
