"""What happens in a test beside the updates: the feed lost and back, the session closed, a slot left open."""

from collections.abc import Mapping
from typing import TypeAlias

from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed
from flowalert.market.instant import clock
from flowalert.market.series import name_place
from flowalert.market.venue import Venue
from flowalert.rules.notepad import Notepad
from flowalert.rules.trial.line import find_named_sector
from flowalert.rules.trial.model import EventModel
from flowalert.rules.trial.moment import Moments

# What each key may hold.
_WORDS: Mapping[str, tuple[str, ...]] = {"feed": ("lost", "back"), "session": ("closed",), "slot": ("open",)}
_WRITE = "write feed: lost, feed: back, session: closed or slot: open"

# The time of a slot that nobody closes.
LeftOpen: TypeAlias = int


def read_event(
    notepad: Notepad, number: int, model: EventModel, venue: Venue, moments: Moments, ends: int
) -> Entry | LeftOpen | None:
    """Read an event of a test; what is wrong is noted. `ends` is when the calendar closes the session."""
    path = ("events", number)
    given = [key for key in _WORDS if getattr(model, key) is not None]
    if len(given) != 1:
        what = "this says nothing that happens" if not given else f"{' and '.join(given)} stand side by side"
        notepad.complain(path, what, _WRITE)
        return None
    (key,) = given
    word: str = getattr(model, key)
    if word not in _WORDS[key]:
        instead = f"write {' or '.join(f'{key}: {each}' for each in _WORDS[key])}"
        notepad.complain_unknown((*path, key), key, word, _WORDS[key], instead)
        return None
    if model.sectors and key != "feed":
        notepad.complain_unknown_key((*path, "sectors"), f"key of a {key}", "sectors", ())
    sectors = [notepad.read((*path, "sectors"), name, find_named_sector) for name in model.sectors]
    at = _read_at(notepad, number, model, moments, max(ends, moments.last))
    if at is None or None in sectors:
        return None
    places = tuple(name_place(venue, sector.code) for sector in sectors if sector is not None)
    match word:
        case "lost":
            return FeedLost(at, "the test says so", places)
        case "back":
            return FeedBack(at, places)
        case "closed":
            return SessionClosed(venue, at)
        case _:
            return at


def _read_at(notepad: Notepad, number: int, model: EventModel, moments: Moments, ends: int) -> int | None:
    path = ("events", number, "at")
    if model.at is None:
        if model.session is None:
            notepad.complain(path[:-1], "at what time?", f"add at:, like {clock(moments.start)}")
        return ends if model.session is not None else None
    at = notepad.read(path, model.at, moments.parse if model.slot is None else moments.find)
    if at is not None and at < moments.start:
        notepad.complain(path, f"{clock(at)} is before the first slot", f"write {clock(moments.start)} or later")
        return None
    return at
