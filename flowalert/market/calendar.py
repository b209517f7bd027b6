"""When the market is open: trading days of the Korea Exchange, and each venue's hours.

It says when silence is a fault and when a session is over. It never overrules the exchange: an update that
comes is an update, on a Sunday too.
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

_LATER = 3600
# KRX opens an hour later on the first trading day of the year and shuts as ever, and on the day of the college entrance
# exam both are an hour later. Source: its announcements of those days, and the education ministry's of the exam. NXT
# announces its own hours, which are not known to be the same: that it may begin later too costs an hour's watch.
_EXAM_DAYS = {
    year: dt.date(year, month, day)
    for year, month, day in (
        (2020, 12, 3),  # put off for the pandemic
        (2021, 11, 18),
        (2022, 11, 17),
        (2023, 11, 16),
        (2024, 11, 14),
        (2025, 11, 13),
        (2026, 11, 19),
    )
}


def is_trading_day(date: dt.date) -> bool:
    """Tell whether the exchange trades on a date: no weekend and no holiday of `XKRX`."""
    return date.weekday() < 5 and date not in _holidays(date.year)


def is_open(venue: Venue, at: int) -> bool:
    """Tell whether updates are due from a venue at an exchange time (see `instant`)."""
    return is_within_hours_of_its_date(venue, at) and is_trading_day(date_of(at))


def is_within_hours(venue: Venue, at: int) -> bool:
    """Tell whether the time of the day lies in the venue's regular hours, whatever the date."""
    return _lies_in(HOURS[venue], at)


def is_within_hours_of_its_date(venue: Venue, at: int) -> bool:
    """Tell whether a time lies in the hours that the venue has on its date, be that a trading day or not."""
    return _lies_in(hours_on(venue, date_of(at)), at)


def hours_on(venue: Venue, date: dt.date) -> Hours:
    """Return a venue's hours on a date: on a few days of the year they begin later, or may.

    In a year whose exam is not known here it may be on the Thursday from the 13th to the 19th of November, as nearly
    always: then silence in the first hour is none, and the end is as ever.
    """
    hours = HOURS[venue]
    exam = _EXAM_DAYS.get(date.year)
    if date == exam and venue is Venue.KRX:
        return hours._replace(opens=hours.opens + _LATER, shuts=hours.shuts + _LATER)
    if date == (exam or _likely_exam_day(date.year)) or date == _first_trading_day(date.year):
        return hours._replace(opens=hours.opens + _LATER)
    return hours


def session_ends_at(venue: Venue, date: dt.date) -> dt.datetime:
    """Return the moment (KST) after which no row of the date's session is due."""
    return dt.datetime.combine(date, dt.time(), KST) + dt.timedelta(seconds=HOURS[venue].ends)


def session_end(venue: Venue, date: dt.date) -> int:
    """Return the same as exchange time."""
    return midnight(date) + HOURS[venue].ends


def _lies_in(hours: Hours, at: int) -> bool:
    return hours.opens <= at % DAY < hours.shuts


def _likely_exam_day(year: int) -> dt.date:
    thirteenth = dt.date(year, 11, 13)
    return thirteenth + dt.timedelta(days=(3 - thirteenth.weekday()) % 7)


@functools.cache
def _first_trading_day(year: int) -> dt.date:
    january = (dt.date(year, 1, day) for day in range(1, 32))
    return next(date for date in january if is_trading_day(date))


@functools.cache
def _holidays(year: int) -> frozenset[dt.date]:
    # Imported here: it takes 0.2 s, and most commands never ask.
    from holidays import financial_holidays  # noqa: PLC0415 - see above

    return frozenset(financial_holidays("XKRX", years=year))
