"""The simulated server: a websocket and a token endpoint, on sockets of their own."""

import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import h11
import structlog
import trio
from trio_websocket import ConnectionClosed, WebSocketRequest, wrap_server_stream
from wsproto.utilities import LocalProtocolError

from flowalert.market.instant import KST, date_of, from_wall
from flowalert.simulator.client import GOING_AWAY, Client
from flowalert.simulator.count import Count
from flowalert.simulator.desk import Desk
from flowalert.simulator.exchange import Exchange, seed_client
from flowalert.simulator.fault import Fault, Mangler
from flowalert.simulator.http import serve_http
from flowalert.simulator.line import Line, Wire
from flowalert.simulator.oauth import answer_token_request
from flowalert.simulator.setting import SimulatorSettings
from flowalert.simulator.token import TokenBook

_log = structlog.get_logger()

_PATH = "/websocket"
_HANDSHAKE_AFTER = 10.0
_LEAVE_AFTER = 2.0
_LARGEST_MESSAGE = 64 * 1024
_RECEIVE_BUFFER = 64 * 1024


class Simulator:
    """A running simulator: where it listens, what it has done, and the faults that it can be given.

    `count` has the running totals (see `Count`).
    """

    def __init__(self, exchange: Exchange, tokens: TokenBook, count: Count, *, ws_url: str, token_url: str) -> None:
        self.count = count
        self.ws_url = ws_url
        self.token_url = token_url
        self._exchange = exchange
        self._tokens = tokens

    @property
    def clients(self) -> tuple[int, ...]:
        """The numbers of the websocket connections that are open, in the order in which they came."""
        return tuple(self._exchange.clients)

    @property
    def tokens_issued(self) -> int:
        return self._tokens.issued

    def registered(self, client: int) -> frozenset[str]:
        """Return the keys that a client has registered, as the wire spells them: `BM_ 001`."""
        return frozenset(f"{key.tr_cd} {key.tr_key}" for key in self._exchange.clients[client].keys)

    def now(self) -> int:
        """Return the exchange time of the simulated day (see `market.instant`)."""
        return self._exchange.now()

    def inject(self, fault: Fault) -> int:
        """Let a fault happen now; return how many clients it befell."""
        return self._exchange.inject(fault)

    def expire_tokens(self) -> None:
        """End every token issued so far; sockets stay open until their next request."""
        self._tokens.expire()


