"""Entries as the rows of a table, and such a table as CSV."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from flowalert.feed.row import Chunk
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
from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of

FIGURES = ("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval")
NAMES = ("kind", "venue", "sector", "sector_slug", "investor", "investor_slug")
COLUMNS = ("received_at", "at", *NAMES, *FIGURES, "tjjtime", "reason", "places")

_KINDS: dict[type[Entry], str] = {
    Update: "update",
    SlotClosed: "slot closed",
    FeedLost: "feed lost",
    FeedBack: "feed back",
    FeedSilent: "feed silent",
    FeedHeard: "feed heard",
    SessionClosed: "session closed",
}

_NO_NAMES = (None,) * 4
_NO_FIGURES = (None,) * len(FIGURES)

_SEOUL = 9 * 3600
_EPOCH = dt.date(1970, 1, 1).toordinal()

Row = tuple[Any, ...]


class Table(Protocol):
    """A table that grows."""

    def write(self, chunk: Chunk) -> None:
        """Add a row for each entry. Raises OSError."""


def to_row(received_at: int, entry: Entry) -> Row:
    """Return the row of an entry in the order of COLUMNS.

    `received_at` stays milliseconds since 1970 in UTC, and `at` becomes seconds since 1970 in UTC. What an entry does
    not have is None.
    """
    moments = (received_at, entry.at - _SEOUL)
    if isinstance(entry, Update):
        return (
            *moments,
            *_name_series(entry.series.venue.value, entry.series.sector, entry.series.investor),
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
            None,
        )
    venue = entry.venue.value if isinstance(entry, SlotClosed | SessionClosed) else None
    reason = entry.reason if isinstance(entry, FeedLost | FeedSilent) else None
    places = " ".join(entry.places) if isinstance(entry, FeedLost | FeedBack) else None
    return (*moments, _KINDS[type(entry)], venue, *_NO_NAMES, *_NO_FIGURES, None, reason, places)


@cache
def _name_series(venue: str, sector: str, investor: str) -> tuple[str, ...]:
    return ("update", venue, sector, sector_of(sector).slug, investor, investor_of(investor).slug)


@contextmanager
def open_csv(path: Path) -> Iterator[Table]:
    """Write a CSV file with a header; moments are ISO 8601 in Seoul's time. Raises OSError."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        yield _Csv(writer.writerows)


class _Csv:
    def __init__(self, write_rows: Callable[[Iterator[Row]], None]) -> None:
        self._write_rows = write_rows

    def write(self, chunk: Chunk) -> None:
        rows = map(to_row, chunk.received_at, chunk.entries)
        self._write_rows((_write_ms(row[0]), _write_second(row[1]), *row[2:]) for row in rows)


def _write_ms(ms: int) -> str:
    second, rest = divmod(ms, 1000)
    return f"{_write_second(second)[:-6]}.{rest:03}+09:00"


@cache
def _write_day(day: int) -> str:
    return dt.date.fromordinal(day + _EPOCH).isoformat()


def _write_second(second: int) -> str:
    day, rest = divmod(second + _SEOUL, DAY)
    return f"{_write_day(day)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}+09:00"
