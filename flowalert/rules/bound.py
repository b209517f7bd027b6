"""How often and how long: `5/session`, `5/1h`, `3 fires`, `2026-12-31`, `10m`."""

import datetime as dt
import re

from flowalert.language.literal import parse_span
from flowalert.language.meaning import Sort
from flowalert.language.mistake import Mistake
from flowalert.market.instant import DAY, midnight
from flowalert.rules.rulebook import Expiry, Limit

_SESSION = "session"
# A count of nine figures is more than a session has updates.
_LIMIT = re.compile(r"\s*([0-9]{1,9})\s*/\s*(\S.*)", re.ASCII)
_FIRES = re.compile(r"\s*([0-9]{1,9})\s*fires?\s*", re.ASCII)
_DATE = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})\s*", re.ASCII)


def parse_duration(text: str, what: str) -> int:
    """Return the seconds of `5m`; raises Mistake for a count of updates too. `what` is what is given a length."""
    span = parse_span(text)
    if span.meaning.sort is not Sort.DURATION:
        raise Mistake(f"{what} is a time, not a count of updates", (0, len(text)), "write a duration, like 5m")
    return int(span.value)


def parse_limit(text: str) -> Limit:
    """Read `5/session` or `5/1h`; raises Mistake."""
    whole = (0, len(text))
    match = _LIMIT.fullmatch(text.rstrip())
    if match is None:
        raise Mistake(f"{text!r} is no limit", whole, "write a count and a time, like 5/session or 5/1h")
    count = int(match[1])
    if count < 1:
        raise Mistake(
            f"{text!r} would tell of nothing",
            match.span(1),
            "write 1 or more, or enabled: false to switch the rule off",
        )
    if match[2] == _SESSION:
        return Limit(count)
    try:
        return Limit(count, parse_duration(match[2], "a limit's time"))
    except Mistake as mistake:
        start = match.start(2)
        raise Mistake(
            mistake.what, (start + mistake.start, start + mistake.end), "write a time, like 5/session or 5/1h"
        ) from None


def parse_expiry(text: str) -> Expiry:
    """Read `2026-12-31`, `3 fires` or `session`; raises Mistake."""
    whole = (0, len(text))
    if text.strip() == _SESSION:
        return Expiry(session=True)
    if fires := _FIRES.fullmatch(text):
        count = int(fires[1])
        if count < 1:
            raise Mistake(f"{text!r} is over before it begins", whole, "write 1 fire or more")
        return Expiry(fires=count)
    if date := _DATE.fullmatch(text):
        try:
            last = dt.date(int(date[1]), int(date[2]), int(date[3]))
        except ValueError:
            raise Mistake(f"{text.strip()} is no date", whole, "write year, month and day, like 2026-12-31") from None
        return Expiry(last_day=midnight(last) // DAY)
    raise Mistake(f"{text!r} is no end of a rule", whole, "write a date, like 2026-12-31, or 3 fires, or session")
