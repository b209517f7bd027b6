"""`flowalert convert`, and the recordings that `flowalert simulate --record` makes for it."""

import csv
import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped] # it has no types
import pytest
import trio
from click.testing import CliRunner, Result

from flowalert.cli import parquet, table
from flowalert.cli.convert import convert
from flowalert.cli.simulate import simulate
from flowalert.feed.archive import create_archive
from flowalert.feed.header import FRAMES
from flowalert.feed.raw import RawFrame, encode_frames
from flowalert.feed.recording import open_recording_writer
from flowalert.feed.row import Chunk
from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.instant import KST, date_of
from flowalert.market.moment import from_ms
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.replay import read_chunks, read_entries
from flowalert.store import open_store
from tests.feed.exchange import data_frame
from tests.feed.making import MONDAY

NINE = MONDAY + 32_400
RECEIVED_AT = 1_795_392_000_000 + 123  # 09:00:00 in Seoul on that Monday
UPDATE = Update(series(Venue.KRX, "001", "0017"), NINE, -5139, None, 236487, 241626, 53764, 54037, 123, 21, "09000000")
OTHER = Update(series(Venue.NXT, "022", "0099"), NINE, 1, 2, 3, 4, 5, 6, 7, 8, "09000000")
ENTRIES: tuple[Entry, ...] = (
    UPDATE,
    OTHER,
    SlotClosed(Venue.KRX, NINE),
    FeedLost(NINE, 'closed, "by" the server', ("krx/001", "krx/301")),
    FeedBack(NINE + 30),
    FeedSilent(NINE + 30, "connection refused"),
    FeedHeard(NINE + 600),
    SessionClosed(Venue.KRX, MONDAY + 65_400),
)


def record(path: Path, entries: Sequence[Entry] = ENTRIES, received_at: int = RECEIVED_AT) -> Path:
    with open_recording_writer(path) as writer:
        writer.write(Chunk(range(received_at, received_at + len(entries)), entries))
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(convert, [str(each) for each in arguments])


def read(path: Path) -> list[tuple[int, Entry]]:
    return [pair for chunk in read_chunks(path) for pair in zip(*chunk, strict=True)]


def test_csv_has_a_row_an_entry(tmp_path: Path) -> None:
    """Moments are ISO 8601 in Seoul's time, codes stand beside slugs, and what an entry does not have is empty."""
    result = run(record(tmp_path / "r.jsonl.zst"), tmp_path / "t.csv")
    assert result.exit_code == 0, result.output
    assert "t.csv: 8 entries" in result.output
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == (
        "received_at,at,kind,venue,sector,sector_slug,investor,investor_slug,"
        "msvol,msval,msvolume,mdvolume,msvalue,mdvalue,p_msvol,p_msval,tjjtime,reason,places\n"
        "2026-11-23T09:00:00.123+09:00,2026-11-23T09:00:00+09:00,update,krx,001,kospi,0017,foreign,"
        "-5139,,236487,241626,53764,54037,123,21,09000000,,\n"
        "2026-11-23T09:00:00.124+09:00,2026-11-23T09:00:00+09:00,update,nxt,022,sector_022,0099,investor_0099,"
        "1,2,3,4,5,6,7,8,09000000,,\n"
        "2026-11-23T09:00:00.125+09:00,2026-11-23T09:00:00+09:00,slot closed,krx,,,,,,,,,,,,,,,\n"
        "2026-11-23T09:00:00.126+09:00,2026-11-23T09:00:00+09:00,feed lost,,,,,,,,,,,,,,,"
        '"closed, ""by"" the server",krx/001 krx/301\n'
        "2026-11-23T09:00:00.127+09:00,2026-11-23T09:00:30+09:00,feed back,,,,,,,,,,,,,,,,\n"
        "2026-11-23T09:00:00.128+09:00,2026-11-23T09:00:30+09:00,feed silent,,,,,,,,,,,,,,,connection refused,\n"
        "2026-11-23T09:00:00.129+09:00,2026-11-23T09:10:00+09:00,feed heard,,,,,,,,,,,,,,,,\n"
        "2026-11-23T09:00:00.130+09:00,2026-11-23T18:10:00+09:00,session closed,krx,,,,,,,,,,,,,,,\n"
    )


