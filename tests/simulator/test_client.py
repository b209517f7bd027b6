from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import trio
import trio.testing
from trio_websocket import ConnectionClosed

from flowalert.simulator.fault import Fault, FaultKind, Garbling
from flowalert.simulator.scenario import Scenario, read_scenario
from flowalert.simulator.server import Simulator, open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings

if TYPE_CHECKING:
    from tests.simulator.conftest import Connect, Wire

FAST = SimulatorSettings(speed=600, date=dt.date(2026, 11, 23), start=second_at(10))


async def close_of(wire: Wire) -> int:
    """Read on until the connection ends, and return the code of its end."""
    with suppress(ConnectionClosed):
        while True:
            await wire.socket.get_message()
    assert wire.socket.closed is not None
    return wire.socket.closed.code


async def pass_slots(simulator: Simulator, slots: int) -> None:
    upto = simulator.count.slots + slots
    while simulator.count.slots < upto:
        await trio.testing.wait_all_tasks_blocked(0.001)


async def test_dropped_frames_are_missing(connect: Connect) -> None:
    """As many rows as asked are missing from the slots that follow, and no more."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        rows = Counter([(await wire.row())["body"]["tjjtime"]])
        simulator.inject(Fault(FaultKind.DROP, count=20))
        while len(rows) < 6:
            rows[(await wire.row())["body"]["tjjtime"]] += 1
        # The first slot may have begun before the registration, and the last is not over.
        _, *whole, _ = (rows[time] for time in sorted(rows))
        assert 15 * len(whole) - sum(whole) in range(20 - 15, 20 + 1)
        assert whole[-1] == 15


async def test_repeated_frame_is_the_same(connect: Connect) -> None:
    """A repeated frame comes twice in a row, to the byte; without the fault none does."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        before = [await wire.socket.get_message() for _ in range(40)]
        assert len(set(before)) == 40
        simulator.inject(Fault(FaultKind.REPEAT, client=1))
        after = [await wire.socket.get_message() for _ in range(40)]
        assert sum(one == other for one, other in pairwise(after)) == 1


@pytest.mark.parametrize("how", list(Garbling))
async def test_garbled_frame(connect: Connect, how: Garbling) -> None:
    """One frame comes damaged, in its own way; those around it are good."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        simulator.inject(Fault(FaultKind.GARBLE, how=how))
        found = Counter([_damage_of(await wire.socket.get_message()) for _ in range(60)])
        assert found == {None: 59, how: 1}


def _damage_of(message: str | bytes) -> Garbling | None:
    try:
        frame = json.loads(message)
    except UnicodeDecodeError:
        return Garbling.BROKEN_UTF8
    except json.JSONDecodeError:
        return Garbling.BROKEN_JSON
    return Garbling.SHIFT if frame["body"]["tjjcode"].startswith("I") else None


async def test_faults_befall_whom_they_name(connect: Connect) -> None:
    """A fault for one client leaves the other alone."""
    async with open_simulator(FAST) as simulator, connect(simulator) as one, connect(simulator) as two:
        await two.register(("BM_", "001"))
        assert simulator.inject(Fault(FaultKind.CLOSE, client=1)) == 1
        assert await close_of(one) == 1001
        await two.slot()
        assert simulator.inject(Fault(FaultKind.CLOSE, client=1)) == 0
        assert simulator.inject(Fault(FaultKind.CLOSE)) == 1
        assert await close_of(two) == 1001
        assert simulator.count.faults == {FaultKind.CLOSE: 2}


async def test_reset(connect: Connect) -> None:
    """A reset connection ends without a close frame, by a TCP reset."""
    async with open_simulator(FAST) as simulator:
        async with await trio.open_tcp_stream("127.0.0.1", _port(simulator)) as stream:
            await stream.send_all(
                b"GET /websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 101 ")
            while not simulator.inject(Fault(FaultKind.RESET)):
                await trio.lowlevel.checkpoint()
            with pytest.raises(trio.BrokenResourceError) as broken:
                await stream.receive_some()
            assert isinstance(broken.value.__cause__, ConnectionResetError)
        async with connect(simulator) as wire:
            simulator.inject(Fault(FaultKind.RESET))
            assert await close_of(wire) == 1006


async def test_stall_answers_pings(connect: Connect) -> None:
    """A stalled connection brings nothing, not even acknowledgements, but answers pings; after its time it goes on."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        await wire.slot()
        simulator.inject(Fault(FaultKind.STALL, lasts=300))
        stalled = simulator.now() % 86400
        await wire.ask("3", "BM_", "301")
        await wire.socket.ping()
        while True:
            frame = await wire.next()
            assert "rsp_cd" not in frame["header"]
            time = frame["body"]["tjjtime"]
            second = second_at(int(time[:2]), int(time[2:4]), int(time[4:6]))
            if second > stalled:
                break
        assert stalled + 300 - 30 <= second <= stalled + 300 + 60
        assert simulator.registered(1) == {"BM_ 001", "BM_ 301"}


