"""Moments and lengths of time as people write them."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given, strategies as st

from flowalert.language.mistake import Mistake
from flowalert.language.moment import parse_coming, parse_length, parse_past, parse_until
from flowalert.market.instant import KST

NOW = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 10:00 in Seoul


def test_what_is_past_is_of_today_or_of_a_date_in_seoul() -> None:
    """What is no time, or is yet to come, is a mistake that says what instead."""
    assert parse_past("09:30", NOW) == dt.datetime(2026, 11, 23, 9, 30, tzinfo=KST)
    assert parse_past("2026-11-20", NOW) == dt.datetime(2026, 11, 20, tzinfo=KST)
    assert parse_past("2026-11-20 15:30:10", NOW) == dt.datetime(2026, 11, 20, 15, 30, 10, tzinfo=KST)
    for text, what in (
        ("", "is no time"),
        ("25:00", "is no time"),
        ("2026-13-01", "no time"),
        ("10:01", "yet to come"),
        ("0001-01-01", "no time"),
    ):
        with pytest.raises(Mistake, match=what):
            parse_past(text, NOW)


def test_what_is_to_come_has_a_time() -> None:
    """Of today in Seoul or of a date; what is past is a mistake, and so is a date alone."""
    assert parse_coming("15:30", NOW) == dt.datetime(2026, 11, 23, 15, 30, tzinfo=KST)
    assert parse_coming("2026-11-24 09:00", NOW) == dt.datetime(2026, 11, 24, 9, 0, tzinfo=KST)
    for text, what in (
        ("10:00", "2026-11-23 10:00:00 in Seoul is past; write a later time, with its date"),
        ("2026-11-24", "'2026-11-24' is no time; write 15:30 or '2026-11-23 15:30'"),
        ("", "is no time"),
        ("tomorrow", "is no time"),
        ("9999-12-31 23:59", "is no time"),
    ):
        with pytest.raises(Mistake) as found:
            parse_coming(text, NOW)
        assert what in str(found.value)


def test_until_a_date_is_until_its_end() -> None:
    """With a time it is until then."""
    assert parse_until("2026-11-20", NOW) == dt.datetime(2026, 11, 21, tzinfo=KST)
    assert parse_until("2026-11-20 10:00", NOW) == dt.datetime(2026, 11, 20, 10, tzinfo=KST)
    assert parse_until("10:01", NOW) == dt.datetime(2026, 11, 23, 10, 1, tzinfo=KST)


def test_a_length_is_a_duration() -> None:
    """A count of updates is none."""
    assert (parse_length("90s"), parse_length("1h"), parse_length("5분")) == (90, 3600, 300)
    for text in ("", "0s", "3 updates", "1", "soon"):
        with pytest.raises(Mistake, match="is none; write a stretch of time, like 90s, 30m or 1h"):
            parse_length(text)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?", fullmatch=True))
def test_whatever_is_written_is_a_time_or_a_mistake(text: str) -> None:
    """And nothing else."""
    for parse in (parse_past, parse_coming, parse_until):
        with contextlib.suppress(Mistake):
            parse(text, NOW).astimezone(dt.UTC)
    with contextlib.suppress(Mistake):
        parse_length(text)
