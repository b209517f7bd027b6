"""Who stands by a service, in virtual time and on a real socket."""

from pathlib import Path

import trio
from structlog.testing import capture_logs

from flowalert.operation.attendant import Attendant
from flowalert.operation.pulse import Part, Pulse
from flowalert.operation.status import Outlook, Phase, find_status_file, read_status
from flowalert.operation.systemd import Notifier
from tests.operation.manager import Manager, open_manager
from tests.operation.sample import outlook


class Service:
    """A service whose parts beat as a test lets them."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self.hangs = False

    async def look(self) -> Outlook:
        if self.hangs:
            await trio.sleep_forever()
        return outlook()


async def until(manager: Manager, key: str, times: int) -> None:
    with trio.fail_after(20):
        while len(manager.values(key)) < times:  # noqa: ASYNC110 - what is waited for comes by a socket
            await trio.sleep(0.01)


def beat_all(service: Service) -> None:
    for part in Part:
        service.pulse.beat(part)


async def test_from_ready_to_stopped(tmp_path: Path) -> None:
    """Ready when every part has gone round, then a line of status again and again, and stopping at once when asked."""
    service, stop = Service(), trio.Event()
    file = find_status_file(tmp_path / "flow.db")
    with open_manager(tmp_path) as manager:
        attendant = Attendant(service, tmp_path / "flow.db", Notifier(manager.address, watchdog_within=0.1))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(attendant.attend, stop)
            service.pulse.beat(Part.ENGINE)
            await trio.sleep(0.2)
            assert manager.told == []
            service.pulse.beat(Part.DELIVERY)
            await until(manager, "READY", 1)
            await until(manager, "STATUS", 4)
            written = read_status(file)
            assert written is not None
            assert written.phase is Phase.RUNNING
            stop.set()
            await until(manager, "STOPPING", 1)
        await attendant.end("asked to stop")
    assert manager.told[0]["READY"] == "1"
    assert manager.told[-1]["STATUS"].startswith("stopping; 14 sectors registered")
    ended = read_status(file)
    assert ended is not None
    assert (ended.phase, ended.end, ended.outlook) == (Phase.STOPPED, "asked to stop", outlook())


async def test_a_part_that_hangs_lets_the_watchdog_bite(tmp_path: Path) -> None:
    """Status goes on, but no WATCHDOG=1 comes while one part stands still; once it goes round again, it does."""
    service, stop = Service(), trio.Event()
    with open_manager(tmp_path) as manager:
        attendant = Attendant(service, tmp_path / "flow.db", Notifier(manager.address, watchdog_within=0.1))
        async with trio.open_nursery() as nursery:
            beat_all(service)
            nursery.start_soon(attendant.attend, stop)
            await until(manager, "WATCHDOG", 1)
            for _ in range(5):
                service.pulse.beat(Part.DELIVERY)
                await until(manager, "STATUS", len(manager.values("STATUS")) + 1)
            assert len(manager.values("WATCHDOG")) == 1
            service.pulse.beat(Part.ENGINE)
            await until(manager, "WATCHDOG", 2)
            stop.set()


async def test_a_status_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    """And whoever listens is told all the same."""
    service, stop = Service(), trio.Event()
    beat_all(service)
    with open_manager(tmp_path) as manager, capture_logs() as logs:
        attendant = Attendant(service, tmp_path / "gone" / "flow.db", Notifier(manager.address, watchdog_within=0.04))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(attendant.attend, stop)
            await until(manager, "STATUS", 4)
            stop.set()
    assert [each["event"] for each in logs] == ["status not written"]
