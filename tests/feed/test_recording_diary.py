"""Files a day, written beside a feed that must not wait for them."""

import datetime as dt
import errno
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
import trio
from structlog.testing import capture_logs

from flowalert.feed import diary as diary_module
from flowalert.feed.archive import ArchiveWriter
from flowalert.feed.batch import next_batch
from flowalert.feed.outlet import Received
from flowalert.feed.recorder import Recorder, RecordSettings
from flowalert.market.entry import Entry, SessionClosed, SlotClosed
from flowalert.market.instant import KST
from flowalert.market.venue import Venue
from flowalert.replay import read_entries
from tests.feed.making import MONDAY
from tests.feed.running import until

DAY = 86_400
NOW = dt.datetime(2026, 11, 23, 9, 52, tzinfo=KST)


@asynccontextmanager
async def open_recorder(folder: Path, *, frames: bool = False) -> AsyncIterator[Recorder]:
    """A running recorder, closed and finished at the end of the block."""
    recorder = Recorder(RecordSettings(folder, entries=True, frames=frames))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(recorder.run)
        yield recorder
        recorder.close()


def note(recorder: Recorder, *entries: Entry) -> None:
    recorder.note_entries([Received(NOW, entry) for entry in entries])


def slots(first: int, count: int) -> list[SlotClosed]:
    return [SlotClosed(Venue.KRX, MONDAY + first + number) for number in range(count)]


def read(path: Path) -> list[Entry]:
    return [entry for chunk in read_entries(path) for entry in chunk]


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_each_session_has_a_file(tmp_path: Path) -> None:
    """Entries go into the file of their session's date; one that comes late stays in the newer file."""
    folder = tmp_path / "made" / "for" / "it"
    first, second, late = slots(0, 3), slots(DAY, 2), SessionClosed(Venue.NXT, MONDAY + 20 * 3600)
    async with open_recorder(folder, frames=True) as recorder:
        note(recorder, *first, *second, late)
        recorder.note_frame(NOW, 1, "{}")
    assert names(folder) == [
        "entries-2026-11-23.jsonl.zst",
        "entries-2026-11-24.jsonl.zst",
        "raw-2026-11-23.jsonl.zst",
    ]
    assert read(folder / "entries-2026-11-23.jsonl.zst") == first
    assert read(folder / "entries-2026-11-24.jsonl.zst") == [*second, late]
    assert recorder.dropped == 0


async def test_a_restart_begins_another_part(tmp_path: Path) -> None:
    """What was written before a restart stays as it is."""
    for number in range(3):
        async with open_recorder(tmp_path) as recorder:
            note(recorder, *slots(number * 30, 2))
    assert names(tmp_path) == [
        "entries-2026-11-23.jsonl.zst",
        "entries-2026-11-23.part02.jsonl.zst",
        "entries-2026-11-23.part03.jsonl.zst",
    ]
    assert read(tmp_path / "entries-2026-11-23.part02.jsonl.zst") == slots(30, 2)


async def test_what_is_noted_is_in_the_file_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the end, and also where nothing more comes."""
    monkeypatch.setattr(diary_module, "_WRITES_EVERY", 0.05)
    path = tmp_path / "entries-2026-11-23.jsonl.zst"
    async with open_recorder(tmp_path) as recorder:
        note(recorder, *slots(0, 2))
        await until(lambda: path.exists() and path.stat().st_size and read(path) == slots(0, 2))


async def test_a_disk_that_fails_costs_lines_and_is_told_once_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it refuses is counted, the rest is written, and the log has one line."""
    monkeypatch.setattr(diary_module, "_WRITES_EVERY", 0.0)
    append, failing = ArchiveWriter.append, True

    def refuse(self: ArchiveWriter, lines: bytes) -> None:
        if failing:
            raise OSError(errno.EIO, "Input/output error")
        append(self, lines)

    monkeypatch.setattr(ArchiveWriter, "append", refuse)
    monkeypatch.setattr(diary_module, "log", structlog.get_logger())
    with capture_logs() as logs:
        async with open_recorder(tmp_path) as recorder:
            for number in range(3):
                note(recorder, *slots(number, 1))
                await until(lambda number=number: recorder.dropped == number + 1)  # type: ignore[misc] # bound
            failing = False
            note(recorder, *slots(10, 2))
    (line,) = logs
    assert line["event"] == "not recorded"
    assert line["what"] == "entries"
    assert "Input/output error" in line["why"]
    assert recorder.dropped == 3
    assert names(tmp_path) == ["entries-2026-11-23.jsonl.zst"]
    assert read(tmp_path / "entries-2026-11-23.jsonl.zst") == slots(10, 2)


@asynccontextmanager
async def hanging_disk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """A disk that takes nothing until the event is set."""
    answers = threading.Event()
    append = ArchiveWriter.append

    def hang(self: ArchiveWriter, lines: bytes) -> None:
        answers.wait()
        append(self, lines)

    monkeypatch.setattr(ArchiveWriter, "append", hang)
    try:
        yield answers
    finally:
        answers.set()


async def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noting returns at once, what does not fit is counted, and what waited is written when the disk is back."""
    monkeypatch.setattr(diary_module, "_WAITING", 10)
    monkeypatch.setattr(diary_module, "_WRITES_EVERY", 0.0)
    async with hanging_disk(monkeypatch) as answers, open_recorder(tmp_path) as recorder:
        note(recorder, *slots(0, 1))
        await trio.testing.wait_all_tasks_blocked()
        note(recorder, *slots(1, 25))
        assert recorder.dropped == 15
        answers.set()
    assert read(tmp_path / "entries-2026-11-23.jsonl.zst") == slots(0, 11)


async def test_a_disk_that_hangs_does_not_keep_the_service_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end waits for the disk a bounded time, and counts what it did not take."""
    monkeypatch.setattr(diary_module, "_ENDS_WITHIN", 0.1)
    monkeypatch.setattr(diary_module, "_WRITES_EVERY", 0.0)
    async with hanging_disk(monkeypatch):
        with trio.fail_after(5):
            async with open_recorder(tmp_path) as recorder:
                note(recorder, *slots(0, 1))
                await trio.testing.wait_all_tasks_blocked()
                note(recorder, *slots(1, 4))
        assert recorder.dropped >= 4


async def test_batches_are_bounded_in_number_and_in_time() -> None:
    """A batch ends when it is full, when its time is over, or when the channel is closed; at the end it is empty."""
    send, receive = trio.open_memory_channel[int](100)
    async with receive:
        for number in range(5):
            send.send_nowait(number)
        assert await next_batch(receive, most=3, within=60) == [0, 1, 2]
        with trio.fail_after(5):
            assert await next_batch(receive, most=3, within=0.01) == [3, 4]
        send.send_nowait(5)
        send.close()
        assert await next_batch(receive, most=3, within=60) == [5]
        empty: list[Any] = []
        assert await next_batch(receive, most=3, within=60) == empty
