"""Recordings: the journal's entries in a file.

A recording is lines of JSON, compressed or not: a header, then an entry a line with the wall time of its receipt.

    {"format":"flowalert recording","version":"1.0","made_by":"flowalert 0.1.0"}
    {"kind":"update","received_at":1795395060123,"at":1795427460,"series":"krx/001/0017","msvol":-5139,…}
    {"kind":"slot closed","received_at":1795395066200,"at":1795427460,"venue":"krx"}

Parquet was passed over: it is smaller, and unreadable when cut.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

import msgspec
from msgspec import Struct

from flowalert.feed.archive import LINES_PER_FRAME, Archive, ArchiveWriter, Damage, create_archive
from flowalert.feed.header import RECORDING, ArchiveRefused, Header
from flowalert.feed.row import Chunk, UnknownKind, decode_chunk, decode_line, encode_chunk
from flowalert.market.entry import Entry


class Cut(Struct, frozen=True):
    """A recording ended before it should: so many entries were read, and why not more."""

    entries: int
    why: str

    def __str__(self) -> str:
        return f"cut after {self.entries:,} entries: {self.why}"


class RecordingWriter:
    """Writes entries to a recording; `write` alone changes it, and only one thread at a time may call it."""

    def __init__(self, archive: ArchiveWriter) -> None:
        self._archive = archive
        self.entries = 0

    @property
    def bytes_written(self) -> int:
        return self._archive.bytes_written

    def write(self, chunk: Chunk) -> None:
        """Write entries; a process that is killed after this has them in the file. Raises OSError.

        It takes a microsecond or two an entry: a caller on a loop hands it to a thread.
        """
        for start in range(0, len(chunk.entries), LINES_PER_FRAME):
            part = slice(start, start + LINES_PER_FRAME)
            self._archive.append(encode_chunk(Chunk(chunk.received_at[part], chunk.entries[part])))
        self.entries += len(chunk.entries)


@contextmanager
def open_recording_writer(path: Path, *, replace: bool = False) -> Iterator[RecordingWriter]:
    """Open a new recording, compressed if its name ends in `.zst`; it is on disk when the block ends.

    Raises ArchiveRefused where it cannot be made, and where there is a file already unless `replace`.
    """
    try:
        archive = create_archive(path, RECORDING, replace=replace)
    except FileExistsError:
        raise ArchiveRefused(
            f"{path}: there is a file of this name; give another, or replace it with --force"
        ) from None
    except OSError as error:
        raise ArchiveRefused(
            f"{path}: cannot be written ({error.strerror}); give a file in a folder of yours"
        ) from None
    with closing(archive):
        yield RecordingWriter(archive)
        archive.sync()


def read_recording(archive: Archive) -> Iterator[Chunk | Cut]:
    """Yield a recording's entries, a thousand or two in a chunk; a Cut as the last where they end too early.

    What a newer version of the same format has added is left out.
    """
    count = 0
    for piece in archive.pieces:
        if isinstance(piece, Damage):
            yield Cut(count, piece.what)
            return
        try:
            chunk = decode_chunk(piece)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            chunk, why = _decode_slowly(piece, archive.header)
        else:
            why = None
        count += len(chunk.entries)
        if chunk.entries:
            yield chunk
        if why is not None:
            yield Cut(count, why)
            return


def _decode_slowly(piece: bytes, header: Header) -> tuple[Chunk, str | None]:
    """Return what comes before the first line that cannot be read, and what is wrong with that; None for nothing."""
    received_at: list[int] = []
    entries: list[Entry] = []
    for line in filter(bytes.strip, BytesIO(piece)):
        try:
            read = decode_line(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return Chunk(received_at, entries), f"the next line is no entry ({error})"
        if not isinstance(read, UnknownKind):
            received_at.append(read[0])
            entries.append(read[1])
        elif not header.is_newer:
            return Chunk(received_at, entries), f"the next line is of the kind {read.kind[:40]!r}"
    return Chunk(received_at, entries), None
