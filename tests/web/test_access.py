"""Nobody reads or changes anything without the right to: every route is walked, and what is around them is tried."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import httpx2
import pytest
import trio

from flowalert.settings import Role
from flowalert.web.door import OPEN
from flowalert.web.route import API, AnyDeed
from flowalert.web.routes import DEEDS, TEXTS, VIEWS
from tests.web.people import PASSWORD, bearer
from tests.web.walk import METHODS, PROBES, fill, walk

PATIENCE = 30.0


def deeds(*roles: Role) -> Sequence[AnyDeed]:
    return [deed for deed in (*DEEDS, *PROBES) if deed.role in roles]


def is_turned_away(answer: httpx2.Response) -> bool:
    """Tell whether somebody was not let in: a program by 401, a reader to where they can log in."""
    if answer.status_code == 303:
        return answer.headers["location"].startswith("/login?next=")
    return answer.status_code == 401


async def test_no_route_lets_a_stranger_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they claim: nothing, a wrong token, a session that is none, or a secret in the address."""
    claims: Sequence[dict[str, object]] = (
        {},
        {"headers": {"authorization": "Bearer wrong"}},
        {"headers": {"authorization": "Basic b3BlcmF0b3I6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"}},
        {"headers": {"cookie": "flowalert_session=wrong; __Host-flowalert_session=wrong"}},
        {"params": {"token": "operator-token", "authorization": "Bearer operator-token"}},
        {"headers": {"x-forwarded-for": "127.0.0.1", "x-forwarded-user": "operator"}},
    )
    declared = {(f"{API}{view.api or view.path}", "GET") for view in VIEWS}
    declared |= {(view.path, "GET") for view in VIEWS if view.template} | {(text.path, "GET") for text in TEXTS}
    declared |= {(f"{prefix}{deed.path}", "POST") for deed in (*DEEDS, *PROBES) for prefix in ("", API)}
    async with walk(tmp_path, monkeypatch) as walked:
        before = walked.digest()
        met = set(walked.routes)
        for path, method in met:
            if path in OPEN:
                continue
            assert (path, "GET" if method == "HEAD" else method) in declared, f"{path} is on no list"
            for claim in claims:
                answer = await walked.ask(method, path, **claim)
                assert is_turned_away(answer), (method, path, claim, answer.status_code)
        assert declared <= met
        # What is made for one method is there for no other.
        for path, method in product({path for path, _ in met if path not in OPEN}, METHODS):
            if (path, method) not in met:
                answer = await walked.ask(method, path)
                assert answer.status_code == 405, (method, path, answer.status_code)
                assert answer.headers["allow"]
        assert walked.digest() == before


async def test_no_route_lets_a_viewer_or_another_site_change_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A viewer does no operator's deed; nobody's browser does one for another page; a program needs no proof."""
    async with walk(tmp_path, monkeypatch) as walked:
        before = walked.digest()
        for deed, prefix in product(deeds(Role.OPERATOR), ("", API)):
            answer = await walked.ask("POST", f"{prefix}{deed.path}", headers=bearer(Role.VIEWER), json={})
            assert answer.status_code == 403, deed
        await walked.log_in(Role.VIEWER)
        for deed in deeds(Role.OPERATOR):
            answer = await walked.house.submit(fill(deed.path), {})
            assert answer.status_code == 403, deed
        await walked.log_in(Role.OPERATOR)
        proof = await walked.house.proof()
        foreign = ({"origin": "https://elsewhere.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"})
        for deed in deeds(*Role):
            for wrong in ("", "wrong", "0" * 64):
                headers = {"x-flowalert-proof": wrong}
                answer = await walked.ask("POST", f"{API}{deed.path}", headers=headers, json={})
                assert answer.status_code == 403, deed
                answer = await walked.ask("POST", deed.path, data={"proof": wrong})
                assert answer.status_code == 403, deed
            for headers in foreign:
                answer = await walked.ask("POST", f"{API}{deed.path}", headers={**headers, "x-flowalert-proof": proof})
                assert answer.status_code == 403, deed
                answer = await walked.ask("POST", deed.path, headers=headers, data={"proof": proof})
                assert answer.status_code == 403, deed
        assert walked.digest() == before
        walked.house.client.cookies.clear()
        for deed in deeds(*Role):
            answer = await walked.ask("POST", f"{API}{deed.path}", headers=bearer(Role.OPERATOR), json={})
            assert answer.status_code not in {401, 403}, deed
        # The walk's own probe is let in by then, so that what it looked for is what it would have seen.
        assert walked.digest() != before
        # A wrong token is not made up for by a session that is right.
        await walked.log_in(Role.OPERATOR)
        assert (await walked.ask("GET", f"{API}/today")).status_code == 200
        assert (await walked.ask("GET", f"{API}/today", headers={"authorization": "Bearer x"})).status_code == 401


async def test_a_session_begins_anew_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can be given one beforehand; with it end what it was used for, and its stream."""
    async with walk(tmp_path, monkeypatch) as walked:
        client = walked.house.client
        planted = await walked.log_in(Role.VIEWER, headers={"cookie": "flowalert_session=planted"})
        first = client.cookies["flowalert_session"]
        assert "planted" not in planted.headers["set-cookie"]
        assert "HttpOnly" in planted.headers["set-cookie"]
        await walked.log_in(Role.OPERATOR)
        second = client.cookies["flowalert_session"]
        assert second != first
        client.cookies.clear()
        for secret, status in ((first, 401), (second, 200)):
            answer = await walked.ask("GET", f"{API}/today", headers={"cookie": f"flowalert_session={secret}"})
            assert answer.status_code == status
        client.cookies.set("flowalert_session", second)
        async with client.stream("GET", f"{API}/stream") as stream:
            pieces = stream.aiter_text()
            assert "retry" in await anext(pieces)
            assert "again" in await anext(pieces)
            assert (await client.post("/logout", data={})).status_code == 403
            out = await walked.house.submit("/logout", {})
            assert out.headers["location"] == "/login"
            await walked.house.publish(1)
            with trio.fail_after(PATIENCE):
                assert "news" not in "".join([piece async for piece in pieces])
        answer = await walked.ask("GET", f"{API}/today", headers={"cookie": f"flowalert_session={second}"})
        assert answer.status_code == 401


