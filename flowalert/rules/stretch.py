"""Stretches of the day and days of the week, as people write them: `09:00-15:20`, `mon-fri`, `월-금`."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.market.instant import DAY
from flowalert.market.name import fold, suggest

# Seconds of the day, the second one not in it.
Stretch: TypeAlias = tuple[int, int]

_STRETCH = re.compile(r"\s*([0-9:]+)\s*[-~–]\s*([0-9:]+)\s*", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)

_DAYS = (
    ("mon", "monday", "월", "월요일"), ("tue", "tuesday", "화", "화요일"), ("wed", "wednesday", "수", "수요일"),
    ("thu", "thursday", "목", "목요일"), ("fri", "friday", "금", "금요일"), ("sat", "saturday", "토", "토요일"),
    ("sun", "sunday", "일", "일요일"),
)  # fmt: skip
_SUGGESTED = [name for names in _DAYS for name in (names[0], names[2])]
_DAY_BY_NAME = {name: number for number, names in enumerate(_DAYS) for name in names}


def is_stretch(text: str) -> bool:
    """Tell whether a text has the form of a stretch of the day, be it one or not."""
    return ":" in text


def parse_stretch(text: str) -> Stretch:
    """Return begin and end of `09:00-15:20`; raises Mistake. A day ends at 24:00."""
    begin, end = parse_overnight(text)
    if end > DAY:
        first, last = _split(text).groups()
        raise Mistake(f"{text!r} goes past midnight", (0, len(text)), f"write two: {first}-24:00 and 00:00-{last}")
    return begin, end


def parse_overnight(text: str) -> Stretch:
    """Return the same; of `22:00-07:00` too, whose end lies in the next day, beyond 86,400."""
    match = _split(text)
    begin, end = _read_clock(match, 1), _read_clock(match, 2)
    if begin == end:
        instead = "write an end after the begin, like 09:00-15:20"
        raise Mistake(f"{text!r} is over as it begins", (0, len(text)), instead)
    return (begin, end) if begin < end else (begin, end + DAY)


def _split(text: str) -> re.Match[str]:
    match = _STRETCH.fullmatch(text)
    if match is None:
        raise Mistake(f"{text!r} is no stretch of the day", (0, len(text)), "write two times, like 09:00-15:20")
    return match


def _read_clock(match: re.Match[str], group: int) -> int:
    clock = _CLOCK.fullmatch(match[group])
    hour, minute, second = (int(each or 0) for each in clock.groups()) if clock is not None else (0, 60, 0)
    at = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or at > DAY:
        raise Mistake(
            f"{match[group]} is no time of day", match.span(group), "write hours and minutes, like 09:00, up to 24:00"
        )
    return at


def merge(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the same times in order, those that touch or overlap as one."""
    merged: list[Stretch] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def intersect(some: Iterable[Stretch], others: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the times that lie in both."""
    other = tuple(others)
    return merge((max(a, c), min(b, d)) for a, b in some for c, d in other if max(a, c) < min(b, d))


def parse_weekdays(text: str) -> frozenset[int]:
    """Return the days of `mon`, `mon-fri` or `월-금`, counted from 0, Monday; raises Mistake."""
    return frozenset(_list_days(text))


def parse_weekday_list(text: str) -> frozenset[int]:
    """Return the days of `mon-fri,sun`; raises Mistake."""
    days: set[int] = set()
    offset = 0
    for part in text.split(","):
        try:
            days.update(_list_days(part))
        except Mistake as mistake:
            span = (offset + mistake.start, offset + mistake.end)
            raise Mistake(mistake.what, span, mistake.instead) from None
        offset += len(part) + 1
    return frozenset(days)


def _list_days(text: str) -> Iterator[int]:
    first, dash, last = text.partition("-")
    begin = _find_day(first, 0)
    end = _find_day(last, len(first) + 1) if dash else begin
    yield from ((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _find_day(name: str, offset: int) -> int:
    day = _DAY_BY_NAME.get(fold(name))
    if day is None:
        near = suggest(name, _SUGGESTED)
        raise Mistake(
            f"{name.strip()!r} is no day of the week",
            (offset, offset + len(name)),
            f"did you mean {near}?" if near else "write mon, mon-fri or 월-금",
        )
    return day


def say_weekdays(days: Collection[int], tongue: Tongue) -> str:
    """Say days of the week as they are written: `mon-fri`, `월,수,금`."""
    return ",".join(_say_run(first, days, tongue) for first in sorted(days) if (first - 1) % 7 not in days)


def _say_run(first: int, days: Collection[int], tongue: Tongue) -> str:
    """Say a day and those that follow it."""
    last = first
    while (last + 1) % 7 in days:
        last = (last + 1) % 7
    names = [tongue.choose(_DAYS[day][2], _DAYS[day][0]) for day in dict.fromkeys((first, last))]
    return "-".join(names)
