"""The connections that are open: how many there may be, and how they end."""

import resource
import socket
import ssl

import hypercorn.config
import structlog
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState
from starlette.types import ASGIApp

from flowalert.feed.refrain import Refrain

log = structlog.get_logger()

_MOST = 2_000

Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]


class Hall:
    """Serves each connection by the server's own protocol. What changes: which are open, by `serve`.

    The server's own loop is not used: in it a fault of one connection ends all, their number has no bound but that of
    the process's files, which the feed needs too, and who takes nothing of what is sent keeps the service from ending.
    """

    def __init__(self, app: ASGIApp, config: hypercorn.config.Config) -> None:
        self._app = ASGIWrapper(app)  # type: ignore[arg-type] # ASGI by another name
        self._config = config
        self._context = WorkerContext(None)
        self._open: set[Stream] = set()
        self._refrain = Refrain()
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = _MOST if soft == resource.RLIM_INFINITY else min(_MOST, soft // 2)

    def make_listener(self, listening: socket.socket) -> "trio.SocketListener | trio.SSLListener[trio.SocketStream]":
        """Return what accepts connections, over TLS if the settings say so; raises OSError for a bad certificate."""
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(listening))
        context: ssl.SSLContext | None = self._config.create_ssl_context()
        return listener if context is None else trio.SSLListener(listener, context, https_compatible=True)

    async def serve(self, stream: Stream) -> None:
        """Serve a connection until it ends."""
        if len(self._open) >= self._most:
            await trio.aclose_forcefully(stream)
            return
        self._open.add(stream)
        try:
            await TCPServer(self._app, self._config, self._context, ConnectionState({}), stream)  # type: ignore[arg-type] # plain ones too
        except Exception as error:  # noqa: BLE001 - whatever one connection brings, the others are to go on
            # Its words may be the client's, who can bring it about as often as they like.
            fault = type(error).__name__
            times = self._refrain.find_due(fault, trio.current_time())
            say = log.debug if times is None else log.warning
            say("connection failed", fault=fault, times=times or 1)
            await trio.aclose_forcefully(stream)
        finally:
            self._open.discard(stream)

    async def end(self, within: float) -> None:
        """Let what is under way end, and cut off what has not after so many seconds."""
        await self._context.terminated.set()
        with trio.move_on_after(within):
            while self._open:  # noqa: ASYNC110 - each ends by itself, and no event tells of the last
                await trio.sleep(0.02)
        for stream in self._open:
            plain = stream.transport_stream if isinstance(stream, trio.SSLStream) else stream
            # The server shields what it sends from being cancelled, but not from this.
            plain.socket.close()
