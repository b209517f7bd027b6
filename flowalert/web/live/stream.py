"""The news as server-sent events."""

from collections.abc import Callable, Mapping
from typing import Any

import trio
from starlette.types import Receive, Scope, Send

from flowalert.web.live.news import Follower, News

# A proxy closes what is silent for a minute, and a browser that is gone is noticed by writing to it.
_BREATH = 15.0
MOST = 500
# Milliseconds after which a browser comes back.
_RETRY = 1_000

_HEADERS: Mapping[bytes, bytes] = {
    b"content-type": b"text/event-stream; charset=utf-8",
    b"cache-control": b"no-store",
    b"x-accel-buffering": b"no",
}


class Stream:
    """One answer that goes on until the browser leaves or the service ends.

    Each piece of news is an event `news` with its place as id. A browser that comes back says the last id it saw; where
    that is not kept any more, it gets an event `again`, and is to load what it shows anew.

    A class, not an async generator: those raise ResourceWarning under this server when a browser leaves.
    """

    def __init__(self, news: News, place: str, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """Begin at a place; `may_go_on` is asked before each piece, as a session can end meanwhile."""
        self._news = news
        self._place = place
        self._may_go_on = may_go_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS.items())})
            await send({"type": "http.response.body", "body": b""})
            return
        self._news.followers += 1
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_wait_until_gone, receive, nursery.cancel_scope)
                await self._tell(send)
                nursery.cancel_scope.cancel()
        finally:
            self._news.followers -= 1

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS.items())})
        known = self._news.follow(self._place)
        follower = known or self._news.follow_newest()
        try:
            await _write(send, f"retry: {_RETRY}\n\n".encode())
            if known is None:
                await _begin_again(send, follower)
            await self._tell_on(send, follower)
        finally:
            follower.leave()
        await send({"type": "http.response.body", "body": b""})

    async def _tell_on(self, send: Send, follower: Follower) -> None:
        while True:
            pieces: Any = ...
            with trio.move_on_after(_BREATH):
                pieces = await follower.next()
            if not self._may_go_on():
                return
            if pieces is ...:
                await _write(send, b": breath\n\n")
            elif pieces is None:
                await _begin_again(send, follower)
            elif not pieces:
                return
            else:
                await _write(send, pieces[0] if len(pieces) == 1 else b"".join(pieces))


async def _begin_again(send: Send, follower: Follower) -> None:
    follower.skip()
    await _write(send, f"id: {follower.place}\nevent: again\ndata: {{}}\n\n".encode())


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _wait_until_gone(receive: Receive, scope: trio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
