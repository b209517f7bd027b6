"""Times that come back every day: hours, the parts of a venue's day, on some days of the week."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.market.instant import DAY, hour
from flowalert.market.name import suggest
from flowalert.market.phase import find_phase, list_phases
from flowalert.market.venue import Venue
from flowalert.rules.active import EVERY_DAY, Active
from flowalert.rules.stretch import Stretch, is_stretch, merge, parse_overnight, say_weekdays

# One for each set of days: a night that begins on a Friday ends on a Saturday, and a phase is of trading days alone.
Times: TypeAlias = tuple[Active, ...]

# In days. What does not change for so long does not change: no holidays of the exchange last half of it.
_HORIZON = 32


def parse_times(text: str, venue: Venue, weekdays: frozenset[int] = EVERY_DAY) -> Times:
    """Return the times of `09:00-09:10`, `22:00-07:00` or of a venue's phase, like `regular` or `정규장`.

    They begin on these days of the week; those of a phase on trading days alone. Raises Mistake.
    """
    if not is_stretch(text):
        return (Active((_find_phase(text, venue),), weekdays, holidays=False),)
    begin, end = parse_overnight(text)
    following = frozenset((day + 1) % 7 for day in weekdays)
    parts = (Active(((begin, min(end, DAY)),), weekdays), Active(((0, end - DAY),), following))
    return tuple(each for each in parts if each.hours[0][0] < each.hours[0][1])


def merge_times(times: Iterable[Active]) -> Times:
    """Return the same times, those of the same days together."""
    hours: dict[tuple[frozenset[int], bool], list[Stretch]] = {}
    for each in times:
        hours.setdefault((each.weekdays, each.holidays), []).extend(each.hours)
    return tuple(Active(merge(stretches), *days) for days, stretches in hours.items())


def are_now(times: Times, at: int) -> bool:
    """Tell whether an exchange time lies in one of the times."""
    return any(each.contains(at) for each in times)


def began_at(times: Times, at: int, earliest: int) -> int:
    """Return the exchange time since which it has been as it is at `at`; not before `earliest`."""
    now = are_now(times, at)
    marks = _list_marks(times)
    for day in range(at // DAY, earliest // DAY - 1, -1):
        for mark in reversed(marks):
            moment = day * DAY + mark
            if moment <= at and are_now(times, moment - 1) is not now:
                return max(moment, earliest)
    return earliest


def changes_at(times: Times, at: int) -> int | None:
    """Return when it will be otherwise than at `at`: when one begins, or ends; None for never."""
    now = are_now(times, at)
    moments = (day * DAY + mark for day in range(at // DAY, at // DAY + _HORIZON) for mark in _list_marks(times))
    return next((each for each in moments if each > at and are_now(times, each) is not now), None)


def say_times(times: Times, tongue: Tongue) -> str:
    """Say when: `09:00-09:10, 월-금`, or `15:20-15:30 on trading days`."""
    return ", ".join(_say(each, tongue) for each in times)


def _say(active: Active, tongue: Tongue) -> str:
    hours = ", ".join(f"{hour(begin)}-{hour(end)}" for begin, end in active.hours)
    days = [] if active.weekdays == EVERY_DAY else [say_weekdays(active.weekdays, tongue)]
    if not active.holidays:
        days.append(tongue.choose("거래일", "on trading days"))
    return f"{hours} {' '.join(days or [tongue.choose('매일', 'every day')])}"


def _list_marks(times: Times) -> Sequence[int]:
    """Return the seconds of a day at which something may change; what changes with the day ends at 24:00."""
    return sorted({second for each in times for stretch in each.hours for second in stretch})


def _find_phase(name: str, venue: Venue) -> Stretch:
    phases = list_phases(venue)
    phase = find_phase(name)
    if phase is not None and phase in phases:
        return phase.begins, phase.ends
    whole = (0, len(name))
    slugs = [each.slug for each in phases]
    instead = f"write one of {' '.join(slugs)}, or hours like 09:00-15:20"
    if phase is not None:
        raise Mistake(f"{name} is a phase of {phase.venue.value}, not of {venue.value}", whole, instead)
    near = suggest(name, [*slugs, *(each.korean for each in phases)])
    raise Mistake(f"unknown phase {name!r}", whole, f"did you mean {near}?" if near else instead)