def test_parquet_has_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With types of its own: numbers, words, and moments of a zone; in row groups, so that none is large."""
    monkeypatch.setattr(parquet, "_GROUP", 5)
    source = record(tmp_path / "r.jsonl.zst")
    record(tmp_path / "s.jsonl", received_at=RECEIVED_AT + 10_000)
    for name in ("t.csv", "t.parquet"):
        assert run(source, tmp_path / "s.jsonl", tmp_path / name).exit_code == 0
    found = pq.ParquetFile(tmp_path / "t.parquet")
    assert [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)] == [8, 8]
    rows = found.read().to_pylist()
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert [as_text(row) for row in rows] == list(csv.DictReader(file))
    assert rows[0]["received_at"] == dt.datetime(2026, 11, 23, 9, 0, 0, 123_000, KST)
    assert rows[0]["msvol"] == -5139


def as_text(row: dict[str, Any]) -> dict[str, str]:
    row = row | {
        "received_at": row["received_at"].isoformat(timespec="milliseconds"),
        "at": row["at"].isoformat(timespec="seconds"),
    }
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_every_day_of_the_calendar_is_written_right(tmp_path: Path) -> None:
    """Moments before 09:00 in UTC are of the day before there, and of this one in Seoul."""
    ats = [MONDAY + day * 86_400 + second for day in range(-400, 400, 37) for second in (0, 32_399, 32_400, 86_399)]
    record(tmp_path / "r.jsonl", [SlotClosed(Venue.KRX, at) for at in ats])
    assert run(tmp_path / "r.jsonl", tmp_path / "t.csv").exit_code == 0
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        written = [dt.datetime.fromisoformat(row["at"]) for row in csv.DictReader(file)]
    assert [moment.date() for moment in written] == [date_of(at) for at in ats]
    assert [moment.hour * 3600 + moment.minute * 60 + moment.second for moment in written] == [
        at % 86_400 for at in ats
    ]


@pytest.mark.parametrize("name", ["t.jsonl.zst", "t.jsonl"])
def test_a_recording_becomes_another(name: str, tmp_path: Path) -> None:
    """Compressed or plain, with the same entries and times; several inputs one after the other."""
    first, second = record(tmp_path / "r.jsonl.zst"), record(tmp_path / "s.jsonl", received_at=RECEIVED_AT + 60_000)
    assert run(first, second, tmp_path / name).exit_code == 0
    assert read(tmp_path / name) == [*read(first), *read(second)]
    assert "begins before" in run(second, first, tmp_path / f"x{name}").output


async def test_a_store_becomes_a_recording(tmp_path: Path) -> None:
    """All sessions of its journal, also while a service holds it."""
    path = tmp_path / "flowalert.db"
    entries = [*ENTRIES, *(SlotClosed(Venue.KRX, NINE + 86_400 + n) for n in range(5_000))]
    async with open_store(path) as store:
        received = [(from_ms(RECEIVED_AT + n), entry) for n, entry in enumerate(entries)]
        await store.commit(received, [], [], now=from_ms(RECEIVED_AT))
        result = await trio.to_thread.run_sync(run, path, tmp_path / "t.jsonl.zst")
        parts: list[float] = []
        assert [entry for chunk in read_entries(path, on_progress=parts.append) for entry in chunk] == entries
    assert result.exit_code == 0, result.output
    assert read(tmp_path / "t.jsonl.zst") == [(RECEIVED_AT + n, entry) for n, entry in enumerate(entries)]
    assert parts[-1] == 1.0
    assert parts == sorted(parts)


def test_raw_frames_become_entries(tmp_path: Path) -> None:
    """Decoded and put in order as a feed does it."""
    archive = create_archive(tmp_path / "raw.jsonl.zst", FRAMES)
    archive.append(encode_frames([RawFrame(RECEIVED_AT + 51 * 60_000, 1, data_frame())]))
    archive.close()
    assert run(tmp_path / "raw.jsonl.zst", tmp_path / "t.jsonl").exit_code == 0
    (_, update), (_, closed) = read(tmp_path / "t.jsonl")
    assert update == Update(
        series(Venue.KRX, "001", "9999"),
        NINE + 51 * 60,
        *(-5139, -273, 236487, 241626, 53764, 54037, 123, 21),
        "09510000",
    )
    assert closed == SlotClosed(Venue.KRX, NINE + 51 * 60)


def test_frames_that_make_no_entry_make_an_empty_table(tmp_path: Path) -> None:
    """A table of nothing has its header; so does one of a recording of nothing."""
    create_archive(tmp_path / "raw.jsonl.zst", FRAMES).close()
    record(tmp_path / "r.jsonl", ())
    for name in ("t.csv", "t.parquet", "t.jsonl"):
        assert run(tmp_path / "raw.jsonl.zst", tmp_path / "r.jsonl", tmp_path / name).exit_code == 0
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").count("\n") == 1
    assert pq.read_table(tmp_path / "t.parquet").column_names == list(table.COLUMNS)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--sectors=kospi"], [0, 2, 3, 4, 5, 6, 7]),
        (["--investors=0099,개인"], [1, 2, 3, 4, 5, 6, 7]),
        (["--investors=all", "--sectors=all"], [0, 2, 3, 4, 5, 6, 7]),
        (["--session=2026-11-23"], [0, 1, 2, 3, 4, 5, 6, 7]),
        (["--session=2026-11-24"], []),
    ],
)
def test_what_is_wanted_is_selected(options: list[str], kept: list[int], tmp_path: Path) -> None:
    """By session, sector and investor; what is of no series stays."""
    source = record(tmp_path / "r.jsonl")
    assert run(source, tmp_path / "t.jsonl", *options).exit_code == 0
    assert [entry for _, entry in read(tmp_path / "t.jsonl")] == [ENTRIES[number] for number in kept]


def test_a_cut_input_is_converted_up_to_there(tmp_path: Path) -> None:
    """And it is said where it ends."""
    source = record(tmp_path / "r.jsonl")
    source.write_bytes(source.read_bytes()[:-10])
    result = run(source, tmp_path / "t.csv")
    assert result.exit_code == 0
    assert "r.jsonl: cut after 7 entries: the last line has no end" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["r.jsonl", "t.xlsx"], "t.xlsx: its name says nothing of the format; let it end in .csv, .parquet"),
        (["gone.jsonl", "t.csv"], "gone.jsonl: cannot be read (No such file or directory)"),
        (["r.jsonl", "there.csv"], "there.csv: there is a file of this name; give another, or replace it with --force"),
        (["r.jsonl", "no/t.csv"], "No such file or directory"),
        (["notes.txt", "t.csv"], "notes.txt: its first line is no header of a recording"),
        (["other.db", "t.csv"], "other.db: an SQLite file of another program"),
        (["r.jsonl", "t.csv", "--session=monday"], "'monday' does not match"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left behind, and what was there stays."""
    monkeypatch.chdir(tmp_path)
    record(Path("r.jsonl"))
    Path("notes.txt").write_text("no header\nno entry\n", encoding="utf-8")
    Path("there.csv").write_text("mine", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", "import sqlite3; sqlite3.connect('other.db').execute('CREATE TABLE a (b)')"], check=True
    )
    before = sorted(tmp_path.iterdir())
    result = run(*arguments)
    assert result.exit_code in (1, 2)
    assert told in " ".join(result.output.split())
    assert sorted(tmp_path.iterdir()) == before
    assert Path("there.csv").read_text(encoding="utf-8") == "mine"


