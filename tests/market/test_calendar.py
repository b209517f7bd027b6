"""When the market is open."""

import datetime as dt
import subprocess
import sys

import pytest

from flowalert.market.calendar import HOURS, is_open, is_trading_day, session_end, session_ends_at
from flowalert.market.instant import KST, from_wall, midnight
from flowalert.market.venue import Venue


def at(text: str) -> int:
    return from_wall(dt.datetime.fromisoformat(text).replace(tzinfo=KST))


@pytest.mark.parametrize(
    ("date", "trades"),
    [
        ("2026-11-23", True),  # a Monday
        ("2026-11-22", False),  # a Sunday
        ("2026-11-21", False),
        ("2026-06-03", False),  # local elections
        ("2026-07-17", False),  # Constitution Day, a holiday again since 2026
        ("2026-12-31", False),  # the exchange's own holiday
        ("2026-02-17", False),  # the lunar new year
        ("2027-02-09", False),  # its substitute
        ("2026-01-02", True),
    ],
)
def test_holidays_of_the_exchange(date: str, trades: bool) -> None:
    """Weekends, public holidays and the exchange's own are no trading days."""
    assert is_trading_day(dt.date.fromisoformat(date)) is trades


@pytest.mark.parametrize(
    ("venue", "moment", "expected"),
    [
        (Venue.KRX, "2026-11-23T08:59:59", False),
        (Venue.KRX, "2026-11-23T09:00:00", True),
        (Venue.KRX, "2026-11-23T15:29:59", True),
        (Venue.KRX, "2026-11-23T15:30:00", False),
        (Venue.NXT, "2026-11-23T08:00:00", True),
        (Venue.NXT, "2026-11-23T19:59:59", True),
        (Venue.UNIFIED, "2026-11-23T20:00:00", False),
        (Venue.KRX, "2026-11-22T10:00:00", False),
        (Venue.KRX, "2026-11-19T09:59:59", False),  # the college entrance exam
        (Venue.KRX, "2026-11-19T10:00:00", True),
        (Venue.KRX, "2026-11-19T16:29:59", True),
        (Venue.KRX, "2026-11-19T16:30:00", False),
        (Venue.NXT, "2026-11-19T08:59:59", False),  # it may be later
        (Venue.NXT, "2026-11-19T20:00:00", False),
        (Venue.KRX, "2026-11-12T09:00:00", True),
        (Venue.KRX, "2027-01-04T09:59:59", False),  # the first trading day of its year
        (Venue.KRX, "2027-01-04T10:00:00", True),
        (Venue.KRX, "2027-01-04T15:30:00", False),
        (Venue.KRX, "2027-01-05T09:00:00", True),
        (Venue.KRX, "2029-11-15T09:59:59", False),  # likely the exam
        (Venue.KRX, "2029-11-15T15:30:00", False),
        (Venue.KRX, "2029-11-22T09:00:00", True),
    ],
)
def test_updates_are_due_in_the_hours_of_a_trading_day(venue: Venue, moment: str, expected: bool) -> None:
    """Opening belongs to the hours, closing does not; each venue has its own, and on a few days others."""
    assert is_open(venue, at(moment)) is expected


@pytest.mark.parametrize("venue", list(Venue))
def test_a_session_ends_after_its_updates(venue: Venue) -> None:
    """The end is the same moment in both spellings, in KST, and after the venue shut."""
    date = dt.date(2026, 11, 23)
    assert from_wall(session_ends_at(venue, date)) == session_end(venue, date)
    assert session_end(venue, date) > midnight(date) + HOURS[venue].shuts
    assert session_ends_at(venue, date).utcoffset() == dt.timedelta(hours=9)


def test_the_holidays_library_is_loaded_only_when_asked() -> None:
    """Importing the calendar does not pay for the library's 0.2 s."""
    code = "import sys, flowalert.market.calendar; sys.exit('holidays' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=False)
    assert ran.returncode == 0
