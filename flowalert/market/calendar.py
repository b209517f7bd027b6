"""When the market is open: trading days of the Korea Exchange, and each venue's hours.

It says when silence is a fault and when a session is over. It never overrules the exchange: an update that
comes is an update, on a Sunday too. The exchange opens an hour later on a few days (the first of the year,
the college entrance exam); that is not here, for each late opening is announced anew.
"""

import datetime as dt
import functools
from typing import NamedTuple

from flowalert.market.instant import DAY, KST, date_of, midnight
from flowalert.market.venue import Venue

# Seconds between two publications. Source: the vendor's page; it is the same on every venue.
SLOT = 30


class Hours(NamedTuple):
    """A venue's day, in seconds from midnight: updates from `opens` to `shuts`, the last rows by `ends`."""

    opens: int
    shuts: int
    ends: int


def _at(hour: int, minute: int) -> int:
    return hour * 3600 + minute * 60


# Source: the exchanges' own pages. The regular session of KRX is 09:00 to 15:30, and its single-price trading
# after hours ends at 18:00; NXT trades from 08:00 to 20:00, and `unified` is the two together. Ten minutes
# are allowed for the last rows.
HOURS = {
    Venue.KRX: Hours(_at(9, 0), _at(15, 30), _at(18, 10)),
    Venue.NXT: Hours(_at(8, 0), _at(20, 0), _at(20, 10)),
    Venue.UNIFIED: Hours(_at(8, 0), _at(20, 0), _at(20, 10)),
}


def is_trading_day(date: dt.date) -> bool:
    """Tell whether the exchange trades on a date: no weekend and no holiday of `XKRX`."""
    return date.weekday() < 5 and date not in _holidays(date.year)


def is_open(venue: Venue, at: int) -> bool:
    """Tell whether updates are due from a venue at an exchange time (see `instant`)."""
    return is_within_hours(venue, at) and is_trading_day(date_of(at))


def is_within_hours(venue: Venue, at: int) -> bool:
    """Tell whether the time of the day lies in the venue's hours, whatever the date."""
    hours = HOURS[venue]
    return hours.opens <= at % DAY < hours.shuts


def session_ends_at(venue: Venue, date: dt.date) -> dt.datetime:
    """Return the moment (KST) after which no row of the date's session is due."""
    return dt.datetime.combine(date, dt.time(), KST) + dt.timedelta(seconds=HOURS[venue].ends)


def session_end(venue: Venue, date: dt.date) -> int:
    """Return the same as exchange time."""
    return midnight(date) + HOURS[venue].ends


@functools.cache
def _holidays(year: int) -> frozenset[dt.date]:
    # Imported here: it takes 0.2 s, and most commands never ask.
    from holidays import financial_holidays  # noqa: PLC0415 - see above

    return frozenset(financial_holidays("XKRX", years=year))
