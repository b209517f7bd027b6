"""Moments as they are written on the command line."""

import datetime as dt

import click
import pytest

from flowalert.cli.moment import read_coming, read_since
from flowalert.market.instant import KST


def test_since_is_of_today_or_of_a_date_in_seoul() -> None:
    """What is no time, or is yet to come, is an error that says what instead."""
    now = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 10:00 in Seoul
    assert read_since("09:30", now) == dt.datetime(2026, 11, 23, 9, 30, tzinfo=KST)
    assert read_since("2026-11-20", now) == dt.datetime(2026, 11, 20, tzinfo=KST)
    assert read_since("2026-11-20 15:30:10", now) == dt.datetime(2026, 11, 20, 15, 30, 10, tzinfo=KST)
    for text, what in (
        ("", "is no time"),
        ("25:00", "is no time"),
        ("2026-13-01", "no time"),
        ("10:01", "yet to come"),
    ):
        with pytest.raises(click.BadParameter, match=what):
            read_since(text, now)


def test_what_is_to_come_has_a_time() -> None:
    """Of today in Seoul or of a date; what is past is an error, and so is a date alone."""
    now = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 10:00 in Seoul
    assert read_coming("15:30", now, "--until") == dt.datetime(2026, 11, 23, 15, 30, tzinfo=KST)
    assert read_coming("2026-11-24 09:00", now, "--until") == dt.datetime(2026, 11, 24, 9, 0, tzinfo=KST)
    for text, what in (
        ("10:00", "2026-11-23 10:00:00 in Seoul is past; write a later time, with its date"),
        ("2026-11-24", "'2026-11-24' is no time; write 15:30 or '2026-11-23 15:30'"),
        ("", "is no time"),
        ("tomorrow", "is no time"),
    ):
        with pytest.raises(click.BadParameter, match=what):
            read_coming(text, now, "--until")
