"""A plain client of the simulator, with nothing of flowalert's own feed in it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
import pytest
import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from flowalert.simulator.server import Simulator

FORM = {"grant_type": "client_credentials", "appkey": "k", "appsecretkey": "s", "scope": "oob"}

Frame = dict[str, Any]


class Wire:
    """One websocket connection, with the token that it uses."""

    def __init__(self, socket: WebSocketConnection, token: str) -> None:
        self.socket = socket
        self.token = token

    async def ask(self, tr_type: str, tr_cd: str, tr_key: str, *, token: str | None = None) -> None:
        header = {"token": self.token if token is None else token, "tr_type": tr_type}
        await self.socket.send_message(json.dumps({"header": header, "body": {"tr_cd": tr_cd, "tr_key": tr_key}}))

    async def register(self, *keys: tuple[str, str]) -> None:
        """Register and wait for the acknowledgements; data frames that come between are read over."""
        for tr_cd, tr_key in keys:
            assert (await self.answer("3", tr_cd, tr_key))["header"]["rsp_cd"] == "00000"

    async def next(self) -> Frame:
        return dict(json.loads(await self.socket.get_message()))

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        while not wanted(frame := await self.next()):
            pass
        return frame

    async def slot(self) -> list[Frame]:
        """Return the next whole slot of the one key that is registered."""
        frames = [await self.row()]
        while True:
            frame = await self.row()
            if frame["body"]["tjjtime"] == frames[0]["body"]["tjjtime"]:
                frames.append(frame)
            elif len(frames) == 15:
                return frames
            else:
                frames = [frame]

    async def row(self) -> Frame:
        return await self.until(is_row)

    async def answer(self, tr_type: str, tr_cd: str, tr_key: str) -> Frame:
        await self.ask(tr_type, tr_cd, tr_key)
        return await self.until(is_control)


def is_control(frame: Frame) -> bool:
    return "rsp_cd" in frame["header"]


def is_row(frame: Frame) -> bool:
    return "tjjcode" in (frame.get("body") or {})


def port_of(simulator: Simulator) -> int:
    return urlsplit(simulator.ws_url).port or 0


async def fetch_token(simulator: Simulator) -> str:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return str((await http.post(simulator.token_url, data=FORM)).json()["access_token"])


class Connect(Protocol):
    def __call__(self, simulator: Simulator, *, token: str | None = None) -> AbstractAsyncContextManager[Wire]: ...


@pytest.fixture
def connect() -> Connect:
    """Open a websocket to a simulator, with a good token unless another is given."""

    @asynccontextmanager
    async def open_wire(simulator: Simulator, *, token: str | None = None) -> AsyncIterator[Wire]:
        good = await fetch_token(simulator) if token is None else token
        with trio.fail_after(20):
            # Not `open_websocket_url`: it leaves the socket open where the server was the one to close.
            async with (
                await trio.open_tcp_stream("127.0.0.1", port_of(simulator)) as stream,
                trio.open_nursery() as nursery,
            ):
                socket = await wrap_client_stream(nursery, stream, "127.0.0.1", "/websocket")
                yield Wire(socket, good)
                with trio.move_on_after(1):
                    await socket.aclose()
                nursery.cancel_scope.cancel()

    return open_wire
