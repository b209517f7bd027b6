"""The present day of every series, as far as a terminal shows it."""

from collections.abc import Sequence

from flowalert.engine.trend import Trends
from flowalert.market.entry import Entry, Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series


class Day:
    """What was published last of each series, and its day so far as a line.

    What changes, by `take` alone: all of it. A later date begins anew; what is older than its series' last is dropped.
    """

    def __init__(self) -> None:
        self._last: dict[Series, Update] = {}
        self._trends = Trends()
        self._date = 0

    def take(self, entry: Entry) -> None:
        """Take an entry in."""
        if not isinstance(entry, Update):
            return
        date = entry.at // DAY
        if date < self._date:
            return
        if date > self._date:
            self._date = date
            self._last.clear()
        before = self._last.get(entry.series)
        if before is None or before.at <= entry.at:
            self._last[entry.series] = entry
            self._trends.take(entry)

    @property
    def at(self) -> int | None:
        """The newest publication's exchange time; None before the first."""
        return max((update.at for update in self._last.values()), default=None)

    def list_places(self) -> Sequence[tuple[str, str]]:
        """Return each (venue, sector) of which something came, in order."""
        return sorted({(each.venue.value, each.sector) for each in self._last})

    def last(self, of: Series) -> Update | None:
        """Return what was published last; None where nothing was."""
        return self._last.get(of)

    def line(self, of: Series, field: str) -> Sequence[int | None]:
        """Return the day so far of a figure."""
        return self._trends.line(of, field)