async def test_stall_may_last(connect: Connect) -> None:
    """A stall without an end lasts as long as the connection, slot after slot."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        simulator.inject(Fault(FaultKind.STALL))
        frames = simulator.count.frames
        await pass_slots(simulator, 5)
        assert simulator.count.frames <= frames + 1
        await wire.socket.ping()


async def test_black_hole_is_silent(connect: Connect) -> None:
    """Not one byte comes any more, no frame and no pong, while the socket stays open; hanging up ends it."""
    async with open_simulator(FAST) as simulator:
        async with connect(simulator) as wire:
            await wire.register(("BM_", "001"))
            simulator.inject(Fault(FaultKind.BLACK_HOLE))
            with trio.move_on_after(0.3) as silence:
                await wire.socket.ping()
            assert silence.cancelled_caught
            assert wire.socket.closed is None
            assert simulator.clients == (1,)
        while simulator.clients:
            await trio.testing.wait_all_tasks_blocked(0.001)


async def test_expired_token_closes_at_the_next_request(connect: Connect) -> None:
    """When tokens expire the socket stays open and brings frames; the next request ends it, and so does a new one."""
    async with open_simulator(FAST) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        simulator.inject(Fault(FaultKind.EXPIRE))
        assert len(await wire.slot()) == 15
        await wire.ask("3", "BM_", "301")
        assert await close_of(wire) == 1000
        async with connect(simulator, token=wire.token) as again:
            await again.ask("3", "BM_", "001")
            assert await close_of(again) == 1000
        async with connect(simulator) as fresh:
            await fresh.register(("BM_", "001"))


async def test_one_clients_token_expires(connect: Connect) -> None:
    """The token of one client can expire alone."""
    async with open_simulator(FAST) as simulator, connect(simulator) as one, connect(simulator) as two:
        await one.register(("BM_", "001"))
        await two.register(("BM_", "001"))
        simulator.inject(Fault(FaultKind.EXPIRE, client=1))
        await one.ask("3", "BM_", "301")
        assert await close_of(one) == 1000
        await two.register(("BM_", "301"))


async def test_chances_come_about(connect: Connect) -> None:
    """Faults by chance befall frames and connections."""
    settings = SimulatorSettings(
        speed=600, chances={FaultKind.DROP: 1.0, FaultKind.CLOSE: 0.2}, date=FAST.date, start=FAST.start
    )
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        assert await close_of(wire) == 1001
        assert simulator.count.frames == 0
        assert simulator.count.faults == {FaultKind.CLOSE: 1}


async def test_scenario_comes_about(connect: Connect) -> None:
    """A scenario's flow shows in the rows, and its fault happens at its time."""
    text = (
        "events:\n"
        "  - {at: 10:01, sector: kospi, investor: foreign, net: -3000억, over: 1m}\n"
        "  - {at: 10:05, fault: close}\n"
    )
    scenario = read_scenario(text, "s.yaml")
    assert isinstance(scenario, Scenario)
    settings = SimulatorSettings(speed=600, start=second_at(9, 59), date=FAST.date, scenario=scenario)
    async with open_simulator(settings) as simulator, connect(simulator) as wire:
        await wire.register(("BM_", "001"))
        changes: dict[str, int] = {}
        try:
            while True:
                body = (await wire.row())["body"]
                if body["tjjcode"] == "0017":
                    changes[body["tjjtime"]] = int(body["p_msval"])
        except ConnectionClosed:
            assert second_at(10, 5) <= simulator.now() % 86400 < second_at(10, 6)
        assert changes["10013000"] < -1000
        assert changes["10020000"] < -1000
        assert changes["10023000"] > -1000


def _port(simulator: Simulator) -> int:
    return urlsplit(simulator.ws_url).port or 0
