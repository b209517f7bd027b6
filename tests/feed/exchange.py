"""A small exchange on real sockets, as obedient or as faulty as a test wants it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import h11
import trio
import trio_websocket
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest

OK = {"rsp_cd": "00000", "rsp_msg": "정상처리되었습니다"}
EXAMPLE = {
    "p_msval": "21",
    "tjjtime": "09510000",
    "p_msvol": "123",
    "mdvalue": "54037",
    "msvolume": "236487",
    "upcode": "001",
    "tjjcode": "9999",
    "msvalue": "53764",
    "mdvolume": "241626",
    "msvol": "-5139",
    "msval": "-273",
}


def data_frame(tr_cd: Any = "BM_", tr_key: Any = "001", **body: Any) -> str:
    """The vendor's example frame, with what is named changed."""
    upcode = body.pop("upcode", tr_key)
    return json.dumps(
        {"header": {"tr_cd": tr_cd, "tr_key": tr_key}, "body": EXAMPLE | {"upcode": upcode} | body},
        ensure_ascii=False,
    )


@dataclass
class Client:
    """One connection, as the exchange sees it."""

    socket: WebSocketConnection
    requests: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        """`tr_type`, `tr_cd` and `tr_key` of each request."""
        return [(each["header"]["tr_type"], each["body"]["tr_cd"], each["body"]["tr_key"]) for each in self.requests]

    @property
    def token(self) -> str:
        return str(self.requests[0]["header"]["token"])

    async def send(self, *frames: str | bytes) -> None:
        for frame in frames:
            await self.socket.send_message(frame)

    async def answer(self, request: dict[str, Any], **header: Any) -> None:
        head = {"tr_type": request["header"]["tr_type"], "tr_cd": request["body"]["tr_cd"]}
        await self.send(json.dumps({"header": head | OK | header, "body": None}, ensure_ascii=False))


Answer = Callable[[Client, dict[str, Any]], Awaitable[None]]


async def acknowledge(client: Client, request: dict[str, Any]) -> None:
    await client.answer(request)


class Exchange:
    """Records who connects and what is asked; `answer` and `greet` are for a test to replace."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.closed = 0
        self.answer: Answer = acknowledge
        self.greet: Callable[[Client], Awaitable[None]] | None = None
        self.url = ""

    async def serve(self, request: WebSocketRequest) -> None:
        socket = await request.accept()
        client = Client(socket)
        self.clients.append(client)
        try:
            # What a test makes the server do to a connection that the client has given up is no failure.
            with suppress(ConnectionClosed):
                if self.greet is not None:
                    await self.greet(client)
                while True:
                    asked = json.loads(await socket.get_message())
                    client.requests.append(asked)
                    client.times.append(trio.current_time())
                    await self.answer(client, asked)
        finally:
            self.closed += 1


@asynccontextmanager
async def open_exchange(**kwargs: Any) -> AsyncIterator[Exchange]:
    """Serve on a free port until left; `ssl_context` makes it wss."""
    exchange = Exchange()
    ssl_context = kwargs.pop("ssl_context", None)
    async with trio.open_nursery() as nursery:
        server = await nursery.start(
            partial(
                trio_websocket.serve_websocket,
                exchange.serve,
                "127.0.0.1",
                0,
                ssl_context=ssl_context,
                **kwargs,
            )
        )
        host = "localhost" if ssl_context else "127.0.0.1"
        exchange.url = f"{'wss' if ssl_context else 'ws'}://{host}:{server.port}/websocket"
        yield exchange
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def open_raw(handler: Callable[[trio.SocketStream], Awaitable[None]]) -> AsyncIterator[str]:
    """Serve bare TCP on a free port and give its ws URL."""
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
        port = listeners[0].socket.getsockname()[1]
        yield f"ws://127.0.0.1:{port}/websocket"
        nursery.cancel_scope.cancel()


Reply = tuple[int, dict[str, Any] | bytes, dict[str, str]]


class Issuer:
    """A token endpoint. `replies` are given in order; after them, tokens `token-1`, `token-2` … of `life` s."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.times: list[float] = []
        self.replies: list[Reply] = []
        self.life: Any = 86_400
        self.issued = 0
        self.pause = 0.0
        self.url = ""

    def reply(self, path: str, form: dict[str, str]) -> Reply:
        self.forms.append((path, form))
        self.times.append(trio.current_time())
        if self.replies:
            return self.replies.pop(0)
        if path.endswith("/revoke"):
            return 200, {"code": 200, "message": "접근토큰 폐기에 성공하였습니다."}, {}
        self.issued += 1
        token = {"access_token": f"token-{self.issued}", "scope": "oob", "token_type": "Bearer"}
        return 200, token | {"expires_in": self.life}, {}

    async def serve(self, stream: trio.abc.Stream) -> None:
        # A client that is stopped in the middle of its request is no failure.
        with suppress(h11.RemoteProtocolError, trio.BrokenResourceError):
            await self._serve(stream)

    async def _serve(self, stream: trio.abc.Stream) -> None:
        peer = h11.Connection(h11.SERVER)
        body = b""
        path = ""
        async with stream:
            while True:
                event = peer.next_event()
                if event is h11.NEED_DATA:
                    peer.receive_data(bytes(await stream.receive_some()))
                elif isinstance(event, h11.Request):
                    path = event.target.decode()
                    assert event.method == b"POST"
                    assert (b"content-type", b"application/x-www-form-urlencoded") in list(event.headers)
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    break
                else:
                    return
            await trio.sleep(self.pause)
            status, said, headers = self.reply(path, dict(parse_qsl(body.decode())))
            text = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
            fields = [("content-length", str(len(text))), ("connection", "close"), *headers.items()]
            for event_out in (
                h11.Response(status_code=status, headers=fields),
                h11.Data(data=text),
                h11.EndOfMessage(),
            ):
                await stream.send_all(peer.send(event_out) or b"")


@asynccontextmanager
async def open_issuer(**kwargs: Any) -> AsyncIterator[Issuer]:
    issuer = Issuer()
    ssl_context = kwargs.get("ssl_context")
    async with trio.open_nursery() as nursery:
        serve: Callable[..., Awaitable[Any]]
        if ssl_context is None:
            serve = partial(trio.serve_tcp, issuer.serve, 0, host="127.0.0.1")
        else:
            serve = partial(trio.serve_ssl_over_tcp, issuer.serve, 0, ssl_context, host="127.0.0.1")
        listeners = await nursery.start(serve)
        listener = listeners[0]
        plain = listener if ssl_context is None else listener.transport_listener
        port = plain.socket.getsockname()[1]
        scheme, host = ("http", "127.0.0.1") if ssl_context is None else ("https", "localhost")
        issuer.url = f"{scheme}://{host}:{port}/oauth2/token"
        yield issuer
        nursery.cancel_scope.cancel()
