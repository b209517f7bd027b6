"""`flowalert record`, and what `flowalert run` records, against a simulated exchange in a process of its own."""

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from flowalert.feed.recorder import RecordSettings
from flowalert.feed.recording import Cut
from flowalert.market.entry import Entry, SlotClosed, Update
from flowalert.replay import read_chunks, read_entries
from flowalert.settings import SettingsRefused, read_settings
from tests.program import PATIENCE, run_program, start_program, stop, wait_until

SETTINGS = """\
feed:
  domain: {ws_url}
  token_url: {token_url}
  appkey: planted-key
  appsecret: planted-secret
  pace: 0
"""
RULES = "rules:\n  - {name: any, sectors: [kospi, 선물], investors: [foreign], when: delta(msval) != 0}\n"


@contextmanager
def simulator(folder: Path, *options: str) -> Iterator[dict[str, str]]:
    """A simulator in the middle of a trading day; gives what it says to put into the settings."""
    place = folder / "simulator"
    place.mkdir()
    arguments = ["simulate", "--port=0", "--token-port=0", "--speed=600", "--start=10:00", *options]
    with start_program(*arguments, folder=place):
        out = place / "out.txt"
        wait_until(lambda: "appsecret" in out.read_text(encoding="utf-8"), "the simulator")
        told = dict(line.strip().split(": ", 1) for line in out.read_text("utf-8").splitlines() if ": " in line)
        settings = SETTINGS.format(ws_url=told["domain"], token_url=told["token_url"])
        (folder / "flowalert.yaml").write_text(settings, encoding="utf-8")
        yield told


def read(path: Path) -> tuple[list[Entry], Cut | None]:
    cuts: list[Cut] = []
    found = [entry for chunk in read_entries(path, on_cut=lambda _, cut: cuts.append(cut)) for entry in chunk]
    return found, cuts[0] if cuts else None


def output(folder: Path, name: str) -> str:
    return (folder / f"{name}.txt").read_text(encoding="utf-8")


def test_it_records_until_told_to_end(tmp_path: Path) -> None:
    """Ctrl-C ends it with a summary; the recording has the sectors that were asked for, whole."""
    with simulator(tmp_path):
        arguments = ["record", "--sectors=kospi,선물", "--out=r.jsonl.zst"]
        with start_program(*arguments, folder=tmp_path) as process:
            path = tmp_path / "r.jsonl.zst"
            wait_until(lambda: path.exists() and path.stat().st_size > 1000, "entries in the file")
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
        again = run_program(*arguments, folder=tmp_path)
    entries, cut = read(path)
    updates = [entry for entry in entries if isinstance(entry, Update)]
    assert cut is None
    assert {update.series.place for update in updates} == {"krx/001", "krx/900"}
    assert any(isinstance(entry, SlotClosed) for entry in entries)
    assert f"r.jsonl.zst: {len(entries):,} entries, {len(updates):,} updates of 30 series" in output(tmp_path, "out")
    assert "planted-secret" not in output(tmp_path, "err")
    assert again.returncode == 1
    assert "there is a file of this name" in again.stderr


