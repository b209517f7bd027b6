"""The day so far of each series, coarse enough to stand in a line of text."""

from msgspec import Struct

from flowalert.engine.transition import Scope
from flowalert.language.tree import walk_names
from flowalert.market.calendar import HOURS
from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule

# Seconds in a bucket: 26 of them from nine to half past three, 24 from eight to eight.
_LENGTHS = {Venue.KRX: 900, Venue.NXT: 1800, Venue.UNIFIED: 1800}
# No bucket of any venue ends but at a multiple of these seconds.
GRAIN = 900


class Figure(Struct, frozen=True):
    """What has a line: a field of one series. The field is cumulative over the day, and none of the `p_*`."""

    series: Series
    field: str


class _Day:
    """One series' day: the last update of each bucket. `at` is the newest update's time, `until` its bucket's end."""

    __slots__ = ("at", "bucket", "ends", "until", "updates")

    def __init__(self, count: int) -> None:
        self.updates: list[Update | None] = [None] * count
        self.bucket = 0
        self.at = self.until = self.ends = -1


class Trends:
    """Keeps the line of the present day of every series, in memory that does not grow with the day.

    What changes, by `take` alone: the days. An update is kept whole, so that whichever figure is asked for has its
    line; 26 of them to a series are 2 MB for all segments and investors of a venue.
    """

    def __init__(self) -> None:
        self._days: dict[Series, _Day] = {}

    def take(self, update: Update) -> None:
        """Take an update in; one that is older than its series' last is dropped, as the engine does.

        What comes before the venue's hours counts to the first bucket and what comes after them to the last: the
        calendar does not overrule the exchange. The first update of a later date begins a new day.
        """
        at = update.at
        day = self._days.get(update.series)
        if day is None or not day.at <= at < day.until:
            day = self._turn(day, update)
            if day is None:
                return
        day.at = at
        day.updates[day.bucket] = update

    def line(self, of: Series, field: str) -> tuple[int | None, ...]:
        """Return the last value of each bucket up to the newest; None where nothing came, or it was left blank."""
        day = self._days.get(of)
        if day is None:
            return ()
        reached = day.updates[: day.bucket + 1]
        return tuple(None if update is None else getattr(update, field) for update in reached)

    def _turn(self, day: _Day | None, update: Update) -> _Day | None:
        """Go to the bucket of an update; None where it is too late for any."""
        at, venue = update.at, update.series.venue
        if day is not None and at < day.at:
            return None
        hours, length = HOURS[venue], _LENGTHS[venue]
        count = (hours.shuts - hours.opens) // length
        if day is None or at >= day.ends:
            day = self._days[update.series] = _Day(count)
            day.ends = (at // DAY + 1) * DAY
        opens = day.ends - DAY + hours.opens
        day.bucket = min(max((at - opens) // length, 0), count - 1)
        day.until = day.ends if day.bucket == count - 1 else opens + (day.bucket + 1) * length
        return day


def find_figure(rule: Rule, scope: Scope) -> Figure | None:
    """Return whose line belongs to an alert: the first figure that the rule's condition is about.

    A change has the line of what changes. None where the condition is about the time of day alone.
    """
    for name in walk_names(rule.condition.subject):
        sector, investor = name.sector or scope.sector, name.investor or scope.investor
        if name.name != "time" and sector is not None and investor is not None:
            return Figure(series(rule.venue, sector, investor), name.name.removeprefix("p_"))
    return None
