"""When a session is closed: when the calendar says so, or at the next session's first update."""

import math
from collections.abc import Iterable

from flowalert.market.calendar import session_end
from flowalert.market.entry import Entry, SessionClosed, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.venue import Venue

# An exchange that still publishes has not ended its session, whatever the calendar says (a replay, a simulator).
QUIET_AFTER = 120
# Looks at the clock are a second apart at most: one that has moved so much more meanwhile was set. The clock of a
# demonstration runs, and at 2,000 times the market's speed.
_SET = 3000


class Session:
    """The newest session of a venue, by its midnight; `told_at` is the wall's time of its last update."""

    __slots__ = ("is_open", "latest", "midnight", "told_at")

    def __init__(self) -> None:
        self.midnight = -1
        self.latest = -1
        self.told_at = 0
        self.is_open = False


class Sessions:
    """The newest session of each venue, changed by every update and by `close_due`.

    A session is closed once, and only if it had updates. Times are exchange time, `wall` is the wall clock's, and `now`
    is trio's time.
    """

    def __init__(self) -> None:
        self._looked: tuple[int, float] | None = None
        self._sessions = {venue: Session() for venue in Venue}

    def newest(self, venue: Venue) -> Session:
        """Return the newest session of a venue, the same object for ever."""
        return self._sessions[venue]

    def prime(self, entries: Iterable[Entry]) -> None:
        """Go on from a journal: what it closed stays closed, what ended meanwhile is due."""
        for entry in entries:
            if isinstance(entry, Update):
                self.take(entry, entry.at)
            elif isinstance(entry, SessionClosed):
                session = self._sessions[entry.venue]
                if entry.at // DAY * DAY >= session.midnight:
                    session.is_open = False

    def take(self, update: Update, wall: int) -> SessionClosed | None:
        """Note an update; return the session that it closes by being of a later one."""
        venue = update.series.venue
        session = self._sessions[venue]
        session.told_at = wall
        if update.at < session.midnight + DAY and session.midnight >= 0:
            session.latest = max(session.latest, update.at)
            return None
        closed = _close(venue, session) if session.is_open else None
        session.midnight = update.at // DAY * DAY
        session.latest = update.at
        session.is_open = True
        return closed

    def close_due(self, wall: int, now: float) -> list[SessionClosed]:
        """Close and return the sessions that the calendar has ended and that have gone quiet."""
        self._notice_step(wall, now)
        return [
            _close(venue, session)
            for venue, session in self._sessions.items()
            if session.is_open
            and wall >= session_end(venue, date_of(session.midnight))
            and wall - session.told_at >= QUIET_AFTER
        ]

    def _notice_step(self, wall: int, now: float) -> None:
        """Where the wall clock was set ahead, let the last updates have come when it would have said so."""
        if self._looked is not None:
            before, looked_at = self._looked
            expected = before + math.ceil(now - looked_at)
            if wall - expected >= _SET:
                for session in self._sessions.values():
                    if session.told_at <= expected:
                        session.told_at += wall - expected
        self._looked = wall, now


def _close(venue: Venue, session: Session) -> SessionClosed:
    session.is_open = False
    return SessionClosed(venue, max(session.latest, session_end(venue, date_of(session.midnight))))
