"""Whether it is to be told that nothing comes: from anywhere, on any connection, although it should.

A connection's own silence (`silence`) makes it connect again, and that often helps; this is what is left when it does
not. Updates alone count: a socket can be open and silent for an hour, and a place registered again is not heard.
"""

from collections.abc import Collection, Iterable, Sequence

from flowalert.feed.composer import Composer
from flowalert.feed.market_status import MarketState
from flowalert.market.calendar import is_trading_day, is_within_hours, is_within_hours_of_its_date, session_end
from flowalert.market.entry import Entry, FeedHeard, FeedSilent
from flowalert.market.instant import date_of
from flowalert.market.venue import Venue


class Absence:
    """How long nothing has come while any venue is known to be open, and whether that is told.

    What changes: `cause`, why that may be, in words for people, by whoever meets a trouble; `is_told`, whether the
    journal says that the feed is silent, and since when nothing came, with each call. `after` is infinite where it is
    not to be told. Times are trio's; `wall` is the wall clock as exchange time.
    """

    def __init__(self, composer: Composer, market: MarketState, after: float) -> None:
        self.cause = "no connection yet"
        self.is_told = False
        self._composer = composer
        self._market = market
        self._after = after
        self._told_at = -1
        # When the last update came in this run, and since when one is due.
        self._heard_at: float | None = None
        self._due_at: float | None = None

    def prime(self, entries: Iterable[Entry]) -> None:
        """Go on from a journal, which may come in pieces, in order."""
        for entry in entries:
            if isinstance(entry, FeedSilent):
                self.is_told, self._told_at = True, entry.at
            elif isinstance(entry, FeedHeard):
                self.is_told = False

    def hear(self, entries: tuple[Entry, ...], now: float) -> tuple[Entry, ...]:
        """Note an update, the last of these entries; return them with what it ends before it."""
        self._heard_at = self._due_at = now
        if not self.is_told:
            return entries
        self.is_told = False
        return (*entries[:-1], FeedHeard(entries[-1].at), entries[-1])

    def forgive(self, now: float) -> None:
        """Start over: what was not read cannot be missed."""
        self._due_at = now

    def look(self, venues: Collection[Venue], wall: int, now: float) -> Sequence[Entry]:
        """Return what is to be told of the silence of these venues: that it is one, or that its day is over."""
        if self.is_told:
            return self._find_end(venues, wall)
        if self._due_at is None or not any(self._is_known_open(venue, wall, now) for venue in venues):
            self._due_at = now
        if now - self._due_at < self._after:
            return ()
        seen = [at for venue in venues if (at := self._composer.running_at(venue)) is not None]
        self.is_told, self._told_at = True, max(seen, default=wall)
        return (FeedSilent(self._told_at, self.cause),)

    def _find_end(self, venues: Collection[Venue], wall: int) -> Sequence[Entry]:
        """Return the end of sessions that nothing ever came of; those of which something did are closed like any."""
        date = date_of(self._told_at)
        if any(wall < session_end(venue, date) for venue in venues or Venue):
            return ()
        if any(self._composer.running_at(venue) is not None for venue in Venue):
            return ()
        self.is_told, self._due_at = False, None
        return self._composer.close_unheard(venues, date)

    def _is_known_open(self, venue: Venue, wall: int, now: float) -> bool:
        said = self._market.is_open(venue, wall)
        if said is False:
            return False
        # That one of its markets is open is not enough: derivatives trade before and after the others.
        if is_within_hours_of_its_date(venue, wall) and (said or is_trading_day(date_of(wall))):
            return True
        # A simulator's or a replay's session, at whatever hour of ours. What time it is there now follows from its
        # last update, which is not known of one that an earlier run of the service received.
        latest = self._composer.running_at(venue)
        if latest is None or self._heard_at is None:
            return False
        return is_within_hours(venue, latest + int(now - self._heard_at))