def test_a_conversion_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file takes the old one's place when it is whole, and not before."""
    source, out = record(tmp_path / "r.jsonl"), tmp_path / "t.csv"
    assert run(source, out).exit_code == 0
    before = out.read_text(encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table, "to_row", fail)
    result = run(source, out, "--force")
    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert out.read_text(encoding="utf-8") == before
    assert len(list(tmp_path.iterdir())) == 2


def test_parquet_needs_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, what to install is said."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "flowalert.cli.parquet", raising=False)
    result = run(record(tmp_path / "r.jsonl"), tmp_path / "t.parquet")
    assert result.exit_code == 1
    assert "pip install 'flowalert[parquet]'" in result.output


def test_simulated_sessions_are_recorded_at_full_speed(tmp_path: Path) -> None:
    """Trading days from a date on, each whole and closed, the same for the same seed, with a scenario's flows."""
    (tmp_path / "s.yaml").write_text(
        "events:\n  - {at: 10:00, sector: kospi, investor: foreign, net: -5000억, day: 2}\n", encoding="utf-8"
    )
    written = {}
    for name, options in {"a": [], "b": [], "c": ["--seed=2"], "d": ["--scenario", str(tmp_path / "s.yaml")]}.items():
        path = tmp_path / f"{name}.jsonl.zst"
        arguments = ["--record", str(path), "--days=2", "--sectors=kospi", "--date=2026-11-20", *options]
        result = CliRunner().invoke(simulate, arguments)
        assert result.exit_code == 0, result.output
        assert f"{name}.jsonl.zst: " in result.output
        assert "entries of 2 sessions, 2026-11-20 to 2026-11-23" in " ".join(result.output.split())
        written[name] = read(path)
    entries = [entry for _, entry in written["a"]]
    assert written["a"] == written["b"]
    assert written["a"] != written["c"]
    assert [date_of(entry.at) for entry in entries if isinstance(entry, SessionClosed)] == [
        dt.date(2026, 11, 20),
        dt.date(2026, 11, 23),
    ]
    slots = [entry.at for entry in entries if isinstance(entry, SlotClosed)]
    assert len(slots) == len(set(slots)) == 2 * (781 + 20)
    assert sum(isinstance(entry, Update) for entry in entries) == len(slots) * 15
    assert [at for at, _ in written["a"]] == sorted(at for at, _ in written["a"])
    # A flow's net arrives in the cumulative figure: 5,000 less on the second day, nothing else on the first.
    days = {name: last_foreign(entries) for name, entries in written.items()}
    assert days["d"][0] == days["a"][0]
    assert days["d"][1] - days["a"][1] == pytest.approx(-5000, abs=2)


