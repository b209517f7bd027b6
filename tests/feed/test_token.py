"""Tokens: issued once for all, cached, renewed ahead of their end."""

import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
import trustme
from structlog.testing import capture_logs

from flowalert.feed.issuer import Failed, issue_token
from flowalert.feed.setting import FeedSettings
from flowalert.feed.token import TokenRefusedError, TokenSource
from flowalert.feed.token_cache import Token, identify, load_token, save_token
from flowalert.market.instant import KST
from tests.feed.exchange import Issuer, open_issuer, open_raw
from tests.feed.running import Wall, make_settings

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=KST)
WRONG_KEY = {"error_code": "IGW00103", "error_description": "유효하지 않은 AppKey입니다."}
WRONG_SECRET = {"error_code": "IGW00105", "error_description": "유효하지 않은 AppSecret입니다."}
TOO_OFTEN = {"error_code": "IGW00201", "error_description": "호출 거래건수를 초과하였습니다."}


@asynccontextmanager
async def open_source(wall: Wall | None = None, **changes: Any) -> AsyncIterator[tuple[TokenSource, Issuer, Wall]]:
    wall = wall or Wall(NOON)
    async with open_issuer() as issuer:
        settings = make_settings("ws://127.0.0.1:1/", issuer.url, **changes)
        yield TokenSource(settings, now=wall), issuer, wall


async def test_the_request_is_the_vendors() -> None:
    """The form has the vendor's fields, and the token its life from the moment of asking."""
    async with open_source() as (source, issuer, _):
        token = await source.get()
        assert issuer.forms == [
            (
                "/oauth2/token",
                {
                    "grant_type": "client_credentials",
                    "appkey": "APPKEY-planted",
                    "appsecretkey": "S3CRET-planted",
                    "scope": "oob",
                },
            )
        ]
        assert token.value == "token-1"
        assert token.ends_at == NOON + dt.timedelta(days=1)


@pytest.mark.parametrize(
    "life", [{"expires_in": 600}, {"expires_in": "600"}, {"expire_in": "600"}, {"expire_in": 600.0}]
)
async def test_both_spellings_of_its_life(life: dict[str, Any]) -> None:
    """The vendor's table and the vendor's example differ in name and type."""
    async with open_source() as (source, issuer, _):
        issuer.replies.append((200, {"access_token": "T"} | life, {}))
        assert (await source.get()).ends_at == NOON + dt.timedelta(minutes=10)


async def test_a_token_that_tells_no_life_ends_at_seven() -> None:
    """The next 07:00 KST is when the vendor's tokens end."""
    async with open_source() as (source, issuer, _):
        issuer.replies.append((200, {"access_token": "T"}, {}))
        assert (await source.get()).ends_at == dt.datetime(2026, 11, 24, 7, tzinfo=KST)


async def test_those_who_ask_at_once_share_one_request() -> None:
    """However many connections want a token, one is issued."""
    async with open_source() as (source, issuer, _):
        issuer.pause = 0.05
        got: list[Token] = []

        async def ask() -> None:
            got.append(await source.get())

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
        assert len(issuer.forms) == 1
        assert {token.value for token in got} == {"token-1"}


async def test_a_discarded_token_is_replaced_once() -> None:
    """Two connections that suspect the same token bring one new token, not two."""
    async with open_source() as (source, issuer, _):
        token = await source.get()
        await source.discard(token)
        assert (await source.get()).value == "token-2"
        await source.discard(token)
        assert (await source.get()).value == "token-2"
        assert issuer.issued == 2


async def test_renewed_five_minutes_ahead() -> None:
    """A token in force is used again, until shortly before its end."""
    async with open_source() as (source, _, wall):
        assert (await source.get()).value == "token-1"
        wall.moment = NOON + dt.timedelta(days=1, minutes=-5, seconds=-1)
        assert (await source.get()).value == "token-1"
        wall.moment += dt.timedelta(seconds=1)
        assert (await source.get()).value == "token-2"


@pytest.mark.parametrize(("life", "ahead"), [(86_400, 300), (3_000, 300), (600, 60), (40, 4), (20, 0)])
def test_how_far_ahead(life: int, ahead: int) -> None:
    """Five minutes or a tenth of the life, but not within half a minute of its issue."""
    token = Token("T", NOON, NOON + dt.timedelta(seconds=life))
    assert token.ends_at - token.renew_at == dt.timedelta(seconds=ahead)


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (403, WRONG_KEY, "IGW00103"),
        (403, WRONG_SECRET, "IGW00105"),
        (500, WRONG_SECRET, "IGW00105"),
        (200, {"rsp_cd": "IGW00103", "rsp_msg": "유효하지 않은 AppKey입니다."}, "IGW00103"),
        (403, b"<html>", "HTTP 403"),
    ],
)
async def test_a_wrong_key_or_secret_is_refused_at_once(status: int, said: Any, code: str) -> None:
    """It ends with the vendor's code and words and what to do, and is not asked again."""
    async with open_source() as (source, issuer, _):
        issuer.replies.append((status, said, {}))
        with pytest.raises(TokenRefusedError) as caught:
            await source.get()
        assert caught.value.refused.code == code
        text = str(caught.value)
        assert code in text
        assert "check feed.app" in text
        if isinstance(said, dict):
            assert (said.get("error_description") or said["rsp_msg"]) in text
        assert "planted" not in text
        assert len(issuer.forms) == 1


