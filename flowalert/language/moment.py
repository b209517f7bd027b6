"""Moments and lengths of time as people write them: `10:00` of today in Seoul, `2026-11-23`, or both; `90s`, `1h`."""

import datetime as dt
import re

from flowalert.language.literal import parse_span
from flowalert.language.meaning import Sort
from flowalert.language.mistake import Mistake
from flowalert.market.instant import KST

_MOMENT = re.compile(r"(?:(\d{4}-\d\d-\d\d)(?:[T ]|$))?(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?", re.ASCII)

# Kept from the last day that Python knows: other zones, and what is looked for after a moment, are beyond it.
MARGIN = dt.timedelta(days=60)


def parse_past(text: str, now: dt.datetime) -> dt.datetime:
    """Return a moment that is past, with or without its time; raises Mistake for what is none."""
    moment = _parse(text, now, "10:00, 2026-11-23 or '2026-11-23 10:00'", needs_time=False)
    if moment > now:
        raise Mistake(f"{_say(moment)} in Seoul is yet to come", (0, len(text)), "write the date too")
    return moment


def parse_coming(text: str, now: dt.datetime) -> dt.datetime:
    """Return a moment that is to come; raises Mistake for what is none.

    A date alone is none: nobody could tell whether its begin or its end is meant.
    """
    moment = _parse(text, now, "15:30 or '2026-11-23 15:30'", needs_time=True)
    if moment <= now:
        raise Mistake(f"{_say(moment)} in Seoul is past", (0, len(text)), "write a later time, with its date")
    return moment


def parse_until(text: str, now: dt.datetime) -> dt.datetime:
    """Return the moment up to which something is looked for, past or not: a date alone means its end."""
    moment = _parse(text, now, "10:00, 2026-11-23 or '2026-11-23 10:00'", needs_time=False)
    return moment if ":" in text else moment + dt.timedelta(days=1)


def parse_length(text: str) -> float:
    """Return the seconds of a stretch of time like `90s` or `1h`; raises Mistake."""
    wrong = Mistake(f"{text!r} is none", (0, len(text)), "write a stretch of time, like 90s, 30m or 1h")
    try:
        span = parse_span(text)
    except Mistake:
        raise wrong from None
    if span.meaning.sort is not Sort.DURATION or span.value <= 0:
        raise wrong
    return float(span.value)


def _parse(text: str, now: dt.datetime, wanted: str, *, needs_time: bool) -> dt.datetime:
    wrong = Mistake(f"{text!r} is no time", (0, len(text)), f"write {wanted}")
    match = _MOMENT.fullmatch(text.strip())
    if match is None or not (match[2] or (match[1] and not needs_time)):
        raise wrong
    try:
        date = dt.date.fromisoformat(match[1]) if match[1] else now.astimezone(KST).date()
        hour, minute, second = (int(part or 0) for part in match.groups()[1:])
        moment = dt.datetime.combine(date, dt.time(hour, minute, second), KST)
        _ = moment.astimezone(dt.UTC), moment + MARGIN
    except (ValueError, OverflowError):
        raise wrong from None
    return moment


def _say(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
