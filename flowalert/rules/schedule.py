"""When a rule may fire, as it is written: `regular`, `09:00-15:20`, or hours, phases, weekdays and holidays."""

from collections.abc import Sequence

from flowalert.market.phase import find_phase, list_phases
from flowalert.market.venue import Venue
from flowalert.rules.active import EVERY_DAY, Active
from flowalert.rules.model import ActiveModel
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Path
from flowalert.rules.stretch import Stretch, intersect, is_stretch, merge, parse_stretch, parse_weekdays


def read_active(notepad: Notepad, given: list[str] | ActiveModel, venue: Venue) -> Active:
    """Return the times in which a rule of a venue may fire; what is wrong is noted."""
    if not isinstance(given, ActiveModel):
        return Active(_read_times(notepad, ("active",), given, venue))
    hours = _read_hours(notepad, given.hours) if given.hours is not None else None
    phases = _read_phases(notepad, given.phases, venue) if given.phases is not None else None
    if hours and phases:
        both = intersect(hours, phases)
        if not both:
            notepad.complain(("active", "hours"), "these hours lie in none of the phases", "take hours or phases out")
        hours = both
    weekdays = _read_weekdays(notepad, given.weekdays) if given.weekdays is not None else EVERY_DAY
    return Active(hours or phases or (), weekdays, given.holidays)


def _read_times(notepad: Notepad, path: Path, texts: Sequence[str], venue: Venue) -> tuple[Stretch, ...]:
    """Read stretches and phases beside each other: the rule may fire in any of them."""
    if not texts:
        notepad.complain(path, "the list is empty", "name a phase, like regular, or hours, like 09:00-15:20")
    found: list[Stretch] = []
    for number, text in enumerate(texts):
        here = _step(notepad, path, number)
        stretch = notepad.read(here, text, parse_stretch) if is_stretch(text) else None
        if not is_stretch(text):
            stretch = _read_phase(notepad, here, text, venue)
        if stretch is not None:
            found.append(stretch)
    return merge(found)


def _read_hours(notepad: Notepad, texts: Sequence[str]) -> tuple[Stretch, ...]:
    if not texts:
        notepad.complain(("active", "hours"), "the list is empty", "write hours, like 09:00-15:20, or take it out")
    path = ("active", "hours")
    found = [notepad.read(_step(notepad, path, number), text, parse_stretch) for number, text in enumerate(texts)]
    return merge(each for each in found if each is not None)


def _read_phases(notepad: Notepad, names: Sequence[str], venue: Venue) -> tuple[Stretch, ...]:
    path = ("active", "phases")
    if not names:
        notepad.complain(path, "the list is empty", "name a phase, like regular, or take it out")
    found = [_read_phase(notepad, _step(notepad, path, number), name, venue) for number, name in enumerate(names)]
    return merge(each for each in found if each is not None)


def _read_phase(notepad: Notepad, path: Path, name: str, venue: Venue) -> Stretch | None:
    phases = list_phases(venue)
    phase = find_phase(name)
    if phase in phases and phase is not None:
        return phase.begins, phase.ends
    slugs = [each.slug for each in phases]
    instead = f"write one of {' '.join(slugs)}, or hours like 09:00-15:20"
    if phase is not None:
        notepad.complain(path, f"{name} is a phase of {phase.venue.value}, not of {venue.value}", instead)
    else:
        notepad.complain_unknown(path, "phase", name, [*slugs, *(each.korean for each in phases)], instead)
    return None


def _read_weekdays(notepad: Notepad, texts: Sequence[str]) -> frozenset[int]:
    path = ("active", "weekdays")
    if not texts:
        notepad.complain(path, "the list is empty", "write days, like [mon-fri], or take it out")
    found = [notepad.read(_step(notepad, path, number), text, parse_weekdays) for number, text in enumerate(texts)]
    return frozenset(day for days in found if days is not None for day in days)


def _step(notepad: Notepad, path: Path, number: int) -> Path:
    """Return the path of an item, or of the whole where one text stands for a list."""
    item = (*path, number)
    return item if notepad.page.find(item) is not None else path
