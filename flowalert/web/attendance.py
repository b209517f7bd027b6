"""Work that is worth doing only while somebody waits for it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
from starlette.requests import Request

from flowalert.store import StoreFailed
from flowalert.web.mistake import RequestRefused

T = TypeVar("T")


async def wait_while_there(request: Request, work: Callable[[], Awaitable[T]]) -> T:
    """Return what comes of work; cancel it once the browser that waits is gone.

    Raises RequestRefused then, which nobody reads. What the request sends has been read before, if it is wanted.
    """
    done: list[T] = []
    refused: list[RequestRefused | StoreFailed] = []

    async def leave_when_gone(scope: trio.CancelScope) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave_when_gone, nursery.cancel_scope)
        try:
            done.append(await work())
        except (RequestRefused, StoreFailed) as error:
            # Kept until the nursery has ended, which would wrap it into a group.
            refused.append(error)
        nursery.cancel_scope.cancel()
    if refused:
        raise refused[0]
    if not done:
        raise RequestRefused(503, "nobody waits for this any more")
    return done[0]
