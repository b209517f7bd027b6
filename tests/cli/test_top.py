"""`flowalert top`, of stores made by hand and of a day that goes on."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import trio

from flowalert.cli.report.day import Day
from flowalert.cli.top import top
from flowalert.market.entry import Entry, SlotClosed
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.store import open_reader, open_store
from tests.cli.settled import fill, invoke, write_settings
from tests.feed.making import FOREIGN, MONDAY
from tests.program import PATIENCE
from tests.store.sample import NOW, update

NINE = MONDAY + 32_400


def test_a_look_has_the_day_and_its_alerts(tmp_path: Path) -> None:
    """Net value and its last change, in both languages; a service that does not run is told first."""
    write_settings(tmp_path)
    fill(tmp_path)
    trio.run(commit, tmp_path / "flow.db", NINE, -273)
    said = invoke(top, tmp_path, "--once", "--lang", "en")
    assert said.exit_code == 0
    words = " ".join(said.stdout.split())
    assert "flowalert 2026-11-23 09:00:00 ✗ the service does not run" in words
    assert re.search(r"kospi -273 \+21", words)
    assert "5 open alerts" in words
    assert "warning sellers kospi foreigners" in words
    korean = " ".join(invoke(top, tmp_path, "--once", "--lang", "ko", "--quantity").stdout.split())
    assert re.search(r"코스피 -5,139 \+123", korean)
    assert "경보 5건 진행 중" in korean


def test_an_investor_that_there_is_not_is_named_and_another_suggested(tmp_path: Path) -> None:
    """A slip of the finger."""
    write_settings(tmp_path)
    said = invoke(top, tmp_path, "--once", "--investor", "foriegn")
    assert said.exit_code == 2
    assert "did you mean foreign?" in said.output


def test_what_cannot_be_read_is_exit_code_4(tmp_path: Path) -> None:
    """No store yet."""
    write_settings(tmp_path)
    assert invoke(top, tmp_path, "--once").exit_code == 4


async def test_what_comes_follows_without_a_hole_and_once(tmp_path: Path) -> None:
    """Beside the service that writes; where nothing came, nothing is given."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        await store.commit([(NOW, update(NINE, value=1))], [], [], now=NOW)
        async with open_reader(path) as reader:
            entries, stretch = await reader.read_on(await reader.find_open_session())
            assert [each.at for each in entries] == [NINE]
            entries, stretch = await reader.read_on(stretch)
            assert entries == []
            later: Sequence[Entry] = (update(NINE + 30, value=2), SlotClosed(Venue.KRX, NINE + 30))
            await store.commit([(NOW, each) for each in later], [], [], now=NOW)
            entries, stretch = await reader.read_on(stretch)
            assert [each.at for each in entries] == [NINE + 30, NINE + 30]
            entries, stretch = await reader.read_on(stretch)
            assert entries == []


def test_a_later_date_begins_anew_and_what_is_late_is_dropped() -> None:
    """As the engine does."""
    day = Day()
    for at, value in ((NINE, 5), (NINE + 60, 7), (NINE + 30, 6)):
        day.take(update(at, value=value))
    last = day.last(FOREIGN)
    assert last is not None
    assert (last.msval, day.at) == (7, NINE + 60)
    day.take(update(NINE + DAY, sector="301", value=1))
    assert day.last(FOREIGN) is None
    assert day.list_places() == [("krx", "301")]


def test_a_terminal_is_kept_up_to_date_until_ctrl_c(tmp_path: Path) -> None:
    """It is drawn over and over, and left as it was."""
    write_settings(tmp_path)
    trio.run(commit, tmp_path / "flow.db", NINE, -273)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flowalert", "top", "--every", "0.2", "--lang", "en"]
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "30"}
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        seen = read_until(ours, "-273")
        trio.run(commit, tmp_path / "flow.db", NINE + 30, -999)
        seen += read_until(ours, "-999")
        process.send_signal(signal.SIGINT)
        # Back from the alternate screen.
        read_until(ours, "\x1b[?1049l")
        assert process.wait(PATIENCE) == 0
    os.close(ours)
    assert "\x1b[?1049h" in seen


async def commit(path: Path, at: int, value: int) -> None:
    async with open_store(path) as store:
        await store.commit([(NOW, update(at, value=value))], [], [], now=NOW)


def read_until(file: int, words: str) -> str:
    """Read what a terminal is sent until it has the words."""
    read, deadline = "", time.monotonic() + PATIENCE
    while words not in read:
        assert time.monotonic() < deadline, f"{words!r} never came; {read[-500:]!r} did"
        if select.select([file], [], [], 1)[0]:
            read += os.read(file, 1 << 16).decode(errors="replace")
    return read
