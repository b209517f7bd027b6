from __future__ import annotations

import datetime as dt
import json
import ssl
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import pytest
import trio
import trustme
from trio_websocket import ConnectionClosed, open_websocket_url

from flowalert.market.instant import date_of
from flowalert.market.sector import SECTORS
from flowalert.market.venue import Venue
from flowalert.simulator.market import Market
from flowalert.simulator.server import Simulator, open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings

if TYPE_CHECKING:
    from tests.simulator.conftest import Connect, Frame

DATE = dt.date(2026, 11, 23)
FORM = {"grant_type": "client_credentials", "appkey": "k", "appsecretkey": "s", "scope": "oob"}
UPGRADE = (
    b"GET /websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FAST = SimulatorSettings(speed=600, date=DATE, start=second_at(10))


def port_of(simulator: Simulator) -> int:
    return urlsplit(simulator.ws_url).port or 0


def code_of(frame: Frame) -> str:
    return str(frame["header"]["rsp_cd"])


async def test_registering_brings_the_sector(connect: Connect) -> None:
    """A registration is acknowledged as by the vendor, and then each slot brings all investors of the market."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        assert await wire.answer("3", "BM_", "001") == {
            "header": {"tr_type": "3", "tr_cd": "BM_", "rsp_cd": "00000", "rsp_msg": "정상처리되었습니다"},
            "body": None,
        }
        frames = await wire.slot()
        time = frames[0]["body"]["tjjtime"]
        second = second_at(int(time[:2]), int(time[2:4]), int(time[4:6]))
        expected = map(json.loads, Market(FAST.seed, DATE).frames(Venue.KRX, "001", second))
        assert sorted(map(str, frames)) == sorted(map(str, expected))


async def test_slots_follow_in_order(connect: Connect) -> None:
    """Slots come every 30 s of exchange time, each whole, and the simulator's clock goes with them."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        times: list[str] = []
        while len(times) < 4:
            time = (await wire.row())["body"]["tjjtime"]
            if time not in times:
                times.append(time)
        seconds = [second_at(int(time[:2]), int(time[2:4]), int(time[4:6])) for time in times]
        assert [later - earlier for earlier, later in pairwise(seconds)] == [30, 30, 30]
        assert date_of(simulator.now()) == DATE
        assert 0 <= simulator.now() % 86400 - seconds[-1] < 30


async def test_release_ends_it(connect: Connect) -> None:
    """After a release nothing of that key comes, while the other key goes on."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"), ("BM_", "301"))
        assert code_of(await wire.answer("4", "BM_", "001")) == "00000"
        frames = [await wire.row() for _ in range(30)]
        assert {frame["body"]["upcode"] for frame in frames} == {"301"}
        assert simulator.registered(1) == {"BM_ 301"}


@pytest.mark.parametrize(
    ("tr_type", "tr_cd", "tr_key", "code"),
    [
        ("3", "NBM", "N001", "00000"),
        ("3", "UBM", "U301", "00000"),
        ("3", "JIF", "0", "00000"),
        ("3", "BM_", "998", "00000"),  # written like a sector: accepted, and silent
        ("1", "SC0", "", "00000"),
        ("2", "SC0", "", "00000"),
        ("4", "BM_", "001", "00000"),  # not registered, and released all the same
        ("1", "SC0", "001", "19004"),
        ("3", "BM_", "1", "19004"),
        ("3", "BM_", "N001", "19004"),
        ("3", "NBM", "001", "19004"),
        ("3", "NBM", "NN001", "19004"),
        ("3", "JIF", "1", "19004"),
        ("3", "XYZ", "001", "19003"),
        ("3", "", "", "19003"),
        ("7", "BM_", "001", "19002"),
        ("3", "BM_", "550", "19006"),  # by setting
    ],
)
async def test_answers(connect: Connect, tr_type: str, tr_cd: str, tr_key: str, code: str) -> None:
    """Each request has its code, in a frame of one shape."""
    settings = SimulatorSettings(refused_keys=frozenset({"550"}))
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        answer = await wire.answer(tr_type, tr_cd, tr_key)
        assert answer["header"]["rsp_cd"] == code
        assert answer["header"]["tr_type"] == tr_type
        assert list(answer["header"]) == ["tr_type", "tr_cd", "rsp_cd", "rsp_msg"]
        assert answer["body"] is None


@pytest.mark.parametrize("message", ["", "{", "[]", '{"header":1}', '{"header":{"tr_type":3}}', b"\xff\xfe"])
async def test_malformed_request(connect: Connect, message: str | bytes) -> None:
    """What is no request is refused, and the connection stays good."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.socket.send_message(message)
        assert code_of(await wire.next()) == "19001"
        await wire.register(("BM_", "001"))


async def test_wrong_port(connect: Connect) -> None:
    """By setting every request is refused as a live key on the paper port is."""
    async with open_simulator(SimulatorSettings(wrong_port=True)) as simulator, connect(simulator) as wire:
        assert code_of(await wire.answer("3", "BM_", "001")) == "10001"


async def test_registrations_are_limited(connect: Connect) -> None:
    """A connection has so many keys and no more; one that it has already is none more."""
    async with open_simulator(SimulatorSettings(most_keys=2)) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"), ("BM_", "301"), ("BM_", "301"))
        assert code_of(await wire.answer("3", "BM_", "550")) == "19005"


async def test_gateway_moods(connect: Connect) -> None:
    """By setting, acknowledgements leave `tr_cd` null and say the token again, and text pings come."""
    settings = SimulatorSettings(speed=6000, null_tr_cd=True, echo_token=True, text_pings=True)
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        await wire.ask("3", "BM_", "001")
        answer = await wire.until(lambda frame: "rsp_cd" in frame["header"])
        assert (answer["header"]["tr_cd"], answer["header"]["token"]) == (None, wire.token)
        ping = await wire.until(lambda frame: frame["header"].get("tr_cd") == "PINGPONG")
        await wire.socket.send_message(json.dumps(ping))
        while not simulator.count.echoes:
            await wire.next()


@pytest.mark.parametrize("token", ["", "Bearer x", "eyJ0.eyJ0.c2ln"])
async def test_bad_token_closes(connect: Connect, token: str) -> None:
    """A request with a token that is not good ends the connection at once, without an answer."""
    async with open_simulator(FAST) as simulator, connect(simulator, token=token) as wire:
        await wire.ask("3", "BM_", "001")
        with pytest.raises(ConnectionClosed) as closed:
            await wire.socket.get_message()
        assert closed.value.reason is not None
        assert closed.value.reason.code == 1000
        assert simulator.count.bad_tokens == 1


async def test_status_of_the_market(connect: Connect) -> None:
    """`JIF` tells the phases of the day at their times, to those who registered it."""
    settings = SimulatorSettings(speed=100, date=DATE, start=second_at(8, 58))
    async with open_simulator(settings) as simulator, connect(simulator) as wire, connect(simulator) as other:
        await wire.register(("JIF", "0"), ("UBM", "U001"))
        await other.register(("UBM", "U001"))
        seen: list[tuple[str, str]] = []
        while ("5", "21") not in seen:
            frame = await wire.until(lambda frame: frame["header"].get("tr_cd") == "JIF")
            assert frame["header"] == {"tr_cd": "JIF", "tr_key": "0"}
            seen.append((frame["body"]["jangubun"], frame["body"]["jstatus"]))
        assert seen == [("1", "23"), ("2", "23"), ("1", "22"), ("2", "22"), ("1", "21"), ("2", "21"), ("5", "21")]
        frames = [await other.next() for _ in range(20)]
        assert all(frame["header"]["tr_cd"] == "UBM" for frame in frames)


async def test_days_follow(connect: Connect) -> None:
    """After the after-hours the next day begins: the date moves on by one and the sums begin anew."""
    settings = SimulatorSettings(speed=3000, date=DATE, start=second_at(15, 29))
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        times: list[str] = []
        while "09000000" not in times:
            frame = await wire.row()
            times.append(frame["body"]["tjjtime"])
            if times[-1] > "15300000":
                assert frame["body"]["p_msval"] == "0"
        assert max(times) == "15400000"
        assert date_of(simulator.now()) == DATE + dt.timedelta(days=1)
        expected = [
            json.loads(each) for each in Market(1, DATE + dt.timedelta(days=1)).frames(Venue.KRX, "001", second_at(9))
        ]
        assert frame in expected


async def test_evening_is_for_those_who_watch(connect: Connect) -> None:
    """Where unified rows are registered the day goes on to the evening, and begins at eight."""
    settings = SimulatorSettings(speed=600, date=DATE, start=second_at(20, 5))
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        await wire.register(("UBM", "U001"))
        frame = await wire.until(lambda frame: (frame["body"] or {}).get("tjjtime", "9") < "1")
        assert frame["body"]["tjjtime"] == "08000000"


async def test_clients_are_apart(connect: Connect) -> None:
    """Several clients have registrations of their own, and see the same figures."""
    async with open_simulator(FAST) as simulator, connect(simulator) as one, connect(simulator) as two:
        await one.register(("BM_", "001"))
        await two.register(("BM_", "001"))
        await two.register(("BM_", "301"))
        assert simulator.clients == (1, 2)
        assert simulator.registered(1) == {"BM_ 001"}
        first = {str(frame) for frame in await one.slot()}
        seen: set[str] = set()
        while not first <= seen:
            seen.add(str(await two.next()))


async def test_slow_client_is_closed_and_delays_nobody(connect: Connect) -> None:
    """One that does not read is closed with 1008 once too much waits for it; the other misses nothing."""
    settings = SimulatorSettings(speed=20_000, backlog=2_000, date=DATE)
    sectors = [sector.code for sector in SECTORS[:30]]
    async with open_simulator(settings) as simulator, connect(simulator) as deaf, connect(simulator) as wire:
        for sector in sectors:
            await deaf.ask("3", "BM_", sector)
        await wire.register(("BM_", "001"))
        while not simulator.count.too_slow:
            assert len(await wire.slot()) == 15
        assert len(await wire.slot()) == 15
        with suppress(ConnectionClosed):
            while True:
                await deaf.next()
        assert deaf.socket.closed is not None
        assert deaf.socket.closed.code == 1008
        while simulator.clients != (2,):
            await wire.slot()


async def test_wrong_path_is_refused() -> None:
    """Another path than /websocket is 404."""
    async with (
        open_simulator(FAST) as simulator,
        await trio.open_tcp_stream("127.0.0.1", port_of(simulator)) as stream,
    ):
        await stream.send_all(UPGRADE.replace(b"/websocket", b"/websockets"))
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 404 ")


async def test_garbage_does_no_harm(connect: Connect) -> None:
    """Bytes that are no websocket end their own connection and nothing else."""
    async with open_simulator(FAST) as simulator:
        port = port_of(simulator)
        plain = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        odd = UPGRADE.replace(b"Connection: Upgrade", b"Connection: \xfb")
        for garbage in ((odd,), (b"\x16\x03\x01\x02\x00\r\n\r\n",), (plain,), (UPGRADE, b"\xff" * 40), ()):
            with trio.fail_after(5):
                async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
                    for piece in garbage:
                        await stream.send_all(piece)
                        with suppress(trio.BrokenResourceError):
                            await stream.receive_some()
                    with suppress(trio.BrokenResourceError):
                        while garbage and await stream.receive_some():
                            pass
        async with connect(simulator) as wire:
            await wire.register(("BM_", "001"))


async def test_leaving_says_goodbye(connect: Connect) -> None:
    """When the simulator ends, its clients get a close frame."""
    leave = trio.Event()

    async def run(*, task_status: trio.TaskStatus[Simulator]) -> None:
        async with open_simulator(FAST) as simulator:
            task_status.started(simulator)
            await leave.wait()

    async with trio.open_nursery() as nursery:
        async with connect(await nursery.start(run)) as wire:
            leave.set()
            with pytest.raises(ConnectionClosed) as closed:
                await wire.next()
        assert closed.value.reason is not None
        assert closed.value.reason.code == 1001


async def test_taken_port() -> None:
    """A port that is taken is an OSError, and no group of errors."""
    async with open_simulator(FAST) as simulator:
        port = port_of(simulator)
        with pytest.raises(OSError, match="in use"):
            async with open_simulator(SimulatorSettings(port=port)):
                pass


async def test_tls() -> None:
    """Both endpoints speak TLS, and a client that trusts the authority can use them; plain bytes are refused."""
    authority = trustme.CA()
    server, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(trusting)
    with trio.fail_after(10):
        async with open_simulator(FAST, ssl_context=server) as simulator:
            assert simulator.ws_url.startswith("wss://")
            async with httpx2.AsyncClient(trust_env=False, verify=trusting) as http:
                assert (await http.post(simulator.token_url, data=FORM)).status_code == 200
            port = port_of(simulator)
            async with await trio.open_tcp_stream("127.0.0.1", port) as plain:
                await plain.send_all(b"GET /websocket HTTP/1.1\r\n\r\n")
                async for _ in plain:
                    pass
            async with open_websocket_url(simulator.ws_url, ssl_context=trusting) as socket:
                await socket.send_message("?")
                assert "19001" in await socket.get_message()


def test_speed_must_be_possible() -> None:
    """A market that stands still is refused by name."""
    with pytest.raises(ValueError, match="speed is 0; give a number above 0"):
        SimulatorSettings(speed=0)
