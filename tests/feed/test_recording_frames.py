"""Raw frames: what is kept of what the exchange sends, and what becomes of it later."""

import datetime as dt
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given, strategies as st
from structlog.testing import capture_logs

from flowalert.feed import recomposer as recomposer_module
from flowalert.feed.archive import create_archive
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Control, Figures, MarketStatus, Quarantined
from flowalert.feed.header import FRAMES
from flowalert.feed.outlet import Received
from flowalert.feed.raw import RawFrame, clean, encode_frames
from flowalert.feed.recomposer import Recomposer
from flowalert.feed.recording import Cut
from flowalert.feed.row import chunk_of
from flowalert.market.entry import Entry, SessionClosed, SlotClosed, Update
from flowalert.market.instant import from_wall, to_wall
from flowalert.market.moment import from_ms, to_ms
from flowalert.market.venue import Venue
from flowalert.mask import PART, Mask
from flowalert.replay import read_chunks
from flowalert.simulator.fault import Garbling, garble
from tests.feed.exchange import data_frame
from tests.feed.making import MONDAY, clock
from tests.feed.running import IN_SESSION, KOSPI, open_feed, until

TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9." + "aB3-_" * 60  # what a token of the exchange looks like
MASK = Mask(TOKEN)


def frame_at(time: str, day: int = 0, **body: Any) -> RawFrame:
    """A frame of this time that came half a second after it."""
    second = clock(time)
    tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
    moment = to_wall(MONDAY + day * 86_400 + second) + dt.timedelta(milliseconds=500)
    return RawFrame(to_ms(moment), 1, data_frame(tjjtime=tjjtime, **body))


def write_frames(path: Path, *frames: RawFrame) -> Path:
    archive = create_archive(path, FRAMES)
    archive.append(encode_frames(frames))
    archive.close()
    return path


def read(path: Path) -> tuple[list[tuple[int, Entry]], Cut | None]:
    cuts: list[Cut] = []
    chunks = list(read_chunks(path, on_cut=lambda _, cut: cuts.append(cut)))
    return [pair for chunk in chunks for pair in zip(*chunk, strict=True)], cuts[0] if cuts else None


async def test_frames_become_the_entries_that_they_made_live(tmp_path: Path) -> None:
    """What a running feed made of frames, repeats and bad ones among them, their file gives again, times included."""
    kept: list[RawFrame] = []
    async with open_feed([KOSPI], moment=IN_SESSION) as running:
        running.feed._desk.on_frame = lambda at, number, text: kept.append(RawFrame(to_ms(at), number, text))
        await until(lambda: running.feed.is_registered)
        (client,) = running.exchange.clients
        for slot in range(3):
            running.wall.moment = IN_SESSION + dt.timedelta(seconds=30 * slot)
            tjjtime = f"095{2 + slot // 2}{slot % 2 * 30:02}00"
            frames = [data_frame(tjjcode=f"{code:04}", tjjtime=tjjtime, msval=slot) for code in range(12)]
            await client.send(*frames, frames[3], frames[3][:40], frames[4].encode())
            await until(lambda slot=slot: running.feed.count.frames >= 15 * (slot + 1))  # type: ignore[misc] # bound
        await until(lambda: len(running.of(SlotClosed)) == 3)
        live = [each for each in running.received if not isinstance(each.entry, SlotClosed)]
    found, cut = read(write_frames(tmp_path / "raw.jsonl.zst", *kept))
    assert cut is None
    assert [Received(from_ms(at), entry) for at, entry in found if isinstance(entry, Update)] == live
    assert len(live) == 36
    # The wall clock of this test stands still within a slot, so a slot closes at the first of the next.
    assert [entry.at for _, entry in found if isinstance(entry, SlotClosed)] == [
        entry.at for entry in running.of(SlotClosed)
    ]


def test_slots_and_sessions_close_when_their_time_has_come(tmp_path: Path) -> None:
    """The times of receipt are the clock: a slot closes a second after its last frame, a session after its hours."""
    frames = [frame_at("15:29:30"), frame_at("15:30"), frame_at("09:00", day=1), frame_at("09:00:30", day=1)]
    found, cut = read(write_frames(tmp_path / "raw.jsonl", *frames))
    assert cut is None
    told = [
        (type(entry).__name__, str(to_wall(entry.at))[8:16], str(to_wall(from_wall(from_ms(at))))[8:19])
        for at, entry in found
    ]
    assert told == [
        ("Update", "23 15:29", "23 15:29:30"),
        ("SlotClosed", "23 15:29", "23 15:29:31"),
        ("Update", "23 15:30", "23 15:30:00"),
        ("SlotClosed", "23 15:30", "23 15:30:01"),
        ("SessionClosed", "23 18:10", "23 18:10:01"),
        ("Update", "24 09:00", "24 09:00:00"),
        ("SlotClosed", "24 09:00", "24 09:00:01"),
        ("Update", "24 09:00", "24 09:00:30"),
        # In the middle of a session the file ends, and the session does not.
        ("SlotClosed", "24 09:00", "24 09:00:31"),
    ]
    whole, _ = read(write_frames(tmp_path / "whole.jsonl", *frames[:2]))
    assert whole[-1][1] == SessionClosed(Venue.KRX, MONDAY + clock("18:10"))


