"""What the exchange says of the market's state (`JIF`)."""

import datetime as dt

from flowalert.feed.frame import MarketStatus
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
        self._is_open: dict[str, tuple[dt.date, bool]] = {}

    def hear(self, status: MarketStatus, date: dt.date) -> None:
        """Note an event that came on a date."""
        self.last[status.jangubun] = status.jstatus
        if status.jstatus in (OPEN, CLOSED):
            self._is_open[status.jangubun] = (date, status.jstatus == OPEN)

    def forget(self) -> None:
        """Take it that the markets may have opened and closed unheard."""
        self.last.clear()
        self._is_open.clear()

    def is_open(self, venue: Venue, date: dt.date) -> bool | None:
        """Tell whether a venue is open by what was said on a date: if one of its markets is; None if unsaid."""
        said = [
            is_open
            for market, (said_on, is_open) in self._is_open.items()
            if said_on == date and venue in _VENUES.get(market, ())
        ]
        return any(said) if said else None
