"""What the edge has to know of a journal to go on from it: a small part of all entries."""

from collections.abc import Iterator, Sequence

from flowalert.market.entry import Entry, Update
from flowalert.market.venue import Venue


def find_gist(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries, in order, that bring intake, slots, sessions and the watch over silence to the same state.

    Left out are updates that another one of their series follows and that come at the time of their venue's update
    before: most of a day, and of a restart's time.
    """
    ends = set({entry.series: index for index, entry in enumerate(entries) if isinstance(entry, Update)}.values())
    at: dict[Venue, int] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, Update):
            yield entry
            continue
        venue = entry.series.venue
        if at.get(venue) != entry.at or index in ends:
            at[venue] = entry.at
            yield entry
