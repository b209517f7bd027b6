"""A silence as somebody wishes for it, part by part in their own words."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import filter as match
from functools import partial
from typing import NamedTuple

from flowalert.engine.clause import Key
from flowalert.engine.matcher import Matcher
from flowalert.engine.recurrence import Times, merge_times, parse_times
from flowalert.engine.silence import Silence, changes_at, is_in_force
from flowalert.language.mistake import Mistake
from flowalert.language.moment import MARGIN, parse_coming, parse_length
from flowalert.market.name import suggest
from flowalert.market.venue import Venue
from flowalert.rules.active import EVERY_DAY
from flowalert.rules.stretch import parse_weekday_list


class Misread(Exception):  # noqa: N818 - it is the reader's mistake, not an error of the program
    """Raised for a part of a wish that says nothing: `part` is its name, `text` what it says, `mistake` why."""

    def __init__(self, part: str, text: str, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.part = part
        self.text = text
        self.mistake = mistake


class Stretch(NamedTuple):
    """From when, and until when where that is known."""

    begin: dt.datetime
    end: dt.datetime | None


def read_stretch(begin: str | None, until: str | None, length: str | None, now: dt.datetime) -> Stretch:
    """Return when a silence is to begin and to end; raises Misread for `from`, `until` or `for`."""
    starts_at = now if begin is None else _read_coming("from", begin, now)
    if length is not None:
        try:
            span = dt.timedelta(seconds=parse_length(length))
            _ = starts_at + span + MARGIN
        except Mistake as mistake:
            raise Misread("for", length, mistake) from None
        except OverflowError:
            raise Misread("for", length, Mistake(f"{length} is too long", (0, len(length)))) from None
        return Stretch(starts_at, starts_at + span)
    ends_at = None if until is None else _read_coming("until", until, now)
    if until is not None and ends_at is not None and ends_at <= starts_at:
        raise Misread("until", until, Mistake("it is not after its begin", (0, len(until))))
    return Stretch(starts_at, ends_at)


def read_times(every: Sequence[str], weekdays: str | None, venue: Venue) -> Times:
    """Return the times of a silence that comes back; raises Misread for `every` or `weekdays`."""
    days = EVERY_DAY
    if weekdays is not None:
        try:
            days = parse_weekday_list(weekdays)
        except Mistake as mistake:
            raise Misread("weekdays", weekdays, mistake) from None
    parse = partial(parse_times, venue=venue, weekdays=days)
    found: list[Times] = []
    for text in every:
        try:
            found.append(parse(text))
        except Mistake as mistake:
            raise Misread("every", text, mistake) from None
    return merge_times(each for times in found for each in times)


def ever_comes(matcher: Matcher, stretch: Stretch, times: Times, now: dt.datetime) -> bool:
    """Tell whether a silence would be in force at any time; one of trading days on Sundays would not."""
    planned = Silence(
        id=0,
        matcher=matcher,
        created_at=now,
        starts_at=stretch.begin,
        ends_at=stretch.end,
        by="",
        reason="",
        times=times,
    )
    return is_in_force(planned, now) or changes_at(planned, now) is not None


def warn_of_rules(matcher: Matcher, known: Iterable[str]) -> Iterator[str]:
    """Yield a warning for each rule that nobody knows: a typing mistake, or a rule that is yet to be written."""
    names = tuple(known)
    for name in (value for clause in matcher.clauses if clause.key is Key.RULE for value in clause.values):
        if not match(names, name):
            near = suggest(name, names)
            instead = f"did you mean {near}?" if near else "the silence minds it once there is one"
            yield f"no rule is known by the name {name!r}; {instead}"


def _read_coming(part: str, text: str, now: dt.datetime) -> dt.datetime:
    try:
        return parse_coming(text, now)
    except Mistake as mistake:
        raise Misread(part, text, mistake) from None
