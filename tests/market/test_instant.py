"""Exchange time."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from flowalert.market.instant import DAY, KST, clock, date_of, from_wall, midnight, second_of_day, stamp, to_wall

dates = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("tjjtime", "second"),
    [
        ("09510000", 9 * 3600 + 51 * 60),
        ("00000000", 0),
        ("23595999", DAY - 1),
        ("09510099", 9 * 3600 + 51 * 60),
        ("24000000", None),
        ("09600000", None),
        ("09516000", None),
        ("0951000", None),
        ("095100000", None),
        ("", None),
        ("0951000a", None),
        (" 9510000", None),
        ("09510000\n", None),
        ("٠٩٥١٠٠٠٠", None),
    ],
)
def test_tjjtime_is_read_strictly(tjjtime: str, second: int | None) -> None:
    """Eight ASCII digits that are a time of day, the last two of any meaning; all else is none."""
    assert second_of_day(tjjtime) == second


@given(date=dates, second=st.integers(0, DAY - 1))
def test_a_moment_goes_to_the_wall_and_back(date: dt.date, second: int) -> None:
    """Exchange time loses nothing on the way to a moment in Seoul and back, from any zone."""
    at = midnight(date) + second
    assert date_of(at) == date
    assert from_wall(to_wall(at)) == at
    assert from_wall(to_wall(at).astimezone(dt.UTC)) == at


def test_a_day_begins_at_midnight_in_seoul() -> None:
    """Three in the afternoon in London is the next day."""
    assert from_wall(dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC)) == midnight(dt.date(2026, 11, 23))
    assert midnight(dt.date(2026, 11, 24)) - midnight(dt.date(2026, 11, 23)) == DAY


def test_moments_are_written_for_people() -> None:
    """The clock alone, and with the date."""
    at = from_wall(dt.datetime(2026, 11, 23, 9, 5, 7, 999_999, tzinfo=KST))
    assert clock(at) == "09:05:07"
    assert stamp(at) == "2026-11-23 09:05:07"
