"""Where each trading day of each venue lies in the journal, and which part of it a restart folds."""

import datetime as dt
from collections.abc import Mapping

import apsw
from msgspec import Struct

from flowalert.market.instant import DAY, date_of
from flowalert.market.venue import Venue

# A session that nobody closed stays open for the engine until the venue's next one begins; but a venue that
# the rules have not named for weeks must not bring weeks of journal into every start.
_OPEN_DAYS = 7


class Session(Struct, frozen=True):
    """One trading day of one venue: from which entry on, and until which if it was closed."""

    venue: Venue
    date: dt.date
    first_seq: int
    closed_seq: int | None


class Stretch(Struct, frozen=True):
    """A part of the journal: the entries after `after`, up to `until`.

    `venues` has, for a venue whose session was already running at the start, the entry before which its
    entries are to be left out: half a session, folded, would open alerts that never were.
    """

    after: int
    until: int
    venues: Mapping[Venue, int]


def read_sessions(connection: apsw.Connection) -> list[Session]:
    """Return every session of the journal, newest first."""
    rows = connection.execute(
        "SELECT venue, day, first_seq, closed_seq FROM sessions ORDER BY day DESC, first_seq DESC"
    )
    return [Session(Venue(venue), date_of(day * DAY), first, closed) for venue, day, first, closed in rows]


def find_open_stretch(connection: apsw.Connection) -> Stretch:
    """Return the part of the journal that brings an engine to where it was.

    It starts with the earliest of the newest sessions of the venues. A venue counts while its newest
    session is of the newest date, or was never closed and is at most a week older.
    """
    sessions = read_sessions(connection)
    newest: dict[Venue, Session] = {}
    for session in sessions:
        newest.setdefault(session.venue, session)
    if not newest:
        return Stretch(after=0, until=_last_seq(connection), venues={})
    latest = max(session.date for session in newest.values())
    counted = [
        session
        for session in newest.values()
        if session.date == latest or (session.closed_seq is None and (latest - session.date).days <= _OPEN_DAYS)
    ]
    start = min(session.first_seq for session in counted)
    whole = [session for session in reversed(sessions) if session.first_seq >= start]
    begins = {venue: min((each.first_seq for each in whole if each.venue is venue), default=None) for venue in newest}
    until = _last_seq(connection)
    return Stretch(
        after=start - 1,
        until=until,
        venues={venue: until + 1 if first is None else first for venue, first in begins.items() if first != start},
    )


def lengthen(connection: apsw.Connection, stretch: Stretch) -> Stretch:
    """Return the stretch up to the journal's end as it is now."""
    return Stretch(stretch.after, _last_seq(connection), stretch.venues)


def note_session(connection: apsw.Connection, venue: Venue, day: int, seq: int) -> None:
    """Let the session begin with this entry, unless it began before."""
    connection.execute(
        "INSERT INTO sessions (venue, day, first_seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (venue.value, day, seq),
    )


def close_session(connection: apsw.Connection, venue: Venue, day: int, seq: int) -> None:
    """Let the session end with this entry."""
    connection.execute("UPDATE sessions SET closed_seq = ? WHERE venue = ? AND day = ?", (seq, venue.value, day))


def _last_seq(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM journal").get)
