"""What befalls a session of a soak, slot by slot."""

from collections.abc import Awaitable, Callable

import trio

from flowalert.simulator.fault import FaultKind
from tests.fault.proxy import Proxy, cut
from tests.fault.torrent import wrap

# Of the frames of all series but the probe's, about three in a thousand.
CHANCES = {
    FaultKind.DROP: 0.0005,
    FaultKind.REPEAT: 0.001,
    FaultKind.REORDER: 0.001,
    FaultKind.GARBLE: 0.0005,
}


async def drop(proxy: Proxy) -> None:
    """The connection is reset."""
    proxy.drop()


async def break_off(proxy: Proxy) -> None:
    """The connection is reset in the middle of what is sent next."""

    async def cut_once(to: trio.SocketStream, data: bytes) -> None:
        proxy.mend()
        await cut(to, data)

    proxy.down = cut_once


async def send_garbage(proxy: Proxy) -> None:
    """Bytes come that are no websocket frames."""
    await proxy.inject(b"\xff" * 64)


async def send_bad_text(proxy: Proxy) -> None:
    """A text frame comes that is no UTF-8."""
    await proxy.inject(wrap(b"\xbf\xec"))


async def send_too_much(proxy: Proxy) -> None:
    """A message of 10 MB comes."""
    await proxy.inject(wrap(b"x" * 10_000_000))


async def close(proxy: Proxy) -> None:
    """The exchange closes with a code."""
    await proxy.inject(wrap((1011).to_bytes(2), 8))


Strike = Callable[[Proxy], Awaitable[None]]
# Each costs the connection.
STRIKES: tuple[Strike, ...] = (drop, break_off, send_garbage, send_bad_text, send_too_much, close)
