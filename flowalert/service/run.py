"""A service from its start to its stop."""

from collections.abc import Awaitable, Callable, Iterator

import trio

from flowalert.feed.token import TokenRefusedError
from flowalert.operation.pulse import Pulse
from flowalert.service.plan import Account, Plan
from flowalert.service.reload import Reloading
from flowalert.service.service import Service
from flowalert.store import StoreFailed, open_store


async def stand_alone(_: Service) -> None:
    """Have nobody beside the service."""


async def run_service(
    plan: Plan,
    stop: trio.Event,
    started: Callable[[Service], None] = lambda _: None,
    beside: Callable[[Service], Awaitable[None]] = stand_alone,
) -> Account:
    """Run a service until `stop` is set; return what it did. `started` is given it once it is ready to serve.

    `beside` runs as long as it serves, and is to end once `stop` is set: the store is closed only then, so that it
    answers to the last.

    Raises StoreRefused for a store that cannot be used, StoreFailed for one that fails while it is, and
    TokenRefusedError for a key that is refused.
    """
    pulse = Pulse()
    async with open_store(plan.store, on_wait=pulse.beat_all) as store:
        service = Service(plan, store, await store.pasts(), pulse)
        await service.resume()
        started(service)
        ends: list[TokenRefusedError | StoreFailed] = []
        try:
            async with trio.open_nursery() as company:
                company.start_soon(beside, service)
                async with trio.open_nursery() as nursery:
                    if plan.source is not None:
                        nursery.start_soon(Reloading(service, plan.source).run)
                    await service.run(stop)
                    nursery.cancel_scope.cancel()
        except* (TokenRefusedError, StoreFailed) as group:
            ends += _leaves(group)
        if ends:
            raise ends[0]
        return await service.account()


def _leaves(
    group: BaseExceptionGroup[TokenRefusedError | StoreFailed],
) -> Iterator[TokenRefusedError | StoreFailed]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
