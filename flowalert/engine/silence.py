"""Silences: which alerts nobody is to be told of, and when."""

import enum
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from flowalert.engine import recurrence
from flowalert.engine.clause import Subject
from flowalert.engine.matcher import Matcher
from flowalert.market.instant import KST, from_wall, to_wall


class Silence(Struct, frozen=True, kw_only=True):
    """The alerts of a matcher are not told from `starts_at` on, by the will of a person.

    Moments are wall time. `ends_at` is None where only a hand ends it, and `ended_at` None unless a hand did. `times`
    are those of a recurring one, in which alone it is in force; empty for one that is in force throughout.
    """

    id: int
    matcher: Matcher
    created_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None = None
    by: str
    reason: str
    times: recurrence.Times = ()

    @property
    def over_at(self) -> datetime | None:
        """When it is over for good; None while that is open."""
        return min((each for each in (self.ends_at, self.ended_at) if each is not None), default=None)


class SilenceState(enum.Enum):
    """How a silence stands at a moment."""

    IN_FORCE = "in force"
    TO_COME = "to come"
    RECURRING = "recurring"  # between two of its times
    ENDED = "ended"


def state_at(silence: Silence, now: datetime) -> SilenceState:
    """Return how a silence stands."""
    if silence.over_at is not None and now >= silence.over_at:
        return SilenceState.ENDED
    if is_in_force(silence, now):
        return SilenceState.IN_FORCE
    return SilenceState.TO_COME if now < silence.starts_at else SilenceState.RECURRING


def is_in_force(silence: Silence, now: datetime) -> bool:
    """Tell whether a silence holds its alerts back at a moment: from its begin on, and no longer at its end."""
    if now < silence.starts_at or (silence.over_at is not None and now >= silence.over_at):
        return False
    return not silence.times or recurrence.are_now(silence.times, from_wall(now))


def in_force_since(silence: Silence, now: datetime) -> datetime | None:
    """Return when the present stretch in force began; None where it is not in force."""
    if not is_in_force(silence, now):
        return None
    if not silence.times:
        return silence.starts_at
    began = recurrence.began_at(silence.times, from_wall(now), from_wall(silence.starts_at))
    return max(to_wall(began), silence.starts_at)


def changes_at(silence: Silence, now: datetime) -> datetime | None:
    """Return the next moment at which a silence begins or ends to be in force; None where there is none to come."""
    over = silence.over_at
    moment = max(now, silence.starts_at)
    if over is not None and over <= moment:
        return None
    goes_on = not silence.times or recurrence.are_now(silence.times, from_wall(moment))
    if now < silence.starts_at and goes_on:
        return silence.starts_at
    change = recurrence.changes_at(silence.times, from_wall(moment)) if silence.times else None
    if change is not None and (over is None or to_wall(change) < over):
        return to_wall(change)
    return over if goes_on else None


def find_silence(silences: Iterable[Silence], subject: Subject, now: datetime) -> Silence | None:
    """Return the first of the silences that holds an alert back at a moment; None where it is to be told."""
    return next((each for each in silences if is_in_force(each, now) and each.matcher.matches(subject)), None)


def say_occurrence(silence: Silence, now: datetime) -> str | None:
    """Return a key of the present stretch in force, `3@2026-11-25T09:00:00` in Seoul's time; None where it is not.

    It is the same throughout the stretch: a recurring silence ends every day, and each day is one of its own.
    """
    since = in_force_since(silence, now)
    return None if since is None else f"{silence.id}@{since.astimezone(KST):%Y-%m-%dT%H:%M:%S}"
