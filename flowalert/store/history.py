"""The whole journal of a store, read from its first entry to its last, for who replays or converts it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import apsw

from flowalert.market.entry import Entry
from flowalert.store.fault import find_fault
from flowalert.store.identity import check_identity
from flowalert.store.journal import read_chunk
from flowalert.store.refusal import StoreRefused
from flowalert.store.session import Stretch

_CHUNK = 2_000
_BUSY_MS = 5_000


class Piece(NamedTuple):
    """A part of the journal: entries, the milliseconds of their receipt, and how much of it was read so far, to 1."""

    received_at: Sequence[int]
    entries: Sequence[Entry]
    part: float


def read_history(path: Path) -> Iterator[Piece]:
    """Yield the journal in order, up to what was in it at the start, also beside the service that writes it.

    Raises StoreRefused where there is none, and for a file that is no store or is a newer flowalert's. It blocks:
    on a loop it belongs into a thread.
    """
    if not path.exists():
        raise StoreRefused(f"{path}: no such store; start the service once, or name its file in `store:`")
    check_identity(path)
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.set_busy_timeout(_BUSY_MS)
        until = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").get
        stretch = Stretch(after=0, until=until, venues={})
        while stretch.after < until:
            try:
                received_at, entries, stretch = read_piece(connection, stretch, _CHUNK)
            except apsw.Error as error:
                fault = find_fault(error, path, connection.system_errno)
                if fault is None:
                    raise
                raise StoreRefused(fault.describe(path)) from error
            yield Piece(received_at, entries, stretch.after / until)


def read_piece(
    connection: apsw.Connection, stretch: Stretch, length: int
) -> tuple[Sequence[int], Sequence[Entry], Stretch]:
    """Return the next entries of a stretch that leaves none out, when each was received, and what is left."""
    entries, left = read_chunk(connection, stretch, length)
    moments = connection.execute(
        "SELECT received_at FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq", (stretch.after, left.after)
    )
    return [moment for (moment,) in moments], entries, left
