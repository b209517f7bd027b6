"""Recordings: what is written is read back, and what is damaged is read up to there."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings, strategies as st

from flowalert.feed.archive import ArchiveWriter
from flowalert.feed.header import ArchiveRefused
from flowalert.feed.recording import Cut, open_recording_writer
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
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.replay import read_chunks, read_entries
from tests.feed.making import FOREIGN, MONDAY

HEADER = '{"format":"flowalert recording","version":"1.0","made_by":"flowalert 0.1.0"}\n'
SLOT = '{"kind":"slot closed","received_at":1,"at":5,"venue":"krx"}\n'

figures = st.none() | st.integers(-(10**15), 10**15)
ats = st.integers(0, 253_370_764_799)
venues = st.sampled_from(Venue)
places = st.lists(st.from_regex(r"(krx|nxt)/[0-9]{3}", fullmatch=True), max_size=3).map(tuple)
updates = st.builds(
    Update,
    st.builds(
        series,
        venues,
        st.from_regex(r"[0-9]{3}", fullmatch=True).filter(str.isascii),
        st.from_regex(r"[0-9]{4}", fullmatch=True).filter(str.isascii),
    ),
    ats,
    *[figures] * 8,
    st.text(max_size=10),
)
entries = (
    updates
    | st.builds(SlotClosed, venues, ats)
    | st.builds(SessionClosed, venues, ats)
    | st.builds(FeedLost, ats, st.text(max_size=40), places)
    | st.builds(FeedBack, ats, places)
    | st.builds(FeedSilent, ats, st.text(max_size=40))
    | st.builds(FeedHeard, ats)
)


def some_updates(count: int) -> list[Entry]:
    return [Update(FOREIGN, MONDAY + 32_400 + n, n, -n, n, n, n, n, 1, None, "09000000") for n in range(count)]


def write(path: Path, *chunks: Sequence[Entry]) -> None:
    with open_recording_writer(path, replace=True) as writer:
        for number, chunk in enumerate(chunks):
            writer.write(Chunk(range(number * 10_000, number * 10_000 + len(chunk)), chunk))


def read(path: Path) -> tuple[list[Entry], Cut | None]:
    """Return all that can be read, and why not more."""
    cuts: list[Cut] = []
    found = [entry for chunk in read_entries(path, on_cut=lambda _, cut: cuts.append(cut)) for entry in chunk]
    return found, cuts[0] if cuts else None


def read_text(tmp_path: Path, text: str | bytes) -> tuple[list[Entry], Cut | None]:
    path = tmp_path / "given"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path)


@given(chunks=st.lists(st.lists(entries, max_size=5), max_size=4), name=st.sampled_from(["r.jsonl.zst", "r.jsonl"]))
def test_what_is_written_is_read_back(
    chunks: list[list[Entry]], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Entries of every kind come back as they were, in their order, with the times of receipt."""
    path = tmp_path_factory.getbasetemp() / name
    write(path, *chunks)
    assert read(path) == ([entry for chunk in chunks for entry in chunk], None)
    moments = [moment for chunk in read_chunks(path) for moment in chunk.received_at]
    assert moments == [number * 10_000 + n for number, chunk in enumerate(chunks) for n in range(len(chunk))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, list[Entry]]]:
    """A recording of seven writes, compressed and plain: one of them more than a zstd frame has."""
    chunks = [some_updates(count) for count in (3, 1, 2_500, 40, 1, 7, 300)]
    written = {}
    for name in ("r.jsonl.zst", "r.jsonl"):
        path = tmp_path_factory.mktemp("whole") / name
        write(path, *chunks)
        written[name] = (path.read_bytes(), [entry for chunk in chunks for entry in chunk])
    return written