def test_it_ends_by_itself(tmp_path: Path) -> None:
    """`--for` says when; without `--out` the file's name says where and when it was recorded."""
    with simulator(tmp_path):
        done = run_program("record", "--sectors=301", "--for=1s", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("krx-2*.jsonl.zst")
    entries, cut = read(path)
    assert cut is None
    assert f"{path.name}: {len(entries):,} entries" in done.stdout


def test_a_kill_costs_no_more_than_a_few_seconds(tmp_path: Path) -> None:
    """After kill -9, at whatever moment, the recording is read, and holds all but what the last seconds brought."""
    chance = random.Random(3)
    with simulator(tmp_path):
        for number in range(2):
            path = tmp_path / f"{number}.jsonl.zst"
            with start_program("record", f"--out={path.name}", "--sectors=all", folder=tmp_path) as process:
                wait_until(lambda path=path: path.exists() and path.stat().st_size > 1000, "entries")  # type: ignore[misc] # bound
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(chance.uniform(0, 1.5))
                process.kill()
                killed_at = time.time()
                process.wait()
            moments = [moment for chunk in read_chunks(path, on_cut=ignore) for moment in chunk.received_at]
            assert moments == sorted(moments)
            # Five seconds, and as many for a busy machine.
            assert killed_at - moments[-1] / 1000 < 10


def test_a_refused_key_is_told(tmp_path: Path) -> None:
    """With the exit code of `flowalert run`, and no empty recording stays behind."""
    with simulator(tmp_path, "--appkey=another"):
        done = run_program("record", folder=tmp_path)
    assert done.returncode == 3
    assert "refused: IGW00103" in done.stderr
    assert list(tmp_path.glob("*.zst")) == []


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--sectors=kospii"], 2, "no such name: 'kospii'; did you mean kospi?"),
        (["--sectors=,"], 2, "names nothing; write a slug like kospi"),
        (["--for=soon"], 2, "'soon' is none; write a stretch of time, like 90s, 30m or 1h"),
        (["--for=3 updates"], 2, "write a stretch of time"),
        (["--out=gone/r.jsonl"], 1, "gone/r.jsonl: cannot be written (No such file or directory)"),
        (["-c", "gone.yaml"], 1, "gone.yaml:1:1: the file cannot be read"),
    ],
)
def test_wrong_options_are_told(options: list[str], code: int, told: str, tmp_path: Path) -> None:
    """Before anything is asked of the exchange, and without rules or channels in the settings."""
    settings = SETTINGS.format(ws_url="ws://127.0.0.1:9", token_url="http://127.0.0.1:9/")
    (tmp_path / "flowalert.yaml").write_text(settings, encoding="utf-8")
    done = run_program("record", *options, folder=tmp_path)
    assert done.returncode == code
    assert told in " ".join(done.stderr.split())


def test_a_service_records_what_it_receives(tmp_path: Path) -> None:
    """`record:` in the settings keeps entries and frames a day; both say what the journal says, and no token."""
    with simulator(tmp_path):
        with (tmp_path / "flowalert.yaml").open("a", encoding="utf-8") as settings:
            settings.write("rules: [rules.yaml]\nlog: {format: json}\nrecord: {folder: kept, frames: true}\n")
        (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: count_updates(tmp_path) > 100, "updates")
            assert stop(process) == 0
    journal, _ = read(tmp_path / "flowalert.db")
    (entries_path,) = (tmp_path / "kept").glob("entries-*.jsonl.zst")
    (frames_path,) = (tmp_path / "kept").glob("raw-*.jsonl.zst")
    assert read(entries_path) == (journal, None)
    recomposed, cut = read(frames_path)
    assert cut is None
    updates = [entry for entry in journal if isinstance(entry, Update)]
    assert [entry for entry in recomposed if isinstance(entry, Update)] == updates
    assert '"not_recorded": 0' in output(tmp_path, "err")
    token = next(iter((tmp_path).glob("*.token"))).read_text(encoding="utf-8")
    assert token.split('"access_token":"')[1][:40] not in read_text(frames_path)


def test_settings_say_what_is_recorded(tmp_path: Path) -> None:
    """Nothing if left out; a key that is none is told with the nearest, and a key that records nothing too."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    plain = SETTINGS.format(ws_url="ws://127.0.0.1:9", token_url="http://127.0.0.1:9/") + "rules: [rules.yaml]\n"
    path = tmp_path / "flowalert.yaml"
    for added, expected in {
        "": None,
        "record: {}\n": RecordSettings(tmp_path / "recordings", entries=True, frames=False),
        "record: {folder: a, frames: true, entries: false}\n": RecordSettings(
            tmp_path / "a", entries=False, frames=True
        ),
    }.items():
        path.write_text(plain + added, encoding="utf-8")
        assert read_settings(path, {}).record == expected
    path.write_text(plain + "record: {frame: true}\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match=r"flowalert.yaml:8:10: .*frame.*frames"):
        read_settings(path, {})
    path.write_text(plain + "record: {entries: false}\n", encoding="utf-8")
    assert "nothing is recorded" in str(read_settings(path, {}).warnings)


def ignore(path: Path, cut: Cut) -> None:
    """Whether the kill fell into a write is chance."""


def count_updates(folder: Path) -> int:
    if not (folder / "flowalert.db").exists():
        return 0
    connection = sqlite3.connect(f"file:{folder / 'flowalert.db'}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])
    finally:
        connection.close()


def read_text(path: Path) -> str:
    with zstandard.open(path, "rt", encoding="utf-8") as file:
        return str(file.read())