@asynccontextmanager
async def open_simulator(
    settings: SimulatorSettings | None = None,
    *,
    ssl_context: ssl.SSLContext | None = None,
    wall: Callable[[], dt.datetime] = lambda: dt.datetime.now(KST),
) -> AsyncIterator[Simulator]:
    """Run a simulator inside the block; both its endpoints speak TLS where a context is given.

    `wall` tells the wall clock's time with its zone: tokens end by it, and it names the first day. Leaving the block
    sends every client a close frame. Raises OSError where a port is taken.
    """
    settings = settings or SimulatorSettings()
    count = Count()
    tokens = TokenBook(settings.tokens, wall)
    exchange = Exchange(settings, settings.date or date_of(from_wall(wall())), tokens, count)
    door = _Door(settings, exchange, Desk(settings, tokens, count), count)
    serve_tokens = partial(serve_http, answer=partial(answer_token_request, tokens=tokens))
    secure = "s" if ssl_context else ""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    # Ports are taken before there is a nursery, so that a taken one raises OSError and not a group.
    async with (
        _open_listener(settings.host, settings.port) as listener,
        _open_listener(settings.host, settings.token_port) as token_listener,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(_listen, listener, ssl_context, door.let_in)
        nursery.start_soon(_listen, token_listener, ssl_context, serve_tokens)
        nursery.start_soon(exchange.run)
        try:
            yield Simulator(
                exchange,
                tokens,
                count,
                ws_url=f"ws{secure}://{host}:{_port_of(listener)}{_PATH}",
                token_url=f"http{secure}://{host}:{_port_of(token_listener)}/oauth2/token",
            )
        finally:
            with trio.move_on_after(_LEAVE_AFTER, shield=True):
                await door.close()
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def _open_listener(host: str, port: int) -> AsyncIterator[trio.SocketListener]:
    first, *others = await trio.open_tcp_listeners(port, host=host)
    # A name such as localhost stands for several addresses, and port 0 for another port on each: one will do.
    for other in others:
        await other.aclose()
    async with first:
        yield first


def _port_of(listener: trio.SocketListener) -> int:
    return int(listener.socket.getsockname()[1])


async def _listen(
    listener: trio.SocketListener, ssl_context: ssl.SSLContext | None, serve: Callable[[Wire], Awaitable[None]]
) -> None:
    async def greet(stream: trio.SocketStream) -> None:
        if ssl_context is None:
            await serve(stream)
            return
        secured = trio.SSLStream(stream, ssl_context, server_side=True, https_compatible=True)
        try:
            with trio.fail_after(_HANDSHAKE_AFTER):
                await secured.do_handshake()
        except (trio.BrokenResourceError, trio.TooSlowError) as error:
            _log.info("TLS handshake failed", why=str(error.__cause__ or error))
            await trio.aclose_forcefully(secured)
            return
        await serve(secured)

    await trio.serve_listeners(greet, [listener])


class _Door:
    """Lets clients in and numbers them; `let_in` changes the number, `close` stops letting in."""

    def __init__(self, settings: SimulatorSettings, exchange: Exchange, desk: Desk, count: Count) -> None:
        self._settings = settings
        self._exchange = exchange
        self._desk = desk
        self._count = count
        self._is_open = True
        self._left = trio.Event()

    async def close(self) -> None:
        """Send every client a close frame, and wait until they have gone."""
        self._is_open = False
        for client in self._exchange.clients.values():
            client.close(GOING_AWAY, "simulator ends")
        while self._exchange.clients:
            self._left = trio.Event()
            await self._left.wait()

    async def let_in(self, wire: Wire) -> None:
        """Serve one connection to its end."""
        line = Line(wire)
        try:
            async with trio.open_nursery() as nursery:
                request = await _shake_hands(nursery, line)
                if request is None or not self._is_open:
                    nursery.cancel_scope.cancel()
                elif request.path != _PATH:
                    _log.info("wrong path refused", path=request.path)
                    await request.reject(404, body=f"the websocket is at {_PATH}\n".encode())
                    nursery.cancel_scope.cancel()
                else:
                    await self._serve(request, line)
                    nursery.cancel_scope.cancel()
        except* ConnectionClosed:
            _log.info("client left during the handshake")
        except* (LocalProtocolError, h11.LocalProtocolError, UnicodeDecodeError):
            # What is no websocket at all can leave wsproto in a state in which it cannot even refuse, and a header
            # that is no ASCII it does not expect.
            _log.info("not a websocket, closed")
        finally:
            await trio.aclose_forcefully(line)

    async def _serve(self, request: WebSocketRequest, line: Line) -> None:
        socket = await request.accept()
        self._count.connects += 1
        number = self._count.connects
        rng = seed_client(self._settings.seed, number)
        client = Client(
            number,
            socket,
            line,
            mangler=Mangler(self._settings.chances, rng),
            rng=rng,
            now=self._exchange.now,
            backlog=self._settings.backlog,
            count=self._count,
        )
        self._exchange.admit(client)
        _log.info("client connected", client=number)
        try:
            await client.serve(self._desk.answer)
        finally:
            self._exchange.dismiss(client)
            _log.info("client gone", client=number)
            self._left.set()


async def _shake_hands(nursery: trio.Nursery, line: Line) -> WebSocketRequest | None:
    with trio.move_on_after(_HANDSHAKE_AFTER):
        return await wrap_server_stream(
            nursery, line, max_message_size=_LARGEST_MESSAGE, receive_buffer_size=_RECEIVE_BUFFER
        )
    return None
