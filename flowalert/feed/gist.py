"""What all but the engine has to know of a journal to go on from it: a small part of all entries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flowalert.engine.trend import GRAIN
from flowalert.market.entry import Entry, Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series
from flowalert.market.venue import Venue


class Gist(NamedTuple):
    """Entries in their order, and how many updates between them were left out, by venue and day of exchange time."""

    entries: Sequence[Entry]
    left_out: Mapping[tuple[Venue, int], int]


def find_gist(entries: Sequence[Entry]) -> Gist:
    """Return the entries that bring intake, slots, sessions, the watch over silence and the trends to the same state.

    Left out are updates that another one of their series follows in the same quarter of an hour, and that come at the
    time of their venue's update before: most of a day, and of a restart's time.
    """
    kept: set[int] = set()
    ends: dict[Series, int] = {}
    updates: Counter[tuple[Venue, int]] = Counter()
    times: dict[Venue, int] = {}
    venue, at, quarter = Venue.KRX, -1, -1
    # Updates come in runs of one venue and one time. What is done for each of them is next to nothing.
    begun = 0
    for index, entry in enumerate(entries):
        if not isinstance(entry, Update):
            kept.add(index)
            updates[venue, at // DAY] += index - begun
            begun, at = index + 1, -1
            continue
        series = entry.series
        if entry.at != at or series.venue is not venue:
            updates[venue, at // DAY] += index - begun
            begun, at, venue = index, entry.at, series.venue
            if at // GRAIN != quarter:
                quarter = at // GRAIN
                kept.update(ends.values())
                ends.clear()
            if times.get(venue) != at:
                times[venue] = at
                kept.add(index)
        ends[series] = index
    updates[venue, at // DAY] += len(entries) - begun
    kept.update(ends.values())
    told = [entries[index] for index in sorted(kept)]
    updates.subtract((entry.series.venue, entry.at // DAY) for entry in told if isinstance(entry, Update))
    return Gist(told, +updates)