async def test_the_door_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the way on is, or the page before; another site logs nobody in; passwords stand in no address."""
    async with walk(tmp_path, monkeypatch) as walked:
        client = walked.house.client
        fields = {"name": "viewer", "password": PASSWORD}
        for way in (
            "https://elsewhere.test/",
            "//elsewhere.test",
            "/\\elsewhere.test",
            "\t//elsewhere.test",
            "x:y",
            "//[",
        ):
            answer = await client.post("/login", data={**fields, "next": way})
            assert answer.headers["location"] == "/", way
            answer = await client.get("/login", params={"next": way})
            assert answer.headers["location"] == "/", way
        for referer, location in (
            ("http://elsewhere.test/alerts?x=1", "/alerts?x=1"),
            ("http://elsewhere.test//elsewhere.test/", "/"),
            ("http://x/\\elsewhere.test", "/"),
            ("http://[", "/"),
        ):
            answer = await client.post("/choice", data={"theme": "dark"}, headers={"referer": referer})
            assert answer.headers["location"] == location
        answer = await client.post("/login", data={**fields, "next": "/alerts?state=open"})
        assert answer.headers["location"] == "/alerts?state=open"
        client.cookies.clear()
        answer = await client.get("/alerts?state=open")
        assert answer.headers["location"] == "/login?next=%2Falerts%3Fstate%3Dopen"
        for path in ("/login", "/choice"):
            answer = await client.post(path, data=fields, headers={"origin": "https://elsewhere.test"})
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), path
        for query in (f"name=viewer&password={PASSWORD}", "password=x", "token=x"):
            answer = await client.get(f"/login?{query}")
            assert answer.status_code == 400
            assert PASSWORD not in answer.text
        answer = await client.post("/login", data={"name": PASSWORD, "password": PASSWORD})
        assert answer.status_code == 401
        assert PASSWORD not in answer.text
        assert (await client.post("/login", data={"name": "x" * 10_000})).status_code == 413


async def test_nothing_but_the_files_is_served_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a path says; and each answer, of whatever kind, says what a browser is to make of it."""
    async with walk(tmp_path, monkeypatch) as walked:
        for path in (
            "/static/../app.py",
            "/static/..%2fapp.py",
            "/static/%2e%2e/%2e%2e/settings/web.py",
            "/static//etc/passwd",
            "/static/%00",
            "/static/",
            f"/static/{'x' * 5000}",
        ):
            answer = await raw(walked.house.url, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert answer.split(b" ")[1] == b"404", path
            assert b"content-security-policy" in answer
        upgrade = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        )
        for path in ("/", f"{API}/stream", "/static/base.css"):
            answer = await raw(walked.house.url, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{upgrade}\r\n")
            assert answer.split(b" ")[1] == b"403", path
        for request in (
            "GET / HTTP/1.1\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: {'x' * 80_000}",
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: elsewhere.test\r\n\r\n",
            "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        ):
            answer = await raw(walked.house.url, request)
            assert answer.split(b" ")[1:2] in ([b"400"], [b"421"], [b"431"], []), (request[:80], answer)
        for path in ("/", "/login", "/healthz", "/nowhere", f"{API}/today", "/static/base.css"):
            headers = (await walked.ask("GET", path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] in {"no-store", "no-cache"}


async def raw(url: str, request: str) -> bytes:
    """Return what a request gets that no client would send."""
    host, _, port = url.partition("://")[2].partition(":")
    async with await trio.open_tcp_stream(host, int(port)) as stream:
        await stream.send_all(request.encode())
        answer = b""
        with trio.move_on_after(PATIENCE):
            while b"\r\n\r\n" not in answer and (chunk := await stream.receive_some()):
                answer += chunk
        return answer