async def test_a_key_that_worked_is_asked_for_again() -> None:
    """A refusal in the middle of a run is waited out: a gateway in trouble says many things, and the feed goes on."""
    async with open_source(retry_first=0.01) as (source, issuer, _):
        token = await source.get()
        await source.discard(token)
        issuer.replies += [(403, WRONG_KEY, {}), (403, b"<html>", {})]
        with capture_logs() as logs:
            assert (await source.get()).value == "token-2"
    reasons = [log["reason"] for log in logs if log["event"] == "no token yet"]
    assert ["IGW00103" in reasons[0], "HTTP 403" in reasons[1]] == [True, True]
    assert all("check feed.app" in reason for reason in reasons)


async def test_a_refusal_that_quotes_the_secret_does_not_pass_it_on() -> None:
    """The vendor's words are shown without what must not be shown."""
    async with open_source() as (source, issuer, _):
        words = {"error_code": "IGW00105", "error_description": "S3CRET-planted is wrong for APPKEY-planted"}
        issuer.replies.append((403, words, {}))
        with pytest.raises(TokenRefusedError) as caught:
            await source.get()
        assert "planted" not in str(caught.value)


async def test_an_answer_that_is_no_http_is_not_passed_on() -> None:
    """Of a server that sends back what it is sent, the HTTP library has the first line in its error."""

    async def send_back(stream: trio.SocketStream) -> None:
        async with stream:
            asked = b""
            while b"appsecretkey" not in asked:
                asked += await stream.receive_some()
            await stream.send_all(asked[asked.index(b"grant_type") :] + b"\r\n\r\n")

    async with open_raw(send_back) as url:
        settings = make_settings("ws://127.0.0.1:1/", url.replace("ws://", "http://"))
        answer = await issue_token(settings.endpoint.token_url, settings.appkey, settings.appsecret, NOON, None)
    assert isinstance(answer, Failed)
    assert "illegal status line" in answer.words
    assert "planted" not in answer.words


@pytest.mark.parametrize(
    ("status", "said", "headers", "least"),
    [
        (429, b"", {}, 0.2),
        (200, TOO_OFTEN, {}, 0.2),
        (500, TOO_OFTEN, {}, 0.2),
        (429, TOO_OFTEN, {"retry-after": "0.4"}, 0.4),
    ],
)
async def test_a_rate_limit_waits_and_tries_again(
    status: int, said: Any, headers: dict[str, str], least: float
) -> None:
    """At least the configured wait, more where the server says so."""
    async with open_source(rate_limit_wait=0.2, retry_cap=0.01) as (source, issuer, _):
        issuer.replies.append((status, said, headers))
        assert (await source.get()).value == "token-1"
        assert issuer.times[1] - issuer.times[0] >= least


def test_the_rate_limits_wait_is_ten_seconds_by_default() -> None:
    """The vendor asks for at least that."""
    settings = make_settings("ws://a/", "http://b/")
    assert settings.rate_limit_wait == FeedSettings.rate_limit_wait == 10


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, b"oops"),
        (200, b"[]"),
        (200, {}),
        (200, {"access_token": ""}),
        (200, {"access_token": "T", "expires_in": 0}),
        (502, WRONG_KEY | {"error_code": "IGW99999"}),
    ],
)
async def test_other_failures_are_tried_again(status: int, said: Any) -> None:
    """A server in trouble is asked again, with backoff."""
    async with open_source() as (source, issuer, _):
        issuer.replies += [(status, said, {})] * 2
        assert (await source.get()).value == "token-1"
        assert len(issuer.forms) == 3


@pytest.mark.parametrize("life", [10**400, "9" * 400, "NaN", -1])
async def test_a_life_that_is_none_is_not_believed(life: int | str) -> None:
    """The token then ends at seven."""
    async with open_source() as (source, issuer, _):
        issuer.replies.append((200, {"access_token": "T", "expires_in": life}, {}))
        assert (await source.get()).ends_at == dt.datetime(2026, 11, 24, 7, tzinfo=KST)


async def test_an_answer_without_end_is_not_read_to_it() -> None:
    """A token has some hundred characters; the next answer may be one."""
    async with open_source(retry_first=0.01) as (source, issuer, _):
        issuer.replies.append((200, {"access_token": "T" * 70_000}, {}))
        assert (await source.get()).value != "T" * 70_000


