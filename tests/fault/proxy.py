"""A proxy between a service and its exchange, on real sockets, that does to the bytes what a test wants done."""

import socket as sockets
import struct
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import trio

_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)

Way = Callable[[trio.SocketStream, bytes], Awaitable[None]]
"""What becomes of bytes that came from one side, given the stream to the other."""


async def pass_on(to: trio.SocketStream, data: bytes) -> None:
    """As if there were no proxy."""
    await to.send_all(data)


async def swallow(_to: trio.SocketStream, _data: bytes) -> None:
    """They are read, and that is all."""


async def hold(_to: trio.SocketStream, _data: bytes) -> None:
    """They are the last that are read; TCP stands."""
    await trio.sleep_forever()


async def trickle(to: trio.SocketStream, data: bytes) -> None:
    """One at a time, with pauses."""
    for at in range(len(data)):
        await to.send_all(data[at : at + 1])
        await trio.sleep(0.002)


async def cut(to: trio.SocketStream, data: bytes) -> None:
    """The first half is passed on, then the connection is reset."""
    await to.send_all(data[: len(data) // 2])
    reset(to)


async def close_after_upgrade(to: trio.SocketStream, data: bytes) -> None:
    """The answer to the handshake is passed on, then the connection is closed."""
    await to.send_all(data)
    await to.aclose()


async def close_instead(to: trio.SocketStream, _data: bytes) -> None:
    """The connection is closed where an answer is expected."""
    await to.aclose()


def reset(stream: trio.SocketStream) -> None:
    """End a connection with RST."""
    stream.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    stream.socket.close()


class Proxy:
    """Passes bytes on, on one port of loopback.

    A test changes `upstream`, the port behind it, and `up` and `down`, what becomes of what the service and the
    exchange send, also on connections that stand; `tells_ends`, whether one side learns that the other has gone.
    """

    def __init__(self, upstream: int, nursery: trio.Nursery) -> None:
        self.upstream = upstream
        self.up: Way = pass_on
        self.down: Way = pass_on
        self.tells_ends = True
        self.port = 0
        self.clients: list[trio.SocketStream] = []
        self._nursery = nursery
        self._sending: defaultdict[trio.SocketStream, trio.Lock] = defaultdict(trio.Lock)
        self._scope = trio.CancelScope()

    @property
    def client(self) -> trio.SocketStream:
        """The newest connection of the service."""
        return self.clients[-1]

    def mend(self) -> None:
        """Pass on again whatever comes, on new connections and on those that stand."""
        self.up = self.down = pass_on
        self.tells_ends = True

    async def inject(self, data: bytes) -> None:
        """Send the service bytes that the exchange never sent, and nothing else meanwhile."""
        client = self.client
        async with self._sending[client]:
            with suppress(*_GONE):
                await client.send_all(data)

    async def open(self) -> None:
        """Take connections, on the same port each time."""
        listeners = await trio.open_tcp_listeners(self.port, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        self._scope = trio.CancelScope()
        self._nursery.start_soon(self._listen, listeners, self._scope)

    async def _listen(self, listeners: list[trio.SocketListener], scope: trio.CancelScope) -> None:
        with scope:
            await trio.serve_listeners(self._take, listeners, handler_nursery=self._nursery)

    def shut(self) -> None:
        """Refuse connections from now on."""
        self._scope.cancel()

    def drop(self) -> None:
        """End all connections with RST."""
        for client in self.clients:
            reset(client)
        self.clients.clear()

    async def _take(self, client: trio.SocketStream) -> None:
        self.clients.append(client)
        server = await trio.open_tcp_stream("127.0.0.1", self.upstream)
        try:
            async with client, server, trio.open_nursery() as nursery:
                for from_, to, is_up in ((client, server, True), (server, client, False)):
                    nursery.start_soon(partial(self._pump, from_, to, nursery.cancel_scope, is_up=is_up))
        finally:
            if client in self.clients:
                self.clients.remove(client)

    async def _pump(
        self, from_: trio.SocketStream, to: trio.SocketStream, both: trio.CancelScope, *, is_up: bool
    ) -> None:
        with suppress(*_GONE):
            while data := bytes(await from_.receive_some(1 << 16)):
                if is_up:
                    await self.up(to, data)
                    continue
                async with self._sending[to]:
                    await self.down(to, data)
        if self.tells_ends:
            both.cancel()


@asynccontextmanager
async def open_proxy(upstream: int) -> AsyncIterator[Proxy]:
    """Serve until left."""
    async with trio.open_nursery() as nursery:
        proxy = Proxy(upstream, nursery)
        await proxy.open()
        yield proxy
        nursery.cancel_scope.cancel()
