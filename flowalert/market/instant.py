"""Exchange time: whole seconds since 1970-01-01 00:00 in Seoul, as an int.

Korea has had no daylight saving since 1988, so a day is always 86,400 of them.
"""

import datetime as dt
import re

DAY = 86_400
KST = dt.timezone(dt.timedelta(hours=9), "KST")

_TJJTIME = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])[0-9]{2}", re.ASCII)
_EPOCH = dt.date(1970, 1, 1).toordinal()
# The same moment in UTC, which every frame's own is in: the difference of two of one zone costs half.
_ZERO = dt.datetime(1970, 1, 1, tzinfo=KST).astimezone(dt.UTC)
_SECOND = dt.timedelta(seconds=1)


def second_of_day(tjjtime: str) -> int | None:
    """Return the second of the day of a `tjjtime` (HHMMSS and two digits of unknown meaning), or None."""
    match = _TJJTIME.fullmatch(tjjtime)
    if match is None:
        return None
    hour, minute, second = match.groups()
    return int(hour) * 3600 + int(minute) * 60 + int(second)


def midnight(date: dt.date) -> int:
    """Return the exchange time at which a date begins."""
    return (date.toordinal() - _EPOCH) * DAY


def date_of(at: int) -> dt.date:
    """Return the date of an exchange time."""
    return dt.date.fromordinal(at // DAY + _EPOCH)


def from_wall(moment: dt.datetime) -> int:
    """Return the exchange time of a moment of the wall clock, which must know its zone."""
    return (moment - _ZERO) // _SECOND


def clock(at: int) -> str:
    """Return `09:51:00`."""
    second = at % DAY
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def hour(second: int) -> str:
    """Return the second of a day as people write an hour: `09:00`, `09:00:30`, and `24:00` for its end."""
    return "24:00" if second == DAY else clock(second).removesuffix(":00")


def stamp(at: int) -> str:
    """Return `2026-11-23 09:51:00`."""
    return f"{date_of(at).isoformat()} {clock(at)}"


def to_wall(at: int) -> dt.datetime:
    """Return the moment of the wall clock at which it is this exchange time."""
    return dt.datetime.combine(date_of(at), dt.time(), KST) + dt.timedelta(seconds=at % DAY)
