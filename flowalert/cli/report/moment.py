"""Moments of the wall clock in the reports, in Seoul's time."""

from datetime import datetime

from flowalert.market.instant import KST


def show_moment(moment: datetime) -> str:
    """Write a moment for people: `2026-11-23 09:51:00`."""
    return f"{moment.astimezone(KST):%Y-%m-%d %H:%M:%S}"


def write_moment(moment: datetime) -> str:
    """Write a moment for programs, in ISO 8601."""
    return moment.astimezone(KST).isoformat(timespec="milliseconds")
