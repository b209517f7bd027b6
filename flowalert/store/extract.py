"""The updates of one series around a moment, out of the journal of any day that the store still has."""

from collections.abc import Sequence

import apsw

from flowalert.market.entry import Update
from flowalert.market.series import Series
from flowalert.store.journal import read_updates

# Entries of different lanes are written within so many seconds of each other.
_UNEVEN = 120
# The two hours around a moment of a whole venue are 200,000 entries, and reading them takes some 50 ms of the thread.
_MOST = 400_000


def read_extract(connection: apsw.Connection, of: Series, begin: int, end: int, *, limit: int) -> Sequence[Update]:
    """Return the updates of a series from one exchange time to another, both counted in, in their order.

    At most `limit`, the first. The journal has no index for it: it grows in the order of time, so that the part to look
    through is found by halving. Nothing where the store has that day no longer.
    """
    number = connection.execute(
        "SELECT id FROM series WHERE venue = ? AND sector = ? AND investor = ?",
        (of.venue.value, of.sector, of.investor),
    ).get
    if number is None:
        return ()
    first: int = connection.execute("SELECT coalesce(min(seq), 0) FROM journal").get
    last: int = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").get
    after = _find(connection, first, last, begin - _UNEVEN) - 1
    until = min(_find(connection, first, last, end + _UNEVEN), after + _MOST)
    return read_updates(connection, of, number, after=after, until=until, begin=begin, end=end, limit=limit)


def _find(connection: apsw.Connection, first: int, last: int, at: int) -> int:
    """Return the first number of an entry that is of that exchange time or later, or the one after the last."""
    low, high = first, last + 1
    while low < high:
        middle = (low + high) // 2
        # Where entries were taken out, the next one speaks for them.
        found = connection.execute("SELECT at FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)).get
        if found is None or found >= at:
            high = middle
        else:
            low = middle + 1
    return low
