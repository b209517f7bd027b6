"""A TCP or TLS stream that can go dead, or be cut."""

import socket
import struct
from typing import TypeAlias

import trio

Wire: TypeAlias = "trio.SocketStream | trio.SSLStream[trio.SocketStream]"


class Line(trio.abc.Stream):
    """A stream to one client.

    `go_dead` and `reset` change it, for good. A dead line takes what it is told to send and sends nothing, reads and
    forgets what comes, and ends when the client hangs up. Bytes withheld below the websocket are the only way to
    withhold pongs as well: trio-websocket answers pings by itself.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._dead = False

    def go_dead(self) -> None:
        self._dead = True

    async def reset(self) -> None:
        """Cut the TCP connection, so that the client sees a reset and not an end."""
        transport = self._wire.transport_stream if isinstance(self._wire, trio.SSLStream) else self._wire
        # Lingering for no time at all is how a socket is told to send RST.
        transport.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await trio.aclose_forcefully(transport)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        if self._dead:
            await trio.lowlevel.checkpoint()
            return
        await self._wire.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._wire.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        while True:
            data = await self._wire.receive_some(max_bytes)
            if not self._dead or not data:
                return data

    async def aclose(self) -> None:
        if self._dead:
            await trio.aclose_forcefully(self._wire)
        else:
            await self._wire.aclose()
