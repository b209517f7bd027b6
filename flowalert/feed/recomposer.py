"""Raw frames to entries, long after: decoded and put in order as they are live, with the times of receipt as clocks."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import msgspec
import structlog

from flowalert.feed.archive import Archive, Damage
from flowalert.feed.composer import Composer
from flowalert.feed.count import FeedCount
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Figures, Quarantined
from flowalert.feed.intake import Dropped
from flowalert.feed.raw import RawFrame
from flowalert.feed.recording import Cut
from flowalert.feed.row import Chunk
from flowalert.market.calendar import is_within_hours
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue

_SEOUL = 9 * 3600
_LOOKS_EVERY = 60.0
# After so long nothing is left that could be closed.
_LOOKS_FOR = 2 * DAY

# A sector that was registered has a code of three digits; which ones were is not in the file.
_EVERY_PLACE = [(venue, f"{code:03}") for venue in Venue for code in range(1000)]
_decoder = msgspec.json.Decoder(RawFrame)

log = structlog.get_logger()


def read_frames(archive: Archive) -> Iterator[Chunk | Cut]:
    """Yield the entries that the frames make, decoded and put in order as they are live; a Cut as the last if cut.

    The times of receipt serve as the clocks. What only the feed knew, that it was lost and back, is not in it.
    """
    recomposer = Recomposer()
    count = 0
    for piece in archive.pieces:
        what = piece.what if isinstance(piece, Damage) else ""
        if isinstance(piece, bytes):
            try:
                frames = _decoder.decode_lines(piece)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                frames, what = _decode_slowly(piece)
            chunk = recomposer.take(frames)
            count += len(chunk.entries)
            if chunk.entries:
                yield chunk
        if what:
            yield Cut(count, what)
            return
    yield recomposer.end()
    bad = recomposer.count.quarantined
    if bad:
        log.warning("frames that could not be read", frames=bad.total(), flaws=[flaw.value for flaw in bad])


def _decode_slowly(piece: bytes) -> tuple[list[RawFrame], str]:
    frames: list[RawFrame] = []
    for line in filter(bytes.strip, BytesIO(piece)):
        try:
            frames.append(_decoder.decode(line))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return frames, f"the next line is no frame ({error})"
    return frames, ""


class Recomposer:
    """Makes entries of frames whose times of receipt are known.

    What changes, by `take` and `end`: the order of updates, slots and sessions, and `count`.
    """

    def __init__(self) -> None:
        self.count = FeedCount()
        self._decoder = Decoder(_EVERY_PLACE)
        self._composer = Composer()
        self._looked_at = 0.0
        self._received_at: list[int] = []
        self._entries: list[Entry] = []

    def take(self, frames: Sequence[RawFrame]) -> Chunk:
        """Return the entries that the frames make, and those that the clock made meanwhile."""
        for frame in frames:
            self._take(frame)
        return self._hand_over()

    def end(self) -> Chunk:
        """Return what the clock closes once no frame comes any more; a session only if its hours are over."""
        latest = ((venue, self._composer.intake.latest_at(venue)) for venue in Venue)
        is_over = not any(at is not None and is_within_hours(venue, at) for venue, at in latest)
        self._look(self._looked_at + (DAY if is_over else _LOOKS_EVERY))
        return self._hand_over()

    def _take(self, raw: RawFrame) -> None:
        now = raw.received_at / 1000
        self._look(now)
        self.count.frames += 1
        frame = self._decoder.decode(raw.frame)
        if isinstance(frame, Figures):
            composed = self._composer.compose(frame, int(now) + _SEOUL, now)
            if isinstance(composed, Dropped):
                self.count.repeats += composed is Dropped.REPEAT
                self.count.stale += composed is Dropped.STALE
            else:
                self.count.updates += 1
                self._put(raw.received_at, composed)
        elif isinstance(frame, Quarantined):
            self.count.quarantined[frame.flaw] += 1

    def _look(self, now: float) -> None:
        """Let the clock run on to `now`, with a look whenever a slot is due, and once a minute for sessions."""
        if not self._looked_at:
            self._looked_at = now
        self._looked_at = max(self._looked_at, now - _LOOKS_FOR)
        while (due := min(self._composer.next_due(), self._looked_at + _LOOKS_EVERY)) <= now:
            if not self._composer.is_open:
                # Nothing is there to be closed, and frames may be days apart.
                self._looked_at += (now - self._looked_at) // _LOOKS_EVERY * _LOOKS_EVERY
                return
            # A slot of a frame whose time goes back is due before; the clock does not go back with it.
            self._looked_at = max(self._looked_at, due)
            self._put(int(due * 1000), self._composer.close_due(int(due) + _SEOUL, due))

    def _put(self, received_at: int, entries: Sequence[Entry]) -> None:
        self._received_at += [received_at] * len(entries)
        self._entries += entries

    def _hand_over(self) -> Chunk:
        chunk = Chunk(self._received_at, self._entries)
        self._received_at, self._entries = [], []
        return chunk
