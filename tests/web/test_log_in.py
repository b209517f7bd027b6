"""Passwords, sessions and tokens, by a clock of the test's own; and the pages over TLS."""

import datetime as dt
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
import structlog
import trio
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from starlette.requests import Request

from flowalert.cli.source import make_source
from flowalert.service import Fresh
from flowalert.settings import Address, Role, SettingsRefused, WebSettings, read_settings
from flowalert.web.access.desk import Desk
from flowalert.web.access.mark import make_mark, read_mark
from flowalert.web.access.session import IDLE, LONGEST, Sessions
from flowalert.web.access.throttle import Throttle, name_place
from flowalert.web.mistake import RequestRefused
from tests.cli.settled import RULES, SETTINGS
from tests.program import run_program
from tests.store.sample import NOW
from tests.web.house import open_house
from tests.web.people import PASSWORD, USERS, bearer, make_web

# Half of the time after which the kernel gives up on a browser that takes nothing.
PATIENCE = 30.0
HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaA"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


def ask(headers: Mapping[str, str] = {}) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1", **headers}.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""})


async def fail_from(desk: Desk, place: str, *, name: str = "operator", mark: str = "") -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        await desk.log_in(name, "wrong", place=place, mark=mark)
    return caught.value


def test_after_five_mistakes_each_costs_twice_the_time_of_the_one_before() -> None:
    """Never more than a quarter of an hour, and nothing after an hour without any."""
    clock = Clock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(18):
        throttle.note_attempt("key")
        waits.append(throttle.find_wait("key", "other"))
        clock.advance(waits[-1])
    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == 900
    clock.advance(3_601)
    throttle.note_attempt("key")
    assert throttle.find_wait("key") == 0


async def test_many_guesses_at_once_are_as_many() -> None:
    """None of them is looked at before it is counted."""
    desk = Desk(make_web(), Clock())
    statuses = []

    async def guess() -> None:
        statuses.append((await fail_from(desk, HOME)).status)

    async with trio.open_nursery() as nursery:
        for _ in range(30):
            nursery.start_soon(guess)
    assert sorted(statuses) == [401] * 5 + [429] * 25


