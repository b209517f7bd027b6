"""What the exchange says of the market's state (`JIF`)."""

from flowalert.feed.frame import MarketStatus
from flowalert.market.instant import date_of
from flowalert.market.venue import Venue

OPEN = "21"
CLOSED = "41"

# Source: the vendor's page. 1 KOSPI, 2 KOSDAQ, 5 derivatives, 6 NXT; 8, the night market, is no venue here.
_VENUES = {
    "1": (Venue.KRX, Venue.UNIFIED),
    "2": (Venue.KRX, Venue.UNIFIED),
    "5": (Venue.KRX,),
    "6": (Venue.NXT, Venue.UNIFIED),
}
# The venues that are not open before a market is. Derivatives open before KRX's other markets, so theirs says nothing
# of it; `unified` begins with NXT.
_AWAITED = {"1": (Venue.KRX,), "2": (Venue.KRX,), "6": (Venue.NXT, Venue.UNIFIED)}
# In seconds, how long after it a market opens at the latest. An opening auction lasts half an hour.
_OPENS_WITHIN = {"11": 1800, "25": 600, "24": 300, "23": 60, "22": 10}
_WORDS = {
    "11": "opening auction",
    "21": "open",
    "22": "opens in 10 s",
    "23": "opens in 1 min",
    "24": "opens in 5 min",
    "25": "opens in 10 min",
    "31": "closing auction",
    "41": "closed",
    "42": "closes in 10 s",
    "43": "closes in 1 min",
    "44": "closes in 5 min",
    "51": "after hours",
    "52": "after hours",
    "54": "after hours",
    "61": "circuit breaker, step 1",
    "62": "circuit breaker lifted",
    "64": "sell sidecar",
    "65": "sell sidecar lifted",
    "66": "buy sidecar",
    "67": "buy sidecar lifted",
    "68": "circuit breaker, step 2",
    "69": "circuit breaker, step 3",
    "70": "circuit breaker, step 2 lifted",
}


def describe_status(jstatus: str) -> str:
    """Return a status in words, or its code if it is not in the vendor's list."""
    return _WORDS.get(jstatus, f"status {jstatus}")


class MarketState:
    """What was last said of each market, changed by `hear` and `forget`.

    There is no snapshot on registering, so what is not known stays None. What was said holds for its day, and
    until the connection is lost that would have told of a change.
    """

    def __init__(self) -> None:
        self.last: dict[str, str] = {}
        self._is_open: dict[str, tuple[int, bool]] = {}
        self._opens_by: dict[str, int] = {}

    def hear(self, status: MarketStatus, at: int) -> None:
        """Note an event that came at an exchange time."""
        self.last[status.jangubun] = status.jstatus
        if status.jstatus in (OPEN, CLOSED):
            self._is_open[status.jangubun] = (at, status.jstatus == OPEN)
            self._opens_by.pop(status.jangubun, None)
        elif status.jstatus in _OPENS_WITHIN:
            self._opens_by[status.jangubun] = at + _OPENS_WITHIN[status.jstatus]

    def forget(self) -> None:
        """Take it that the markets may have opened and closed unheard."""
        self.last.clear()
        self._is_open.clear()
        self._opens_by.clear()

    def is_open(self, venue: Venue, at: int) -> bool | None:
        """Tell whether a venue is open by what was said on the day: if one of its markets is; None if unsaid.

        One whose opening was announced is not, until it should have come: that may have been said on a socket which
        is silent since.
        """
        if any(at < by and venue in _AWAITED.get(market, ()) for market, by in self._opens_by.items()):
            return False
        said = [
            is_open
            for market, (said_at, is_open) in self._is_open.items()
            if date_of(said_at) == date_of(at) and venue in _VENUES.get(market, ())
        ]
        return any(said) if said else None
