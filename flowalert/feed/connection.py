"""One websocket connection, from TCP to its end; the border at which foreign errors become a reason.

trio-websocket's own opening loses the cause of a failed TLS handshake and can hang on leaving, so TCP and TLS
are opened here, and the stream is closed without asking the peer.
"""

import os
import ssl
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import h11
import trio
import trio_websocket
from trio_websocket import WebSocketConnection
from wsproto.utilities import ProtocolError

# Characters, not bytes; a data frame has about 300.
LARGEST_FRAME = 64 * 1024
# The default of 4 KiB costs a sixth of the throughput.
_RECEIVE_BUFFER = 64 * 1024
# So many frames may wait while one is being handed on; it smooths the burst at the start of a slot.
_QUEUE = 64

_FOREIGN = (
    OSError,
    trio.BrokenResourceError,
    trio.ClosedResourceError,
    trio_websocket.HandshakeError,
    trio_websocket.ConnectionClosed,
    h11.ProtocolError,
    ProtocolError,
)


class _Address(NamedTuple):
    host: str
    port: int
    resource: str
    is_secure: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


async def hold_connection(
    url: str,
    converse: Callable[[WebSocketConnection], Awaitable[str]],
    *,
    open_after: float,
    ssl_context: ssl.SSLContext | None = None,
) -> str:
    """Open a connection, run `converse` on it, close it, and return why it ended, in words.

    Opening gets `open_after` seconds. `converse` returns the reason itself, or lets an error of the connection
    pass. Its own errors, and a cancellation, pass through.
    """
    address = _parse(url)
    try:
        with trio.fail_after(open_after):
            stream = await _open_stream(address, ssl_context)
    except trio.TooSlowError:
        return f"cannot connect to {address.host}:{address.port}: no answer in {open_after:g} s"
    except (OSError, trio.BrokenResourceError, ssl.CertificateError) as error:
        return f"cannot connect to {address.host}:{address.port}: {explain(error)}"
    try:
        return await _converse(address, stream, converse, open_after)
    finally:
        # A peer that keeps TCP open after its close frame would make a polite close hang.
        await trio.aclose_forcefully(stream)


async def _converse(
    address: _Address,
    stream: trio.SocketStream | trio.SSLStream[trio.SocketStream],
    converse: Callable[[WebSocketConnection], Awaitable[str]],
    open_after: float,
) -> str:
    reason = "the connection ended"
    try:
        async with trio.open_nursery() as nursery:
            with trio.fail_after(open_after):
                socket = await trio_websocket.wrap_client_stream(
                    nursery,
                    stream,
                    address.authority,
                    address.resource,
                    message_queue_size=_QUEUE,
                    max_message_size=LARGEST_FRAME,
                    receive_buffer_size=_RECEIVE_BUFFER,
                )
            reason = await converse(socket)
            nursery.cancel_scope.cancel()
    except* trio.TooSlowError:
        reason = f"no websocket handshake in {open_after:g} s"
    except* _FOREIGN as group:
        reason = explain(_first(group))
    return reason


async def _open_stream(
    address: _Address, ssl_context: ssl.SSLContext | None
) -> trio.SocketStream | trio.SSLStream[trio.SocketStream]:
    plain = await trio.open_tcp_stream(address.host, address.port)
    if not address.is_secure:
        return plain
    context = ssl_context or ssl.create_default_context()
    secure = trio.SSLStream(plain, context, server_hostname=address.host, https_compatible=True)
    try:
        await secure.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(secure)
        raise
    return secure


def _parse(url: str) -> _Address:
    parts = urlsplit(url)
    is_secure = parts.scheme == "wss"
    resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Address(parts.hostname or "", parts.port or (443 if is_secure else 80), resource, is_secure)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def explain(error: BaseException) -> str:
    """Return what went wrong in words; never what the peer sent."""
    if isinstance(error, trio_websocket.ConnectionClosed):
        reason = error.reason
        return "closed" if reason is None else f"closed by the server ({reason.code} {reason.name})"
    if isinstance(error, trio_websocket.ConnectionRejected):
        return f"the server answered HTTP {error.status_code} to the websocket handshake"
    if isinstance(error, h11.ProtocolError | ProtocolError):
        return "the server does not speak the websocket protocol"
    cause = error.__cause__
    if isinstance(error, trio.BrokenResourceError | OSError) and cause is not None:
        return explain(_first(cause))  # trio says what failed, and its cause why
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)  # trio's own words say the address again
    if isinstance(error, OSError) and error.strerror:
        return error.strerror  # a name that does not resolve
    return f"{type(error).__name__}: {error}".removesuffix(": ")
