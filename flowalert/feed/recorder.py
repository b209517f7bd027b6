"""Recording beside the service: files of a folder, one a day, and never a reason for the feed to wait."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import trio
from msgspec import Struct

from flowalert.feed.diary import Diary
from flowalert.feed.header import FRAMES, RECORDING
from flowalert.feed.outlet import Received
from flowalert.feed.raw import RawFrame, encode_frames
from flowalert.feed.row import chunk_of, encode_chunk
from flowalert.market.instant import DAY, from_wall
from flowalert.market.moment import to_ms


class RecordSettings(Struct, frozen=True):
    """Where a service records, and what: the journal's entries, the frames as they came, or both."""

    folder: Path
    entries: bool = True
    frames: bool = False


class Recorder:
    """Records what a service receives, as its settings say; `run` has to run for it.

    `dropped` counts what the disk did not take: it grows, and nobody else is held up.
    """

    def __init__(self, settings: RecordSettings) -> None:
        self._diaries: list[Diary[Received] | Diary[RawFrame]] = []
        self._entries: Diary[Received] | None = None
        self._frames: Diary[RawFrame] | None = None
        if settings.entries:
            self._entries = Diary(settings.folder, "entries", RECORDING, lambda batch: encode_chunk(chunk_of(batch)))
            self._diaries.append(self._entries)
        if settings.frames:
            self._frames = Diary(settings.folder, "raw", FRAMES, encode_frames)
            self._diaries.append(self._frames)

    @property
    def dropped(self) -> int:
        return sum(diary.dropped for diary in self._diaries)

    @property
    def wants_frames(self) -> bool:
        return self._frames is not None

    def note_entries(self, received: Sequence[Received]) -> None:
        """Record entries, soon; this returns at once. An entry's day is its session's."""
        if self._entries is not None:
            for each in received:
                self._entries.put(each.entry.at // DAY, each)

    def note_frame(self, at: datetime, connection: int, text: str) -> None:
        """Record a frame, soon; this returns at once. A frame's day is that of the clock."""
        if self._frames is not None:
            self._frames.put(from_wall(at) // DAY, RawFrame(to_ms(at), connection, text))

    async def run(self) -> None:
        """Write what is noted, until `close`; then write what waits, for a few seconds at most."""
        async with trio.open_nursery() as nursery:
            for diary in self._diaries:
                nursery.start_soon(diary.run)

    def close(self) -> None:
        """Take nothing more; `run` ends."""
        for diary in self._diaries:
            diary.close()
