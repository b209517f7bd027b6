import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx2
import pytest
import trio

from flowalert.simulator.server import Simulator, open_simulator
from flowalert.simulator.setting import SimulatorSettings
from flowalert.simulator.token import TokenPolicy

FORM = {"grant_type": "client_credentials", "appkey": "k", "appsecretkey": "s", "scope": "oob"}


@asynccontextmanager
async def open_endpoint(policy: TokenPolicy | None = None) -> AsyncIterator[tuple[Simulator, httpx2.AsyncClient]]:
    with trio.fail_after(10):
        async with (
            open_simulator(SimulatorSettings(tokens=policy or TokenPolicy())) as simulator,
            httpx2.AsyncClient(trust_env=False) as http,
        ):
            yield simulator, http


def revoke_url(simulator: Simulator) -> str:
    return simulator.token_url.replace("/token", "/revoke")


async def talk(simulator: Simulator, *pieces: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the server ends the connection."""
    port = urlsplit(simulator.token_url).port or 0
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        for piece in pieces:
            await stream.send_all(piece)
        return b"".join([bytes(data) async for data in stream])


async def test_token_is_issued() -> None:
    """The answer has the vendor's fields, and an appkey may be any text."""
    async with open_endpoint() as (simulator, http):
        response = await http.post(simulator.token_url, data=FORM)
        answer = response.json()
        assert response.status_code == 200
        assert list(answer) == ["access_token", "scope", "token_type", "expires_in"]
        assert (answer["scope"], answer["token_type"]) == ("oob", "Bearer")
        assert 0 < answer["expires_in"] <= 31 * 3600


@pytest.mark.parametrize(
    ("change", "status", "code", "words"),
    [
        ({"appkey": "x"}, 403, "IGW00103", "유효하지 않은 AppKey입니다."),
        ({"appsecretkey": "x"}, 403, "IGW00105", "유효하지 않은 AppSecret입니다."),
        ({"grant_type": "password"}, 400, "400", "grant_type is password; send client_credentials"),
        ({"scope": ""}, 400, "400", "scope is ; send oob"),
    ],
)
async def test_refusals(change: dict[str, str], status: int, code: str, words: str) -> None:
    """A wrong key and a wrong secret have the vendor's codes and words; a wrong form says what to send."""
    async with open_endpoint(TokenPolicy("k", "s")) as (simulator, http):
        response = await http.post(simulator.token_url, data=FORM | change)
        assert response.status_code == status
        assert response.json() == {"error_code": code, "error_description": words}


async def test_rate_limit() -> None:
    """Too many requests are 429 with the vendor's code."""
    async with open_endpoint(TokenPolicy(limit=1, limit_every=3600)) as (simulator, http):
        assert (await http.post(simulator.token_url, data=FORM)).status_code == 200
        response = await http.post(simulator.token_url, data=FORM)
        assert (response.status_code, response.json()["error_code"]) == (429, "IGW00201")


async def test_revoke() -> None:
    """A token is revoked once, with the vendor's words; after that it is unknown."""
    async with open_endpoint() as (simulator, http):
        token = (await http.post(simulator.token_url, data=FORM)).json()["access_token"]
        form = {"appkey": "k", "appsecretkey": "s", "token": token, "token_type_hint": "access_token"}
        response = await http.post(revoke_url(simulator), data=form)
        assert response.json() == {"code": 200, "message": "접근토큰 폐기에 성공하였습니다."}
        response = await http.post(revoke_url(simulator), data=form)
        assert (response.status_code, response.json()["rsp_cd"]) == (500, "IGW00122")


async def test_wrong_requests() -> None:
    """An unknown path, another method and another type of body are refused, on one connection that stays."""
    async with open_endpoint() as (simulator, http):
        assert (await http.post(simulator.token_url + "s", data=FORM)).status_code == 404
        response = await http.get(simulator.token_url)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        response = await http.head(simulator.token_url)
        assert (response.status_code, response.content) == (405, b"")
        assert (await http.post(simulator.token_url, json=FORM)).status_code == 400
        raw = {"content-type": "application/x-www-form-urlencoded"}
        assert (await http.post(simulator.token_url, content=b"\xff=1", headers=raw)).status_code == 400
        assert (await http.post(simulator.token_url, content=b"a=1&" * 99, headers=raw)).status_code == 400
        assert (await http.post(simulator.token_url, data=FORM)).status_code == 200


async def test_sizes_are_bounded() -> None:
    """A body or a head beyond 16 KiB is refused and ends the connection, whatever it says of its length."""
    async with open_endpoint() as (simulator, http):
        response = await http.post(simulator.token_url, data=FORM | {"more": "x" * 20_000})
        assert (response.status_code, response.headers["connection"]) == (413, "close")
        head = b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000
        assert (await talk(simulator, head)).startswith(b"HTTP/1.1 431 ")


async def test_what_is_no_http_is_refused() -> None:
    """Bytes that are no HTTP get 400 and the connection ends; the endpoint goes on."""
    async with open_endpoint() as (simulator, http):
        assert (await talk(simulator, b"\x16\x03\x01\x02\x00\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
        assert (await http.post(simulator.token_url, data=FORM)).status_code == 200


async def test_connection_is_kept() -> None:
    """Two requests on one connection have two answers, also when both come at once."""
    async with open_endpoint() as (simulator, _):
        get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answers = await talk(simulator, get + last[:10], last[10:])
        assert len(re.findall(rb"HTTP/1.1 404 ", answers)) == 2


async def test_expected_continue_is_sent() -> None:
    """A client that waits for `100 Continue` before its body is told to go on."""
    async with open_endpoint() as (simulator, _):
        port = urlsplit(simulator.token_url).port or 0
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(
                b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            )
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 100 ")
