"""Keeping a store to its size while the service runs: days long over go, into recordings first if that is wanted."""

import ctypes
import math
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog
import trio
from msgspec.structs import replace

from flowalert.feed.header import ArchiveRefused
from flowalert.feed.recording import RecordingWriter, open_recording_writer
from flowalert.feed.row import Chunk
from flowalert.market.instant import DAY, date_of
from flowalert.store import Attic, Cursor, Export, Keep, Surplus

# Half of the store's time at most: commits come between two steps, and a step is some ten milliseconds.
_PAUSE = 0.02
_LOOKS_EVERY = 60.0
# A log of this size is brought into the file; by itself SQLite does so at 4 MB, where no reader is in the way.
_LARGE_LOG = 64 * 1024 * 1024
_TOLD_EVERY = 3600.0

log = structlog.get_logger()


class Upkeep:
    """Looks after the past of a store: once at the start, and whenever `ring` tells that a session is over.

    What changes is the store, by `run` alone. What it could not do it tries again at the next ring.
    """

    def __init__(self, attic: Attic, keep: Keep, now: Callable[[], datetime]) -> None:
        self._attic = attic
        self._keep = keep
        self._now = now
        self._scope = trio.CancelScope()
        self._rung = trio.Event()
        self._told_at = -math.inf

    def ring(self) -> None:
        """Look after the store, soon; this returns at once."""
        self._rung.set()

    def close(self) -> None:
        """End `run`; what is half done is gone on with at the next start."""
        self._scope.cancel()

    async def run(self) -> None:
        """Look after the store until `close`."""
        with self._scope:
            self._rung.set()
            while True:
                if self._rung.is_set():
                    self._rung = trio.Event()
                    await self.tidy()
                    await trio.to_thread.run_sync(give_back)
                with trio.move_on_after(_LOOKS_EVERY):
                    await self._rung.wait()
                await self._trim_log()

    async def tidy(self) -> None:
        """Drop what is not kept, all of it, with pauses."""
        try:
            days = await self._drop_days()
        except (OSError, ArchiveRefused) as error:
            why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
            log.error("the journal is not exported, and so nothing of it is dropped", why=why)  # noqa: TRY400 - words say it
            return
        if days:
            log.info("sessions dropped", days=", ".join(str(date_of(day * DAY)) for day in days))
        after: Cursor | None = Cursor()
        while after is not None:
            after = await self._attic.drop_alerts(self._keep.sessions, self._now(), after)
            await trio.sleep(_PAUSE)
        await self._attic.forget(self._keep.sessions, self._keep.deeds, self._now())

    async def _drop_days(self) -> Sequence[int]:
        days = []
        export = await self._attic.export()
        if export is not None and export.is_done:
            # Nothing of it may go into a second file.
            await self._drop(export.last_seq)
            export = None
        while (surplus := await self._attic.surplus(self._keep.sessions)) is not None:
            if self._keep.export is not None:
                await self._export(surplus, export, self._keep.export)
                export = None
            await self._drop(surplus.last_seq)
            days.append(surplus.day)
        return days

    async def _drop(self, last_seq: int) -> None:
        is_left = True
        while is_left:
            is_left = await self._attic.drop_entries(last_seq)
            await trio.sleep(_PAUSE)
        await self._attic.save_export(None)

    async def _export(self, surplus: Surplus, before: Export | None, folder: Path) -> None:
        """Write a day's entries into a recording; where that was begun before, into the file of that time."""
        if before is not None and before.first_seq == surplus.first_seq and before.file.parent == folder:
            file = before.file
        else:
            file = await trio.to_thread.run_sync(_find_name, folder, surplus)
        export = Export(surplus.first_seq, surplus.last_seq, file)
        await self._attic.save_export(export)
        count = await self._write(export)
        await self._attic.save_export(replace(export, is_done=True))
        log.info("journal exported", file=str(file), entries=count)

    async def _write(self, export: Export) -> int:
        beside = export.file.with_name(f".{export.file.name.removesuffix(_SUFFIX)}.part{_SUFFIX}")
        try:
            with open_recording_writer(beside, replace=True) as writer:
                seq = export.first_seq - 1
                while seq < export.last_seq:
                    received_at, entries, seq = await self._attic.piece(seq, export.last_seq)
                    await trio.to_thread.run_sync(RecordingWriter.write, writer, Chunk(received_at, entries))
                    await trio.sleep(_PAUSE)
            beside.replace(export.file)
        finally:
            beside.unlink(missing_ok=True)
        await trio.to_thread.run_sync(_sync_folder, export.file.parent)
        return writer.entries

    async def _trim_log(self) -> None:
        if self._attic.log_size() < _LARGE_LOG:
            return
        size = await self._attic.trim_log()
        now = trio.current_time()
        if size >= _LARGE_LOG and now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            remedy = "end the program that has been reading the store for so long; `fuser` lists who has it open"
            log.warning("the store's write-ahead log grows", mb=round(size / 1e6), remedy=remedy)


def give_back() -> None:
    """Return to the system what a day has freed, where the C library is one that keeps it.

    Recording and export leave some megabytes free in the heap of each thread that they had; glibc gives back only what
    is free at a heap's end. A day's memory would be the next one's to use, but it would go up and down with chance.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


_SUFFIX = ".jsonl.zst"


def _find_name(folder: Path, surplus: Surplus) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"journal-{date_of(surplus.day * DAY)}"
    part, file = 1, folder / f"{stem}{_SUFFIX}"
    while file.exists():
        # Of another store, or of entries that came late: it stays as it is.
        part += 1
        file = folder / f"{stem}.part{part:02}{_SUFFIX}"
    return file


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
