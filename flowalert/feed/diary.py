"""A file a day of what comes along, written beside a loop that must not wait for a disk."""

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Generic, TypeVar

import structlog
import trio

from flowalert.feed.archive import LINES_PER_FRAME, ArchiveWriter, create_archive
from flowalert.feed.batch import next_batch
from flowalert.market.instant import DAY, date_of

T = TypeVar("T")

# What a kill can cost.
_WRITES_EVERY = 5.0
# So many may wait while the disk is slow: minutes of the busiest market.
_WAITING = 50_000
_TOLD_EVERY = 60.0
# How long a stop waits for the disk.
_ENDS_WITHIN = 5.0

log = structlog.get_logger()


class Diary(Generic[T]):
    """Archives `STEM-2026-11-23.jsonl.zst` in a folder; a disk that is slow or fails costs lines and no time.

    `put` changes what waits and the day, which does not go back: what is late by a day stands in the newer one's
    file. `run` takes from what waits, and it and its thread alone change the file. Both add to `dropped`.
    """

    def __init__(self, folder: Path, stem: str, form: str, encode: Callable[[Sequence[T]], bytes]) -> None:
        self.dropped = 0
        self._folder = folder
        self._stem = stem
        self._form = form
        self._encode = encode
        self._send, self._receive = trio.open_memory_channel[tuple[int, T]](_WAITING)
        self._ends = trio.CancelScope()
        self._day = -1
        self._archive: ArchiveWriter | None = None
        self._archived_day = -1
        self._is_over = False
        self._told_at = -math.inf

    def put(self, day: int, item: T) -> None:
        """Have an item written, soon; `day` counts from 1970-01-01. It returns at once."""
        self._day = max(day, self._day)
        try:
            self._send.send_nowait((self._day, item))
        except trio.WouldBlock:
            self._drop(1, "the disk is too slow")

    def close(self) -> None:
        """Take nothing more; `run` ends when what waits is written, or after a few seconds."""
        self._send.close()
        self._ends.deadline = trio.current_time() + _ENDS_WITHIN

    async def run(self) -> None:
        """Write what is put, until `close`."""
        with self._ends:
            while batch := await next_batch(self._receive, most=LINES_PER_FRAME, within=_WRITES_EVERY):
                for day, items in groupby(batch, key=lambda each: each[0]):
                    await self._write(day, [item for _, item in items])
            await self._in_thread(self._finish)
        self._is_over = True
        if self._ends.cancelled_caught:
            self._told_at = -math.inf
            self._drop(self._receive.statistics().current_buffer_used, "the disk did not answer before the end")
        self._receive.close()

    async def _write(self, day: int, items: Sequence[T]) -> None:
        failed = await self._in_thread(self._append, day, items)
        if failed is not None:
            self._drop(len(items), failed)

    async def _in_thread(self, act: Callable[..., None], *arguments: object) -> str | None:
        """Return why the disk refused, None if it did not."""
        try:
            # A disk that hangs keeps its thread, and nothing else.
            await trio.to_thread.run_sync(act, *arguments, abandon_on_cancel=True)
        except OSError as error:
            return f"{error.filename or self._folder}: {error.strerror}"
        return None

    def _append(self, day: int, items: Sequence[T]) -> None:
        if day != self._archived_day:
            self._finish()
        if self._archive is None:
            self._archive = self._create(day)
            self._archived_day = day
        try:
            self._archive.append(self._encode(items))
        finally:
            if self._is_over:  # the disk has come back after it was given up
                self._finish()

    def _finish(self) -> None:
        archive, self._archive = self._archive, None
        if archive is not None:
            try:
                archive.sync()
            finally:
                archive.close()

    def _create(self, day: int) -> ArchiveWriter:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = f"{self._stem}-{date_of(day * DAY)}"
        part = 1
        while True:
            # What was written before a restart stays as it is: its last frame may be cut.
            name = stem if part == 1 else f"{stem}.part{part:02}"
            try:
                return create_archive(self._folder / f"{name}.jsonl.zst", self._form)
            except FileExistsError:
                part += 1

    def _drop(self, count: int, why: str) -> None:
        self.dropped += count
        now = trio.current_time()
        if now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            log.warning("not recorded", what=self._stem, why=why, dropped_so_far=self.dropped)