async def test_nobody_there_is_tried_again() -> None:
    """A connection that is refused is no reason to end."""
    async with open_source() as (_, issuer, wall):
        settings = make_settings("ws://127.0.0.1:1/", "http://127.0.0.1:1/oauth2/token")
        with capture_logs() as logs, trio.move_on_after(0.5) as scope:
            await TokenSource(settings, now=wall).get()
        assert scope.cancelled_caught
        assert len(logs) >= 2
        assert all(log["event"] == "no token yet" and "ConnectError" in log["reason"] for log in logs)
        assert issuer.forms == []


async def test_the_cache_is_for_its_owner_and_survives_a_restart(tmp_path: Path) -> None:
    """Mode 0600, nothing left beside it, and a second start asks for nothing."""
    path = tmp_path / "deep" / "token.json"
    async with open_source(token_cache=path) as (source, issuer, wall):
        await source.get()
        assert path.stat().st_mode & 0o777 == 0o600
        assert [each.name for each in path.parent.iterdir()] == ["token.json"]
        assert "planted" not in path.read_text()
        settings = make_settings("ws://127.0.0.1:1/", issuer.url, token_cache=path)
        assert (await TokenSource(settings, now=wall).get()).value == "token-1"
        other = make_settings("ws://127.0.0.1:1/", issuer.url, token_cache=path, appkey="another")
        assert (await TokenSource(other, now=wall).get()).value == "token-2"
        wall.moment += dt.timedelta(days=2)
        assert (await TokenSource(other, now=wall).get()).value == "token-3"


@pytest.mark.parametrize("spoiled", ["mode", "garbage", "zone", "directory"])
async def test_a_spoiled_cache_is_not_used(tmp_path: Path, spoiled: str) -> None:
    """What others may have read or written, and what is damaged, is said and replaced by a new token."""
    path = tmp_path / "token.json"
    async with open_source(token_cache=path) as (source, issuer, _):
        save_token(path, identify("APPKEY-planted", issuer.url), Token("old", NOON, NOON + dt.timedelta(1)))
        if spoiled == "mode":
            path.chmod(0o644)
        elif spoiled == "garbage":
            path.write_bytes(b'{"access_token": "old"\xff')
        elif spoiled == "zone":
            path.write_text(path.read_text().replace("+09:00", ""))
        else:
            path.unlink()
            path.mkdir()
        with capture_logs() as logs:
            assert (await source.get()).value == "token-1"
        assert spoiled == "zone" or any(log["event"] == "cached token not used" for log in logs)
        if spoiled != "directory":
            assert path.stat().st_mode & 0o777 == 0o600
            loaded = load_token(path, identify("APPKEY-planted", issuer.url))
            assert loaded is not None
            assert loaded.value == "token-1"


async def test_revoking(tmp_path: Path) -> None:
    """The vendor's form, the cache gone, the next token new."""
    path = tmp_path / "token.json"
    async with open_source(token_cache=path) as (source, issuer, _):
        assert await source.revoke() is None
        assert issuer.forms == []
        await source.get()
        assert await source.revoke() is None
        assert issuer.forms[-1] == (
            "/oauth2/revoke",
            {
                "appkey": "APPKEY-planted",
                "appsecretkey": "S3CRET-planted",
                "token": "token-1",
                "token_type_hint": "access_token",
            },
        )
        assert not path.exists()
        assert (await source.get()).value == "token-2"
        issuer.replies.append((500, {"rsp_cd": "IGW00121", "rsp_msg": "token-2 unknown"}, {}))
        words = await source.revoke()
        assert words == "HTTP 500 IGW00121 *** unknown"
        assert path.exists()
        assert (await source.get()).value == "token-2"


async def test_revoking_the_token_of_an_earlier_run(tmp_path: Path) -> None:
    """A command that only revokes finds the token in the cache."""
    path = tmp_path / "token.json"
    async with open_source(token_cache=path) as (source, issuer, wall):
        await source.get()
        settings = make_settings("ws://127.0.0.1:1/", issuer.url, token_cache=path)
        assert await TokenSource(settings, now=wall).revoke() is None
        assert issuer.forms[-1][1]["token"] == "token-1"


async def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither repr nor any log line has the key, the secret or the token."""
    async with open_source(token_cache=tmp_path / "token.json", retry_cap=0.01) as (source, issuer, _):
        issuer.replies.append((500, {"message": "APPKEY-planted S3CRET-planted"}, {}))
        with capture_logs() as logs:
            token = await source.get()
        shown = json.dumps(logs, default=str) + repr(source._settings) + repr(token) + repr(source)
        assert "no token yet" in shown
        assert "planted" not in shown
        assert "token-1" not in shown


async def test_https_with_a_private_authority() -> None:
    """A server of one's own is trusted by the context handed in, and by nothing else."""
    authority = trustme.CA()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(served)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with open_issuer(ssl_context=served) as issuer:
        settings = make_settings("ws://127.0.0.1:1/", issuer.url, ssl_context=trusting)
        assert (await TokenSource(settings, now=Wall(NOON)).get()).value == "token-1"
