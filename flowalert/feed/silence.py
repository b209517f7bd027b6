"""Whether updates that stay away are a fault."""

from collections.abc import Iterable

from flowalert.feed.market_status import MarketState
from flowalert.market.calendar import is_open, is_within_hours
from flowalert.market.entry import Update
from flowalert.market.venue import Venue


class Silence:
    """How long each venue of one connection has been silent while it is known to be open.

    Every call changes it: `hear` with each update, `find` and `forgive` with each look at the clock. Times are
    trio's; `wall` is the wall clock as exchange time.
    """

    def __init__(self, market: MarketState, silence_after: float) -> None:
        self._market = market
        self._silence_after = silence_after
        self._since: dict[Venue, float] = {}
        self._latest: dict[Venue, int] = {}

    def hear(self, update: Update, now: float) -> None:
        """Note an update that came on this connection."""
        venue = update.series.venue
        self._since[venue] = now
        self._latest[venue] = update.at

    def forgive(self, now: float) -> None:
        """Start over: what was not read cannot be missed."""
        self._since = dict.fromkeys(self._since, now)

    def find(self, venues: Iterable[Venue], wall: int, now: float) -> Venue | None:
        """Return a venue that is open and has been silent for too long, None if none has."""
        venues = set(venues)
        for venue in self._since.keys() - venues:
            del self._since[venue]
        for venue in venues:
            if not self._is_known_open(venue, wall):
                self._since[venue] = now
            elif now - self._since.setdefault(venue, now) >= self._silence_after:
                return venue
        return None

    def _is_known_open(self, venue: Venue, wall: int) -> bool:
        said = self._market.is_open(venue, wall)
        if said is not None:
            return said
        # The second is for a simulator's or a replay's session, at whatever hour of ours.
        latest = self._latest.get(venue)
        return is_open(venue, wall) or (latest is not None and is_within_hours(venue, latest))