@settings(max_examples=150)
@given(data=st.data(), name=st.sampled_from(["r.jsonl.zst", "r.jsonl"]))
def test_a_file_cut_anywhere_gives_all_but_its_tail(
    data: st.DataObject,
    name: str,
    whole: dict[str, tuple[bytes, list[Entry]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The entries read are the first of those written, at most one zstd frame is lost, and the cut is told."""
    raw, written = whole[name]
    cut_at = data.draw(st.integers(0, len(raw) - 1) | st.integers(len(raw) - 200, len(raw) - 1) | st.integers(0, 200))
    path = tmp_path_factory.getbasetemp() / f"cut-{name}"
    path.write_bytes(raw[:cut_at])
    try:
        found, cut = read(path)
    except ArchiveRefused:
        assert cut_at < 140  # not even the header is whole
        return
    assert found == written[: len(found)]
    if cut is not None:
        assert cut.entries == len(found)
    else:
        # The cut fell between two frames, or two lines: the file is a shorter one, and whole.
        assert name == "r.jsonl" or cut_at in list_frame_ends(raw)
    if name == "r.jsonl":
        assert len(found) == raw[:cut_at].count(b"\n") - 1
    else:
        ends = [0, *(end for end in list_frame_ends(raw) if end <= cut_at)]
        assert len(found) >= inflate(raw[: ends[-1]]).count(b"\n") - 1


def list_frame_ends(raw: bytes) -> list[int]:
    ends, rest = [], raw
    while rest:
        frame = zstandard.ZstdDecompressor().decompressobj()
        frame.decompress(rest)
        rest = frame.unused_data
        ends.append(len(raw) - len(rest))
    return ends


def inflate(raw: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw), read_across_frames=True).read()


@settings(max_examples=150)
@given(data=st.data())
def test_a_byte_that_changed_is_noticed(
    data: st.DataObject,
    whole: dict[str, tuple[bytes, list[Entry]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whichever byte of a compressed recording is wrong, no wrong entry is read, and what precedes it is."""
    raw, written = whole["r.jsonl.zst"]
    place = data.draw(st.integers(0, len(raw) - 1))
    path = tmp_path_factory.getbasetemp() / "changed"
    path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
    try:
        found, cut = read(path)
    except ArchiveRefused:
        assert place < 140
        return
    assert cut is not None
    assert found == written[: len(found)]
    ends = [0, *(end for end in list_frame_ends(raw) if end <= place)]
    assert len(found) >= inflate(raw[: ends[-1]]).count(b"\n") - 1


def test_what_a_file_is_shows_in_its_first_bytes(tmp_path: Path) -> None:
    """Compressed and plain are told apart whatever the name; what another program compressed in one piece is read."""
    write(tmp_path / "plain.jsonl", some_updates(60_000))
    text = (tmp_path / "plain.jsonl").read_bytes()
    assert len(text) > 8 * 1024 * 1024
    assert read_text(tmp_path, text) == (some_updates(60_000), None)
    assert read_text(tmp_path, zstandard.ZstdCompressor(level=1).compress(text)) == (some_updates(60_000), None)


def test_pieces_stay_small_whatever_the_file(tmp_path: Path) -> None:
    """A recording is read a few thousand entries at a time, even if it is one large zstd frame, and says how far."""
    write(tmp_path / "plain.jsonl", some_updates(60_000))
    path = tmp_path / "one.zst"
    path.write_bytes(zstandard.ZstdCompressor(level=1).compress((tmp_path / "plain.jsonl").read_bytes()))
    parts: list[float] = []
    sizes = [len(chunk) for chunk in read_entries(path, on_progress=parts.append)]
    assert max(sizes) < 40_000
    assert parts == sorted(parts)
    assert parts[-1] == 1.0


def test_a_newer_minor_version_is_read_without_what_it_added(tmp_path: Path) -> None:
    """Fields and kinds that this version does not know are left out."""
    newer = HEADER.replace('"1.0"', '"1.7","zone":"KST"')
    added = SLOT.replace('"at"', '"mood":"calm","at"')
    unknown = '{"kind":"halted","received_at":1,"at":6,"venue":"krx"}\n'
    assert read_text(tmp_path, newer + added + unknown + SLOT) == ([SlotClosed(Venue.KRX, 5)] * 2, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "the file is empty; name a file that flowalert wrote"),
        (b"\x89PNG\r\n\x1a\n\0\0", "its first line is no header of a recording"),
        (b"\x28\xb5\x2f\xfd\0\0", "no recording, or one that is cut before its header ends"),
        (b"a,b,c\n1,2,3\n", "its first line is no header of a recording"),
        (b'{"format":"heartbeats","version":"1.0"}\n', "a file of the format 'heartbeats'"),
        (HEADER.replace('"1.0"', '"2.1"').encode(), "this flowalert reads version 1: use one that is newer"),
        (HEADER.replace('"1.0"', '"0.9"').encode(), "this flowalert reads version 1: use one that is older"),
        (HEADER.replace('"1.0"', '"one"').encode(), "its first line is no header of a recording"),
        (HEADER.replace('"1.0"', f'"{"9" * 5000}.0"').encode(), "its first line is no header of a recording"),
    ],
)
def test_what_is_no_recording_is_refused(text: bytes, told: str, tmp_path: Path) -> None:
    """With the file's name, what was found and what to do."""
    with pytest.raises(ArchiveRefused) as refused:
        read_text(tmp_path, text)
    assert str(refused.value).startswith(str(tmp_path / "given"))
    assert told in str(refused.value)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A name that is none, and a folder."""
    with pytest.raises(ArchiveRefused, match=r"gone: cannot be read \(No such file or directory\)"):
        read(tmp_path / "gone")
    with pytest.raises(ArchiveRefused, match=r"cannot be read \(Is a directory\)"):
        read(tmp_path)


def change(**fields: object) -> str:
    update: dict[str, object] = {"kind": "update", "received_at": 1, "at": 5, "series": "krx/001/0017"}
    update |= dict.fromkeys(("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval"), 0)
    return json.dumps(update | fields) + "\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{\n", "the next line is no entry"),
        (b'{"kind":"\xff"}\n', "the next line is no entry"),
        ("[" * 100_000 + "\n", "the next line is no entry"),
        ('{"kind":"halted","received_at":1,"at":6}\n', "the next line is of the kind 'halted'"),
        (change(at=10**15), "the next line is no entry"),
        (change(at=-1), "the next line is no entry"),
        (change(received_at="now"), "the next line is no entry"),
        (change(msval=10**16), "the next line is no entry"),
        (change(msval=1.5), "the next line is no entry"),
        (change(series="krx/1/17"), "'krx/1/17' is no series; expected one like krx/001/0017"),
        (change(series="krx/００１/0017"), "is no series"),
        (SLOT.replace("krx", "nyse"), "the next line is no entry"),
        ("x" * 2_000_000, "a line is longer than 1 MiB"),
        (SLOT.rstrip("\n"), "the last line has no end"),
    ],
)
def test_what_is_no_entry_ends_the_reading(line: str | bytes, told: str, tmp_path: Path) -> None:
    """The entries before it are read, and it is said what is wrong with the next."""
    bad = line.encode() if isinstance(line, str) else line
    found, cut = read_text(tmp_path, (HEADER + SLOT + change() + "\n").encode() + bad)
    assert len(found) == 2
    assert cut is not None
    assert cut.entries == 2
    assert told in str(cut)
    assert str(cut).startswith("cut after 2 entries: ")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    """Unless it is asked for; a folder that is not there is told."""
    path = tmp_path / "r.jsonl"
    write(path, some_updates(3))
    with pytest.raises(ArchiveRefused, match="there is a file of this name"), open_recording_writer(path):
        pass
    assert read(path) == (some_updates(3), None)
    with open_recording_writer(path, replace=True):
        pass
    assert read(path) == ([], None)
    gone = tmp_path / "gone" / "r.jsonl"
    with pytest.raises(ArchiveRefused, match=r"cannot be written \(No such file"), open_recording_writer(gone):
        pass


class SmallDisk(io.FileIO):
    """A file on a disk with room for `room` bytes, and that takes a few at a time."""

    room = 0

    def write(self, data: object) -> int:
        taken = memoryview(data)[: min(self.room, 100)]  # type: ignore[arg-type] # bytes-like, as FileIO's own is
        if not taken:
            raise OSError(28, "No space left on device")
        self.room -= len(taken)
        return super().write(taken)


def test_a_full_disk_leaves_no_half_frame(tmp_path: Path) -> None:
    """What did not fit is taken back, so that writing can go on when there is room again."""
    path = tmp_path / "r.jsonl.zst"
    with SmallDisk(path, "x") as file:
        archive = ArchiveWriter(file, is_compressed=True)
        file.room = 1_000
        archive.append(HEADER.encode())
        archive.append(SLOT.encode())
        file.room = 10
        with pytest.raises(OSError, match="No space left"):
            archive.append(SLOT.encode())
        file.room = 1_000
        archive.append(SLOT.replace("5", "6").encode())
        assert archive.bytes_written == path.stat().st_size
    assert read(path) == ([SlotClosed(Venue.KRX, 5), SlotClosed(Venue.KRX, 6)], None)
