"""Moments as they are written on the command line."""

import datetime as dt

import click
import pytest

from flowalert.cli.moment import read_since
from flowalert.market.instant import KST


def test_since_is_a_moment_that_is_past() -> None:
    """What is none is click's error, with the option's name."""
    now = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 10:00 in Seoul
    assert read_since("09:30", now) == dt.datetime(2026, 11, 23, 9, 30, tzinfo=KST)
    with pytest.raises(click.BadParameter, match="yet to come") as found:
        read_since("10:01", now)
    assert found.value.param_hint == "--since"
