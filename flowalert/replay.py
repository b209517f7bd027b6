"""What was written down before, read again in its order: recordings, raw frames, and stores."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from flowalert.feed.archive import read_archive
from flowalert.feed.header import FRAMES, ArchiveRefused
from flowalert.feed.recomposer import read_frames
from flowalert.feed.recording import Cut, read_recording
from flowalert.feed.row import Chunk
from flowalert.market.entry import Entry

_SQLITE_MAGIC = b"SQLite format 3\0"

log = structlog.get_logger()


def _warn(path: Path, cut: Cut) -> None:
    log.warning("recording cut short", path=str(path), entries=cut.entries, why=cut.why)


def read_entries(
    path: Path,
    *,
    on_cut: Callable[[Path, Cut], None] = _warn,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Iterator[Sequence[Entry]]:
    """Yield the entries of a recording, a file of raw frames or a store, in order and some thousand at a time.

    Which of them a file is shows in its first bytes, not in its name. `on_cut` is called where the file ends too
    early, after all that could be read; `on_progress` with the part read so far, from 0 to 1, before each
    chunk. Raises ArchiveRefused or StoreRefused, with words for people, for what cannot be read at all.
    """
    for chunk in read_chunks(path, on_cut=on_cut, on_progress=on_progress):
        yield chunk.entries


def read_chunks(
    path: Path,
    *,
    on_cut: Callable[[Path, Cut], None] = _warn,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Iterator[Chunk]:
    """Yield the same with the times of receipt."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ArchiveRefused(f"{path}: cannot be read ({error.strerror}); name a recording or a store") from None
    with file:
        if file.peek(len(_SQLITE_MAGIC)).startswith(_SQLITE_MAGIC):
            yield from _read_store(path, on_progress)
            return
        archive = read_archive(file, str(path))
        size = os.fstat(file.fileno()).st_size
        for piece in read_frames(archive) if archive.header.format == FRAMES else read_recording(archive):
            on_progress(min(file.tell() / size, 1.0))  # it may grow meanwhile
            if isinstance(piece, Cut):
                on_cut(path, piece)
            else:
                yield piece


def _read_store(path: Path, on_progress: Callable[[float], None]) -> Iterator[Chunk]:
    # SQLite is loaded for those who need it.
    from flowalert.store.history import read_history  # noqa: PLC0415 - see above

    for piece in read_history(path):
        on_progress(piece.part)
        yield Chunk(piece.received_at, piece.entries)
