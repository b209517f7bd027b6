"""The token: what its endpoint answers, over a real socket, and what stands in its cache."""

import datetime as dt
import tempfile
from contextlib import suppress
from pathlib import Path

import trio

from flowalert.feed.issuer import issue_token, revoke_token
from flowalert.feed.token_cache import Token, load_token
from tests.delivery.http_recorder import Answer, open_recorder
from tests.fuzz.target import Target

_NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
_TOKEN = Token("token", _NOW, _NOW + dt.timedelta(hours=1))
_CACHED = b'{"key":"k","access_token":"t","issued_at":"2026-11-23T00:00:00Z","ends_at":"2026-11-23T22:00:00Z"}'


def run(data: bytes) -> None:
    """Answer with the bytes behind the first, which says the status; then read them as the cache."""
    status = (200, 400, 403, 429, 500)[data[0] % 5] if data else 200
    answer = Answer(status, data[1:], {"Retry-After": repr(data[1:20])})
    with open_recorder(lambda _: answer) as server:
        trio.run(_ask, f"http://127.0.0.1:{server.port}/token")
    with tempfile.NamedTemporaryFile(prefix="flowalert-fuzz-") as file, suppress(ValueError):
        file.write(data[1:])
        file.flush()
        token = load_token(Path(file.name), "k")
        if token is not None:
            assert token.issued_at <= token.renew_at <= token.ends_at


async def _ask(url: str) -> None:
    answer = await issue_token(url, "appkey", "appsecret", _NOW, None)
    if isinstance(answer, Token):
        assert answer.issued_at < answer.ends_at
    await revoke_token(url, "appkey", "appsecret", _TOKEN, None)


_SEEDS = [
    b'\0{"access_token":"t","scope":"oob","token_type":"Bearer","expires_in":86400}',
    b'\2{"error_code":"IGW00103","error_description":"no such appkey"}',
    b'\3{"rsp_cd":"IGW00201","rsp_msg":"too often","expire_in":"1e9"}',
    b"\0" + _CACHED,
]


def _bombs() -> list[bytes]:
    return [
        b"\0" + b"[" * 10_000_000,
        b"\0" + b"x" * 20_000_000,
        b'\0{"access_token":"t","expires_in":' + b"9" * 400 + b"}",
        b'\0{"access_token":"t","expires_in":"' + b"9" * 10_000_000 + b'"}',
        b'\0{"x":' + b"[" * 60_000,
        b"\0" + _CACHED.replace(b"2026-11-23T00", b"9999-12-31T23").replace(b"2026-11-23T22", b"9999-12-31T23"),
    ]


TARGET = Target(run, _SEEDS, _bombs)
