"""The journal's rows: entries in, entries out."""

import enum
import functools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.instant import DAY
from flowalert.market.moment import to_ms
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.store.session import Stretch, close_session, note_session


class EntryKind(enum.IntEnum):
    """What a row of the journal holds."""

    UPDATE = 0
    SLOT_CLOSED = 1
    FEED_LOST = 2
    FEED_BACK = 3
    SESSION_CLOSED = 4
    FEED_SILENT = 5
    FEED_HEARD = 6


_KINDS: dict[type[SlotClosed | FeedLost | FeedBack | FeedSilent | FeedHeard | SessionClosed], EntryKind] = {
    SlotClosed: EntryKind.SLOT_CLOSED,
    FeedLost: EntryKind.FEED_LOST,
    FeedBack: EntryKind.FEED_BACK,
    SessionClosed: EntryKind.SESSION_CLOSED,
    FeedSilent: EntryKind.FEED_SILENT,
    FeedHeard: EntryKind.FEED_HEARD,
}
_DECODERS = {kind: msgspec.json.Decoder(cls) for cls, kind in _KINDS.items()}
_encode = msgspec.json.Encoder().encode

_INSERT = """
    INSERT INTO journal (received_at, kind, at, series, msvol, msval, msvolume, mdvolume, msvalue, mdvalue,
                         p_msvol, p_msval, tjjtime, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# What an update leaves empty is not asked for: a restart reads a million rows, and an empty column costs as a full one.
_SELECT = """
    SELECT seq, series, at, msvol, msval, msvolume, mdvolume, msvalue, mdvalue, p_msvol, p_msval, tjjtime
    FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""
_SELECT_OTHERS = "SELECT seq, kind, detail FROM journal WHERE seq IN (SELECT value FROM json_each(?))"
_UPDATE = EntryKind.UPDATE.value
_Row = tuple[int | str | None, ...]


class Journal:
    """Writes entries and reads them back.

    What changes are the numbers of the series and the sessions already noted, remembered from the file so
    that an update costs one insert. The connection's thread alone changes them.
    """

    def __init__(self) -> None:
        self._numbers: dict[Series, int] = {}
        self._noted: set[tuple[Venue, int]] = set()

    def append(self, connection: apsw.Connection, received: Iterable[tuple[datetime, Entry]]) -> None:
        """Write entries, each with the moment of its receipt, in their order."""
        connection.executemany(_INSERT, self._rows(connection, received))

    def forget(self) -> None:
        """Remember nothing: a transaction failed, and what was noted in it is not in the file."""
        self._numbers.clear()
        self._noted.clear()

    def _rows(self, connection: apsw.Connection, received: Iterable[tuple[datetime, Entry]]) -> Iterator[_Row]:
        """Yield a row for each entry; it is written before the next one is asked for."""
        for moment, entry in received:
            yield self._row(connection, to_ms(moment), entry)
            self._note(connection, entry)

    def _row(self, connection: apsw.Connection, received_at: int, entry: Entry) -> _Row:
        if isinstance(entry, Update):
            return (
                received_at,
                _UPDATE,
                entry.at,
                self._number(connection, entry.series),
                entry.msvol,
                entry.msval,
                entry.msvolume,
                entry.mdvolume,
                entry.msvalue,
                entry.mdvalue,
                entry.p_msvol,
                entry.p_msval,
                entry.tjjtime,
                None,
            )
        kind = _KINDS[type(entry)]
        return (received_at, kind.value, entry.at, *[None] * 10, _encode(entry).decode())

    def _number(self, connection: apsw.Connection, of: Series) -> int:
        number = self._numbers.get(of)
        if number is None:
            names = (of.venue.value, of.sector, of.investor)
            connection.execute(
                "INSERT INTO series (venue, sector, investor) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", names
            )
            number = connection.execute(
                "SELECT id FROM series WHERE venue = ? AND sector = ? AND investor = ?", names
            ).get
            self._numbers[of] = number
        return number

    def _note(self, connection: apsw.Connection, entry: Entry) -> None:
        if isinstance(entry, Update):
            venue = entry.series.venue
        elif isinstance(entry, FeedLost | FeedBack | FeedSilent | FeedHeard):
            return
        else:
            venue = entry.venue
        day = entry.at // DAY
        if (venue, day) not in self._noted:
            note_session(connection, venue, day, connection.last_insert_rowid())
            self._noted.add((venue, day))
        if isinstance(entry, SessionClosed):
            close_session(connection, venue, day, connection.last_insert_rowid())


def read_chunk(connection: apsw.Connection, stretch: Stretch, length: int) -> tuple[Sequence[Entry], Stretch]:
    """Return the entries of the next `length` rows of a stretch, and what is left of it."""
    by_number = _read_series(connection)
    rows: list[tuple[Any, ...]] = connection.execute(_SELECT, (stretch.after, stretch.until, length)).fetchall()
    others = _read_others(connection, [row[0] for row in rows if row[1] is None])
    entries: list[Entry] = [
        others[seq] if number is None else Update(by_number[number], at, v1, v2, v3, v4, v5, v6, v7, v8, tjjtime)
        for seq, number, at, v1, v2, v3, v4, v5, v6, v7, v8, tjjtime in rows
    ]
    if stretch.venues:
        pairs = zip(rows, entries, strict=True)
        entries = [entry for row, entry in pairs if not _is_of_earlier_session(entry, row[0], stretch)]
    reached = rows[-1][0] if len(rows) == length else stretch.until
    return entries, Stretch(reached, stretch.until, stretch.venues)


def read_updates(
    connection: apsw.Connection, of: Series, number: int, *, after: int, until: int, begin: int, end: int, limit: int
) -> Sequence[Update]:
    """Return the updates of one series, by its number, in a part of the journal and of these exchange times."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT at, msvol, msval, msvolume, mdvolume, msvalue, mdvalue, p_msvol, p_msval, tjjtime FROM journal"
        " WHERE seq > ? AND seq <= ? AND series = ? AND at BETWEEN ? AND ? ORDER BY seq LIMIT ?",
        (after, until, number, begin, end, limit),
    ).fetchall()
    return [Update(of, *row) for row in rows]


def _read_others(connection: apsw.Connection, seqs: Sequence[int]) -> dict[int, Entry]:
    """Return the entries of these rows, which are no updates."""
    rows: list[tuple[Any, ...]] = connection.execute(_SELECT_OTHERS, (_encode(seqs).decode(),)).fetchall()
    return {seq: _DECODERS[EntryKind(kind)].decode(detail) for seq, kind, detail in rows}


def _is_of_earlier_session(entry: Entry, seq: int, stretch: Stretch) -> bool:
    if isinstance(entry, FeedLost | FeedBack | FeedSilent | FeedHeard):
        return False
    venue = entry.series.venue if isinstance(entry, Update) else entry.venue
    return seq < stretch.venues.get(venue, 0)


def _read_series(connection: apsw.Connection) -> dict[int, Series]:
    rows: list[tuple[Any, ...]] = connection.execute("SELECT id, venue, sector, investor FROM series").fetchall()
    return {number: _series_of(venue, sector, investor) for number, venue, sector, investor in rows}


# A restart asks for all of them with each chunk.
@functools.lru_cache(10_000)
def _series_of(venue: str, sector: str, investor: str) -> Series:
    return series(Venue(venue), sector, investor)