def last_foreign(pairs: list[tuple[int, Entry]]) -> list[int]:
    """Return what foreigners had bought net at the end of each day, in 억."""
    of_day: dict[int, int] = {}
    for _, entry in pairs:
        if isinstance(entry, Update) and entry.series.investor == "0017":
            of_day[entry.at // 86_400] = entry.msval or 0
    return list(of_day.values())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--days=2"], "--days, --sectors and --force are of a recording; name its file with --record FILE"),
        (["--record=r.jsonl", "--fault=close=0.1"], "close befalls connections, and a recording has none"),
        (["--record=r.jsonl", "--sectors=kosp"], "did you mean kospi?"),
        (["--record=gone/r.jsonl"], "cannot be written (No such file or directory)"),
    ],
)
def test_what_a_recording_of_the_simulator_cannot_have_is_told(
    options: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(simulate, options)
    assert result.exit_code in (1, 2)
    assert told in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_frames_of_a_recording_can_suffer(tmp_path: Path) -> None:
    """Faults of single frames are honoured: what is dropped is missing, what is repeated is no update."""
    sizes = {}
    for fault in ("drop=0.1", "repeat=0.1", "garble=0.1"):
        path = tmp_path / f"{fault}.jsonl"
        CliRunner().invoke(simulate, ["--record", str(path), "--sectors=kospi", "--date=2026-11-23", "--fault", fault])
        sizes[fault] = sum(isinstance(entry, Update) for _, entry in read(path))
    whole = 801 * 15
    assert sizes["repeat=0.1"] == whole
    assert 0.85 * whole < sizes["drop=0.1"] < 0.95 * whole
    assert 0.85 * whole < sizes["garble=0.1"] < 0.95 * whole