async def test_a_stranger_keeps_nobody_out_of_the_browser_that_they_use() -> None:
    """However long they try; they themselves wait, wherever they are, and so does whoever steals the browser's mark."""
    clock = Clock()
    desk = Desk(make_web(), clock)
    mark = (await desk.log_in("operator", PASSWORD, place=HOME)).mark
    for turn in range(40):
        assert (await fail_from(desk, f"203.0.113.{turn}")).status == 401
        clock.advance(900)
    await fail_from(desk, ELSEWHERE)
    with pytest.raises(RequestRefused) as caught:
        await desk.log_in("operator", PASSWORD, place=ELSEWHERE)
    assert (caught.value.status, caught.value.after) == (429, 901)
    assert (await desk.log_in("operator", PASSWORD, place=ELSEWHERE, mark=mark)).mark == mark
    assert (await fail_from(desk, ELSEWHERE, name="viewer", mark=mark)).status == 401
    statuses = [(await fail_from(desk, HOME, mark=mark)).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_a_mark_is_of_one_user_and_one_password() -> None:
    """Nobody can make one up."""
    viewer, operator = USERS
    mark = make_mark(operator)
    assert read_mark(operator, mark)
    wrong = ((viewer, mark), (operator, mark[1:]), (operator, ""), (operator, "a.é"))
    assert [read_mark(*each) for each in wrong] == [""] * 4


def test_a_place_of_ipv6_is_a_network() -> None:
    """Whoever has one address of it has them all."""
    assert name_place("2001:db8::1") == name_place("2001:db8::ffff") != name_place("2001:db8:0:1::1")
    assert name_place(HOME) == HOME


async def test_a_name_that_nobody_has_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is checked for it that costs as much as those of users."""
    checked: list[str] = []

    def verify(hashed: str, _: str) -> bool:
        checked.append(hashed)
        return False

    monkeypatch.setattr("flowalert.web.access.desk._verify", verify)
    desk = Desk(make_web(), Clock())
    answers = [(await fail_from(desk, HOME, name=name)) for name in ("operator", "nobody")]
    assert answers[0].mistake == answers[1].mistake
    costs = [hashed.rpartition("$")[0].rpartition("$")[0] for hashed in checked]
    assert costs[0] == costs[1]


async def test_a_log_in_is_logged_without_what_was_typed() -> None:
    """The place is, for those who close a door to it; a name only where it is one."""
    desk = Desk(make_web(), Clock())
    with structlog.testing.capture_logs() as logs:
        await fail_from(desk, HOME, name="mistyped-secret")
        await fail_from(desk, HOME)
        await desk.log_in("operator", PASSWORD, place=HOME)
    assert [(each["event"], each["place"], each["user"]) for each in logs] == [
        ("log-in refused", HOME, ""),
        ("log-in refused", HOME, "operator"),
        ("logged in", HOME, "operator"),
    ]


def test_a_session_ends_when_nobody_comes_back_and_after_a_week() -> None:
    """Looking whether it goes on is no coming back."""
    clock = Clock()
    sessions = Sessions(clock)
    secret = sessions.begin(USERS[0])
    clock.advance(IDLE.total_seconds())
    assert sessions.knows(secret)
    assert sessions.find(secret) is USERS[0]
    clock.advance(IDLE.total_seconds())
    assert sessions.knows(secret)
    clock.advance(1)
    assert not sessions.knows(secret)
    assert sessions.find(secret) is None
    secret = sessions.begin(USERS[0])
    for _ in range(int(LONGEST / IDLE)):
        clock.advance(IDLE.total_seconds())
        assert sessions.find(secret)
    clock.advance(IDLE.total_seconds())
    assert sessions.find(secret) is None


async def test_another_process_knows_no_session() -> None:
    """So that a change of users, which takes a restart, ends those of before."""
    clock = Clock()
    entry = await Desk(make_web(), clock).log_in("viewer", PASSWORD, place=HOME)
    assert Desk(make_web(), clock).find_actor(ask({"cookie": f"flowalert_session={entry.session}"})) is None


def test_who_comes_through_a_proxy_has_to_say_who_they_are() -> None:
    """Where nobody else has to: the proxy is on this machine, and its guests are not."""
    desk = Desk(WebSettings(address=Address("127.0.0.1", 0)), Clock())
    actor = desk.find_actor(ask())
    assert actor is not None
    assert actor.role is Role.OPERATOR
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        with pytest.raises(RequestRefused) as caught:
            desk.find_actor(ask({header.lower(): "127.0.0.1"}))
        assert caught.value.status == 403


async def test_over_tls_the_session_is_of_this_host_alone(tmp_path: Path) -> None:
    """By HTTP/2 as well; a connection that begins without TLS, or not at all, keeps nobody else from it."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.private_key_pem.write_to_path(key)
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    (tmp_path / "house").mkdir()
    async with open_house(tmp_path / "house", web=make_web(certificate=certificate, key=key)) as house:
        assert house.url.startswith("https://")
        host, _, port = house.url.removeprefix("https://").partition(":")
        async with (
            await trio.open_tcp_stream(host, int(port)),
            await trio.open_tcp_stream(host, int(port)) as plain,
            httpx2.AsyncClient(base_url=house.url, verify=context, http2=True) as client,
        ):
            await plain.send_all(b"GET / HTTP/1.1\r\n\r\n")
            await ask_the_impossible(host, int(port), context)
            answer = await client.post("/login", data={"name": "viewer", "password": PASSWORD})
            assert (answer.http_version, answer.status_code) == ("HTTP/2", 303)
            cookies = answer.headers.get_list("set-cookie")
            assert all(each.startswith("__Host-") and "Secure" in each and "Domain" not in each for each in cookies)
            secret = client.cookies["__Host-flowalert_session"]
            answer = await client.get("/api/v1/today")
            assert answer.status_code == 200
            assert answer.headers["strict-transport-security"]
            client.cookies.clear()
            answer = await client.get("/api/v1/today", headers={"cookie": f"flowalert_session={secret}"})
            assert answer.status_code == 401


async def ask_the_impossible(host: str, port: int, context: ssl.SSLContext) -> None:
    """Ask by HTTP/2 for a path that no client may send, and wait until the connection is over."""
    context.set_alpn_protocols(["h2"])
    config = H2Configuration(header_encoding=None, validate_outbound_headers=False)
    connection = H2Connection(config)
    connection.initiate_connection()
    headers = ((b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"127.0.0.1"), (b":path", b"/\xff"))
    connection.send_headers(1, headers, end_stream=True)
    tcp = await trio.open_tcp_stream(host, port)
    async with trio.SSLStream(tcp, context, server_hostname=host, https_compatible=True) as stream:
        await stream.send_all(connection.data_to_send())
        with trio.fail_after(PATIENCE), suppress(trio.BrokenResourceError):
            while await stream.receive_some():
                pass


async def test_who_takes_nothing_does_not_keep_the_service_from_its_end(tmp_path: Path) -> None:
    """A browser of a machine that sleeps, with an answer that it does not take."""
    with trio.fail_after(PATIENCE):
        async with open_house(tmp_path, web=make_web()) as house:
            host, _, port = house.url.removeprefix("http://").partition(":")
            stream = await trio.open_tcp_stream(host, int(port))
            request = f"GET /static/base.css HTTP/1.1\r\nHost: {host}\r\n\r\n"
            with trio.move_on_after(1):
                # Nothing is read: once both sides' buffers are full, the service waits in the middle of an answer.
                while True:
                    await stream.send_all(request.encode() * 100)
            assert (await house.get("/api/v1/today", headers=bearer(Role.VIEWER))).status_code == 200
        await trio.aclose_forcefully(stream)


@pytest.mark.parametrize(
    ("web", "place", "says"),
    [
        ("{listen: '0.0.0.0:8787'}", "6:15", "can be reached from other machines, and nobody has to say who they are"),
        ("{listen: '[2001:db8::1]:8787', users: {}}", "6:15", "can be reached from other machines"),
        ("{hosts: [flow.example]}", "6:14", "by a name, and nobody has to say who they are"),
        ("{users: {me: {password: planted-password}}}", "6:30", "this is no hash of a password"),
        ("{tokens: {me: {digest: planted-token}}}", "6:29", "this is no digest of a token"),
        (f"{{users: {{me: {{password: '{HASH}', role: boss}}}}}}", "6:85", "there is no such role"),
        ("{certificate: rules.yaml, key: rules.yaml}", "6:20", "these files are no certificate with its key"),
        ("{certificate: rules.yaml}", "6:6", "there is no key"),
        ("{listen: planted}", "6:15", "this is no address and port"),
        ("{listen: 'planted:80'}", "6:15", "no IP address"),
        ("{hosts: ['pläntéd'], tokens: {}}", "6:15", "this is no name of a host"),
    ],
)
def test_pages_that_would_be_open_are_refused_with_their_place(tmp_path: Path, web: str, place: str, says: str) -> None:
    """And nothing that may be a secret is repeated."""
    path = tmp_path / "flowalert.yaml"
    path.write_text(f"{SETTINGS}web: {web}\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    with pytest.raises(SettingsRefused) as caught:
        read_settings(path, {})
    said = str(caught.value)
    assert f"flowalert.yaml:{place}" in said
    assert says in said
    assert "planted" not in said


def test_neither_check_nor_run_takes_a_public_address_without_users(tmp_path: Path) -> None:
    """Both say where it stands."""
    (tmp_path / "flowalert.yaml").write_text(f"{SETTINGS}web:\n  listen: 0.0.0.0:8787\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    for arguments in (("check", "-c", "flowalert.yaml"), ("run", "-c", "flowalert.yaml")):
        done = run_program(*arguments, folder=tmp_path)
        assert done.returncode == 1
        assert "flowalert.yaml:7:11" in done.stdout + done.stderr
        assert "nobody has to say who they are" in done.stdout + done.stderr


def test_a_reload_says_that_other_users_need_a_restart(tmp_path: Path) -> None:
    """Who may look does not change while the service runs, and nobody is to believe that it did."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    path = tmp_path / "flowalert.yaml"
    path.write_text(f"{SETTINGS}web: {{users: {{me: {{password: '{HASH}', role: operator}}}}}}\n", encoding="utf-8")
    source = make_source(path, read_settings(path, {}))
    for text, fixed in ((path.read_text("utf-8"), ()), (f"{SETTINGS}web: {{}}\n", ("web",)), (SETTINGS, ("web",))):
        path.write_text(text, encoding="utf-8")
        fresh = source.read()
        assert isinstance(fresh, Fresh)
        assert fresh.fixed == fixed
