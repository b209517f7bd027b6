"""An exchange in a process of its own: issues a token, acknowledges, and sends frames at a steady rate."""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from time import monotonic_ns
from typing import NamedTuple

import trio
from trio_websocket import ConnectionClosed, WebSocketRequest, serve_websocket

TEN = 36_000  # the second of the day from which on the frames are numbered
_TOKEN = b'{"access_token":"T","scope":"oob","token_type":"Bearer","expires_in":86400}'
_ISSUED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"


class Ports(NamedTuple):
    """Where the exchange listens, on 127.0.0.1."""

    websocket: int
    token: int


def run_exchange(pipe: Connection, count: int, rate: float) -> None:
    """Serve one client: put the ports in the pipe, then the moments at which each frame was sent.

    Moments are those of the system's monotonic clock, which all processes of a machine share, in ns. The frames
    start once everything is registered; each is a publication of its own and fires the rule.
    """
    trio.run(_serve, pipe, count, rate)


async def _serve(pipe: Connection, count: int, rate: float) -> None:
    async with trio.open_nursery() as nursery:
        issuer = (await nursery.start(partial(trio.serve_tcp, _issue, 0, host="127.0.0.1")))[0]
        sent: list[int] = []
        done = trio.Event()
        server = await nursery.start(
            partial(serve_websocket, partial(_converse, count, rate, sent, done), "127.0.0.1", 0, ssl_context=None)
        )
        pipe.send(Ports(server.port, issuer.socket.getsockname()[1]))
        await done.wait()
        pipe.send(sent)
        nursery.cancel_scope.cancel()


async def _issue(stream: trio.SocketStream) -> None:
    async with stream:
        asked = b""
        while b"grant_type" not in asked:
            received = await stream.receive_some()
            if not received:
                return
            asked += received
        await stream.send_all(_ISSUED % (len(_TOKEN), _TOKEN))


async def _converse(count: int, rate: float, sent: list[int], done: trio.Event, request: WebSocketRequest) -> None:
    socket = await request.accept()
    async with trio.open_nursery() as nursery:
        try:
            while True:
                asked = json.loads(await socket.get_message())
                header = {"tr_type": asked["header"]["tr_type"], "tr_cd": asked["body"]["tr_cd"], "rsp_cd": "00000"}
                await socket.send_message(json.dumps({"header": header, "body": None}))
                if asked["body"]["tr_cd"] == "BM_" and asked["header"]["tr_type"] == "3":
                    nursery.start_soon(_send, socket.send_message, _make_frames(count), rate, sent)
        except ConnectionClosed:
            done.set()


async def _send(send: Callable[[str], Awaitable[None]], frames: Sequence[str], rate: float, sent: list[int]) -> None:
    begun = trio.current_time()
    for number, frame in enumerate(frames):
        await trio.sleep_until(begun + number / rate)
        sent.append(monotonic_ns())
        await send(frame)


def _make_frames(count: int) -> list[str]:
    """Return frames numbered from 0 by the second of their publication."""
    return [_make_frame(number) for number in range(count)]


def _make_frame(number: int) -> str:
    second = TEN + number
    body = {
        "p_msval": "0",
        "tjjtime": f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00",
        "p_msvol": "1",
        "mdvalue": "54037",
        "msvolume": str(241626 + number),
        "upcode": "001",
        "tjjcode": "0017",
        "msvalue": "53764",
        "mdvolume": "241626",
        "msvol": str(number),
        "msval": "-273",
    }
    return json.dumps({"header": {"tr_cd": "BM_", "tr_key": "001"}, "body": body}, separators=(",", ":"))
