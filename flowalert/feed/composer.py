"""Frames to journal entries, in the order in which the engine is to fold them."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence

from flowalert.feed.frame import Figures
from flowalert.feed.intake import Dropped, Intake
from flowalert.feed.session import Sessions
from flowalert.feed.slot import CLOSES_AFTER, Slots
from flowalert.market.calendar import session_end
from flowalert.market.entry import Entry, SessionClosed, Update
from flowalert.market.instant import midnight
from flowalert.market.venue import Venue


class Composer:
    """Intake, slots and sessions of the whole feed, whatever the number of connections; all calls change it.

    `wall` is the wall clock as exchange time, `now` is trio's time.
    """

    def __init__(self) -> None:
        self.intake = Intake()
        self._slots = Slots()
        self._sessions = Sessions()
        self._newest = {venue: (self._slots.newest(venue), self._sessions.newest(venue)) for venue in Venue}

    def prime(self, entries: Iterable[Entry], now: float) -> None:
        """Go on from a journal, which may come in pieces, in order."""
        entries = tuple(entries)
        self.intake.prime(entries)
        self._slots.prime(entries, now)
        self._sessions.prime(entries)

    def compose(self, figures: Figures, wall: int, now: float) -> tuple[Entry, ...] | Dropped:
        """Return the entries that a frame makes: what it closes, then its update; or why it is none."""
        update = self.intake.admit(figures, wall)
        # Asked this way round, isinstance finds the exact type and is done; Dropped is an Enum, whose metaclass would
        # be called to say no.
        if not isinstance(update, Update):
            return update
        slot, session = self._newest[update.series.venue]
        if update.at == slot.at and slot.due != math.inf:
            # Most updates are one more of the slot that is open: that closes nothing.
            slot.due = now + CLOSES_AFTER
            session.told_at = wall
            return (update,)
        closed_slot = self._slots.take(update, now)
        closed_session = self._sessions.take(update, wall)
        if closed_slot is None and closed_session is None:
            return (update,)
        return tuple(entry for entry in (closed_slot, closed_session, update) if entry is not None)

    def close_due(self, wall: int, now: float) -> Sequence[Entry]:
        """Return what the clocks have closed since the last call."""
        return (*self._slots.close_due(now), *self._sessions.close_due(wall, now))

    def close_unheard(self, venues: Iterable[Venue], date: dt.date) -> Sequence[Entry]:
        """Close and return the sessions of a date that had no update at all, as the calendar has them."""
        return [
            SessionClosed(venue, session_end(venue, date))
            for venue in sorted(set(venues), key=list(Venue).index)
            if self._sessions.newest(venue).midnight < midnight(date)
        ]

    def running_at(self, venue: Venue) -> int | None:
        """Return the exchange time of a venue's latest update, None where its session is over or never began."""
        return self.intake.latest_at(venue) if self._sessions.newest(venue).is_open else None

    @property
    def is_open(self) -> bool:
        """Whether a slot or a session is open that a clock would close."""
        return self.next_due() < math.inf or any(self._sessions.newest(venue).is_open for venue in Venue)

    def next_due(self) -> float:
        """Return the trio time of the next slot to close, infinity if none is open."""
        return self._slots.next_due()