def test_a_file_of_frames_can_be_cut(tmp_path: Path) -> None:
    """What is whole is read, no session is taken for closed, and the cut is told."""
    path = write_frames(tmp_path / "raw.jsonl", *[frame_at("15:30", tjjcode=f"{code:04}") for code in range(5)])
    path.write_bytes(path.read_bytes()[:-50])
    found, cut = read(path)
    assert [type(entry) for _, entry in found] == [Update] * 4
    assert str(cut) == "cut after 4 entries: the last line has no end"
    path.write_bytes(path.read_bytes().replace(b'"connection":1', b'"connection":"x"', 1))
    assert read(path)[0] == []
    assert "the next line is no frame" in str(read(path)[1])


def test_frames_that_could_not_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, with their number and what was wrong."""
    monkeypatch.setattr(recomposer_module, "log", structlog.get_logger())
    bad = [RawFrame(frame_at("10:00").received_at, 1, text) for text in ("{", "[", data_frame(tjjcode="I000"))]
    with capture_logs() as logs:
        found, _ = read(write_frames(tmp_path / "raw.jsonl", frame_at("10:00"), *bad))
    assert [type(entry) for _, entry in found] == [Update, SlotClosed]
    (line,) = logs
    assert line["frames"] == 3
    assert line["flaws"] == ["not JSON", "tjjcode is not four digits"]


def test_what_befell_the_frames_is_counted() -> None:
    """Repeats, stale frames and bad ones are no entries."""
    recomposer = Recomposer()
    frames = [frame_at("10:00"), frame_at("10:00"), frame_at("09:59"), RawFrame(frame_at("10:00").received_at, 1, "{")]
    chunk = recomposer.take(frames)
    count = recomposer.count
    assert len(chunk.entries) == count.updates == 1
    assert (count.frames, count.repeats, count.stale, count.quarantined.total()) == (4, 1, 1, 1)


@pytest.mark.parametrize(
    "frame",
    [
        data_frame(),
        '{"header":{"tr_cd":"JIF","tr_key":"0"},"body":{"jangubun":"1","jstatus":"21"}}',
        data_frame(tjjcode="I000"),
        data_frame()[:70],
        '{"header":{"tr_cd":"PINGPONG"}}',
    ],
)
def test_frames_are_kept_word_for_word(frame: str) -> None:
    """Data, the market's status, and what could not be read."""
    assert clean(frame, decode(frame), MASK) == frame
    assert clean(frame.encode(), decode(frame.encode()), MASK) == frame


def decode(raw: str | bytes) -> Figures | Control | MarketStatus | Quarantined | Any:
    return Decoder([KOSPI]).decode(raw)


@given(seed=st.integers(0, 10**6), how=st.sampled_from(["whole", "cut", "shifted", "broken", "data", "request"]))
def test_no_part_of_the_token_is_kept(seed: int, how: str) -> None:
    """Wherever an answer, a request or a data frame holds it, and however they are damaged."""
    rng = random.Random(seed)
    head = {"tr_type": "3", "tr_cd": "BM_", "rsp_cd": "00000", "rsp_msg": f"ok {TOKEN}", "token": TOKEN}
    answer = json.dumps({"header": head, "body": None})
    raw: str | bytes = answer
    match how:
        case "cut":
            raw = answer[rng.randrange(len(answer)) :][: rng.randrange(1, len(answer))]
        case "shifted":
            raw = re.sub("[a-z_]{5,}", lambda match: match[0][1:], answer)
        case "broken":
            raw = garble(answer, Garbling.BROKEN_UTF8, rng)
        case "data":
            raw = data_frame().replace("{", f'{{"token":"{TOKEN}",', rng.randrange(1, 3))
        case "request":
            raw = json.dumps({"header": {"token": TOKEN, "tr_type": "3"}, "body": {"tr_cd": "BM_", "tr_key": "001"}})
    kept = clean(raw, decode(raw), MASK) or ""
    assert not any(TOKEN[start : start + PART] in kept for start in range(len(TOKEN) - PART + 1))


async def test_answers_are_not_kept_and_connections_are_numbered() -> None:
    """Of a conversation the data and the status are handed on, with the number of the connection."""
    kept: list[tuple[int, str]] = []
    async with open_feed([KOSPI, (Venue.KRX, "301")], moment=IN_SESSION, per_connection=2) as running:
        running.feed._desk.on_frame = lambda _, number, text: kept.append((number, text))
        await until(lambda: len(running.exchange.clients) == 2 and running.feed.is_registered)
        for client in running.exchange.clients:
            places = [key for _, stream, key in client.asked if stream == "BM_"]
            await client.send(*[data_frame(tr_key=key) for key in places])
        await until(lambda: len(kept) >= 2)
    assert sorted(kept) == [(1, data_frame()), (2, data_frame(tr_key="301"))]


def test_moments_are_kept_to_the_millisecond() -> None:
    """In whatever zone they come."""
    moment = dt.datetime(2026, 11, 23, 9, 51, 0, 123_456, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    assert from_ms(to_ms(moment)) == moment.replace(microsecond=123_000)
    assert chunk_of([Received(moment, SlotClosed(Venue.KRX, 1))]).received_at == [to_ms(moment)]
