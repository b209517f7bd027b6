"""Hours in which a channel is told only what matters most."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from flowalert.engine.recurrence import Times, are_now, changes_at, merge_times, parse_times
from flowalert.engine.transition import Severity
from flowalert.language.mistake import Mistake
from flowalert.market.instant import DAY, from_wall, to_wall
from flowalert.market.venue import Venue
from flowalert.rules.active import Active
from flowalert.rules.stretch import parse_weekdays

# Hours that leave no gap would never end; what is held by them is told after a week all the same.
LONGEST = timedelta(days=7)


class Quiet(Struct, frozen=True):
    """The hours of quiet (KST), and the severity from which on an alert is told in them all the same."""

    times: Times
    min_severity: Severity = Severity.CRITICAL

    def ends_at(self, now: datetime) -> datetime | None:
        """Return when the quiet of a moment of the wall clock ends; None where it is not quiet then."""
        at = from_wall(now)
        if not are_now(self.times, at):
            return None
        end = changes_at(self.times, at)
        return now + LONGEST if end is None else min(to_wall(end), now + LONGEST)


def parse_hours(text: str) -> Times:
    """Return the times of `22:00-07:00`, `mon-fri 18:00-08:00`, `sat-sun` or `closing_auction`; raises Mistake."""
    *days, last = text.split() or [""]
    offset = text.rfind(last)
    if days:
        weekdays = parse_weekdays(" ".join(days))
        return _shift(last, offset, weekdays)
    return parse_times(text, Venue.KRX) if ":" in last else _read_name(text)


def _read_name(text: str) -> Times:
    """Read days of the week, or else the name of a phase."""
    try:
        return (Active(((0, DAY),), parse_weekdays(text)),)
    except Mistake as no_days:
        try:
            return parse_times(text, Venue.KRX)
        except Mistake as no_phase:
            # The one that it was meant to be is the one that it is like.
            raise (no_days if no_days.instead.startswith("did you mean") else no_phase) from None


def _shift(text: str, offset: int, weekdays: frozenset[int]) -> Times:
    try:
        return parse_times(text, Venue.KRX, weekdays)
    except Mistake as mistake:
        span = (mistake.start + offset, mistake.end + offset)
        raise Mistake(mistake.what, span, mistake.instead) from None


def join_hours(each: Iterable[Times]) -> Times:
    """Return all of these times as one."""
    return merge_times(active for times in each for active in times)
