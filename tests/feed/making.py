"""Frames and times in few words."""

import datetime as dt

from flowalert.feed.frame import Body, Figures
from flowalert.market.instant import midnight
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue

FOREIGN = series(Venue.KRX, "001", "0017")
INDIVIDUAL = series(Venue.KRX, "001", "0008")
NXT = series(Venue.NXT, "001", "0017")
MONDAY = midnight(dt.date(2026, 11, 23))


def clock(text: str) -> int:
    """Return the second of the day of `09:51` or `09:51:30`."""
    hour, minute, second = (*map(int, text.split(":")), 0)[:3]
    return hour * 3600 + minute * 60 + second


def figures(of: Series, second: int | str, msval: int | None = 0) -> Figures:
    """Return a frame of a series at a second of the day or a time like `09:51`."""
    second = clock(second) if isinstance(second, str) else second
    tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
    return Figures(of, second, Body(of.sector, of.investor, tjjtime, 0, msval, 0, 0, 0, 0, 0, 0))
