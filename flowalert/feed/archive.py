"""Lines of text in a file that may be cut short at any byte: zstd frames of a few thousand lines, or plain text."""

import os
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard
from msgspec import Struct

from flowalert.feed.header import ArchiveRefused, Header, encode_header, read_header

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# So many lines are one zstd frame: a larger one loses more where the file is cut, a smaller one compresses worse.
LINES_PER_FRAME = 2_000

# One KiB of hostile zstd holds at most 32 MiB of text, and a read costs nothing beside decoding.
_PIECE = 1024
_BLOCK = 256 * 1024
_LONGEST_LINE = 1024 * 1024
# A frame up to this size is handed on when its checksum was right; a larger one, which another program wrote, before.
_HELD = 4 * 1024 * 1024


class Damage(Struct, frozen=True):
    """Where reading ended before the file's end was reached as it should be; `what` is for people."""

    what: str


class Archive(NamedTuple):
    """An archive that is being read: its header, and the lines after it as `read_lines` gives them."""

    header: Header
    pieces: Iterator[bytes | Damage]


class ArchiveWriter:
    """Appends lines to a file; `append` and `sync` change the file, and only one thread at a time may call them.

    `bytes_written` is the file's size so far.
    """

    def __init__(self, file: FileIO, *, is_compressed: bool) -> None:
        self._file = file
        self._compressor = zstandard.ZstdCompressor(write_checksum=True) if is_compressed else None
        self.bytes_written = 0

    def append(self, lines: bytes) -> None:
        """Write whole lines as one zstd frame; they are the operating system's when this returns.

        Raises OSError where the disk refuses. What it took of them is taken back, so that a later call can go on.
        """
        data = lines if self._compressor is None else self._compressor.compress(lines)
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._file.seek(self.bytes_written))
            raise
        self.bytes_written += len(data)

    def sync(self) -> None:
        """Wait until the disk has it. Raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def create_archive(path: Path, form: str, *, replace: bool = False) -> ArchiveWriter:
    """Make a file of a format that its owner alone reads, compressed if its name ends in `.zst`, with its header.

    Raises OSError.
    """
    file = FileIO(path, "w" if replace else "x", opener=_open_for_owner)
    writer = ArchiveWriter(file, is_compressed=path.suffix == ".zst")
    try:
        writer.append(encode_header(form))
    except OSError:
        file.close()
        with suppress(OSError):
            path.unlink()
        raise
    return writer


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_archive(stream: BinaryIO, name: str) -> Archive:
    """Read the header and give the rest; `name` is for messages.

    Raises ArchiveRefused for a file that is no archive, is cut in its header, or that this version cannot read.
    """
    pieces = read_lines(stream)
    first = next(pieces, None)
    if first is None:
        raise ArchiveRefused(f"{name}: the file is empty; name a file that flowalert wrote")
    if isinstance(first, Damage):
        raise ArchiveRefused(f"{name}: no recording, or one that is cut before its header ends ({first.what})")
    line, _, rest = first.partition(b"\n")
    return Archive(read_header(line, name), chain((rest,) if rest else (), pieces))


def read_lines(stream: BinaryIO) -> Iterator[bytes | Damage]:
    """Yield the stream's lines, many in each piece and each with its end; where it is damaged, a Damage as the last.

    A zstd stream is known by its first bytes. What precedes a cut is given, down to the last line that is whole;
    a piece is some 256 KiB, and no line may be longer than 1 MiB.
    """
    rest = b""
    for piece in _read_text(stream):
        if isinstance(piece, Damage):
            yield piece
            return
        text = rest + piece if rest else piece
        end = text.rfind(b"\n") + 1
        rest = text[end:]
        if end:
            yield text[:end]
        if len(rest) > _LONGEST_LINE:
            yield Damage("a line is longer than 1 MiB")
            return
    if rest:
        yield Damage("the last line has no end")


def _read_text(stream: BinaryIO) -> Iterator[bytes | Damage]:
    start = stream.read(_PIECE)
    if start.startswith(ZSTD_MAGIC):
        yield from _inflate(start, stream)
        return
    start += stream.read(_BLOCK)
    while start:
        yield start
        start = stream.read(_BLOCK)


def _inflate(start: bytes, stream: BinaryIO) -> Iterator[bytes | Damage]:
    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    is_begun = False
    held: list[bytes] = []
    size = 0
    data = start
    while data:
        try:
            text = frame.decompress(data)
        except zstandard.ZstdError:
            yield Damage("what follows is no whole zstd frame")
            return
        held.append(text)
        size += len(text)
        is_begun = not frame.eof
        data = frame.unused_data if frame.eof else b""
        if frame.eof or size > _HELD:
            yield b"".join(held)
            held.clear()
            size = 0 if frame.eof else size
        if frame.eof:
            frame = decompressor.decompressobj()
        data = data or stream.read(_PIECE)
    if is_begun:
        # A frame that is cut is no frame that is wrong: the blocks of it that came are as they were written.
        yield b"".join(held)
        yield Damage("the last zstd frame is not whole")
