"""A feed that runs against a test's exchange, and waiting for what it does."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import trio

from flowalert.feed.client import Feed
from flowalert.feed.outlet import Received
from flowalert.feed.setting import Endpoint, FeedSettings
from flowalert.market.entry import Entry
from flowalert.market.instant import KST
from flowalert.market.venue import Venue
from tests.feed.exchange import Exchange, Issuer, open_exchange, open_issuer

KOSPI = (Venue.KRX, "001")
KOSDAQ = (Venue.KRX, "301")
# A Monday on which the exchange trades, a minute after the vendor's example frame; and a Sunday.
IN_SESSION = dt.datetime(2026, 11, 23, 9, 52, tzinfo=KST)
CLOSED_DAY = dt.datetime(2026, 11, 22, 9, 52, tzinfo=KST)

T = TypeVar("T")


async def until(condition: Callable[[], T], seconds: float = 5) -> T:
    """Wait until a condition holds, and give its value; fail if it does not in time."""
    with trio.fail_after(seconds):
        while not (value := condition()):  # noqa: ASYNC110 - what is waited for happens across a socket
            await trio.sleep(0.005)
    return value


@dataclass
class Wall:
    """A wall clock that a test moves."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.moment


def make_settings(exchange_url: str, token_url: str, **changes: Any) -> FeedSettings:
    """Settings for a test: as quick as it can bear, with a secret to look for in the logs."""
    given: dict[str, Any] = {
        "endpoint": Endpoint(exchange_url, token_url),
        "appkey": "APPKEY-planted",
        "appsecret": "S3CRET-planted",
        "pace": 0.0,
        "retry_first": 0.02,
        "retry_cap": 0.1,
        "open_after": 2.0,
        "release_after": 1.0,
    }
    return FeedSettings(**(given | changes))


@dataclass
class Running:
    """A running feed, what it handed on so far, and its two servers."""

    feed: Feed
    exchange: Exchange
    issuer: Issuer
    wall: Wall
    received: list[Received]
    scope: trio.CancelScope
    ended: trio.Event

    @property
    def entries(self) -> list[Entry]:
        return [each.entry for each in self.received]

    def of(self, kind: type[T]) -> list[T]:
        return [entry for entry in self.entries if isinstance(entry, kind)]

    async def stop(self) -> None:
        self.scope.cancel()
        with trio.fail_after(5):
            await self.ended.wait()


@asynccontextmanager
async def open_feed(  # noqa: PLR0913 - a test names the few that it needs
    places: Sequence[tuple[Venue, str]] = (KOSPI,),
    *,
    setup: Callable[[Exchange, Issuer], None] = lambda _exchange, _issuer: None,
    moment: dt.datetime = CLOSED_DAY,
    room: float = 1000,
    is_taken: bool = True,
    server: dict[str, Any] | None = None,
    journal: Sequence[Entry] = (),
    url: str | None = None,
    token_cache: Path | None = None,
    **changes: Any,
) -> AsyncIterator[Running]:
    """Run a feed against servers of its own; `setup` prepares them, `changes` are settings."""
    wall = Wall(moment)
    send, receive = trio.open_memory_channel[Received](room)
    received: list[Received] = []
    ended = trio.Event()
    async with open_exchange(**(server or {})) as exchange, open_issuer() as issuer:
        setup(exchange, issuer)
        settings = make_settings(url or exchange.url, issuer.url, token_cache=token_cache, **changes)
        feed = Feed(settings, now=wall)
        feed.prime(journal)
        async with trio.open_nursery() as nursery:

            async def run(scope: trio.CancelScope) -> None:
                try:
                    with scope:
                        await feed.run(places, send)
                finally:
                    ended.set()

            async def take() -> None:
                async for each in receive:
                    received.append(each)  # noqa: PERF401 - seen by the test one by one, as they come

            scope = trio.CancelScope()
            nursery.start_soon(run, scope)
            if is_taken:
                nursery.start_soon(take)
            yield Running(feed, exchange, issuer, wall, received, scope, ended)
            scope.cancel()
            with trio.fail_after(5):
                await ended.wait()
            nursery.cancel_scope.cancel()
        receive.close()
