"""A market written by hand, kept in a recording for a command to read."""

from collections.abc import Sequence
from pathlib import Path

from flowalert.feed.recording import open_recording_writer
from flowalert.feed.row import Chunk
from flowalert.market.entry import Entry
from flowalert.market.instant import to_wall
from flowalert.market.moment import to_ms


def keep(path: Path, entries: Sequence[Entry]) -> Path:
    """Write entries to a recording, each as if received when it was published; return its path."""
    with open_recording_writer(path) as writer:
        writer.write(Chunk([to_ms(to_wall(entry.at)) for entry in entries], entries))
    return path
