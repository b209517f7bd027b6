"""Entries as lines of a recording: one JSON object each, tagged by its kind."""

import re
from collections.abc import Sequence
from typing import Annotated, NamedTuple, get_args

import msgspec
from msgspec import Meta, Struct

from flowalert.feed.figure import Number
from flowalert.feed.outlet import Received
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
from flowalert.market.moment import to_ms
from flowalert.market.series import Series, parse_series
from flowalert.market.venue import Venue

_MOST_SERIES = 20_000
_SERIES = re.compile(r"(krx|nxt|unified)/[0-9]{3}/[0-9]{4}", re.ASCII)

# Up to the year 9999, the last that Python's dates know: there is room for the days that are counted on from here.
_At = Annotated[int, Meta(ge=0, lt=253_370_764_800)]
Moment = Annotated[int, Meta(ge=0, lt=253_370_764_800_000)]


class Chunk(NamedTuple):
    """Entries in their order, and for each the wall time of its receipt: milliseconds since 1970 in UTC."""

    received_at: Sequence[int]
    entries: Sequence[Entry]


class UnknownKind(Struct, frozen=True):
    """A line of a kind that this version does not know."""

    kind: str


class _Row(Struct, frozen=True, gc=False, tag_field="kind"):
    received_at: Moment
    at: _At


class _Update(_Row, frozen=True, gc=False, tag="update"):
    series: str
    msvol: Number | None
    msval: Number | None
    msvolume: Number | None
    mdvolume: Number | None
    msvalue: Number | None
    mdvalue: Number | None
    p_msvol: Number | None
    p_msval: Number | None
    tjjtime: str = ""


class _SlotClosed(_Row, frozen=True, gc=False, tag="slot closed"):
    venue: Venue


class _SessionClosed(_Row, frozen=True, gc=False, tag="session closed"):
    venue: Venue


class _FeedLost(_Row, frozen=True, tag="feed lost"):
    reason: str
    places: tuple[str, ...] = ()


class _FeedBack(_Row, frozen=True, tag="feed back"):
    places: tuple[str, ...] = ()


class _FeedSilent(_Row, frozen=True, tag="feed silent"):
    reason: str


class _FeedHeard(_Row, frozen=True, tag="feed heard"):
    pass


class _Kind(Struct, frozen=True):
    kind: str


_AnyRow = _Update | _SlotClosed | _SessionClosed | _FeedLost | _FeedBack | _FeedSilent | _FeedHeard
_KNOWN = {each.__struct_config__.tag for each in get_args(_AnyRow)}

_encode = msgspec.json.Encoder().encode_lines
_decoder: msgspec.json.Decoder[_AnyRow] = msgspec.json.Decoder(_AnyRow)
_kind_decoder = msgspec.json.Decoder(_Kind)


class _SeriesByText(dict[str, Series]):
    """Each series under its text; it grows by what recordings hold, as `market.series` itself does, to a bound."""

    def __missing__(self, text: str) -> Series:
        if _SERIES.fullmatch(text) is None:
            raise msgspec.ValidationError(f"{text[:40]!r} is no series; expected one like krx/001/0017")
        if len(self) >= _MOST_SERIES:
            raise msgspec.ValidationError(f"there are more than {_MOST_SERIES:,} series, and no market has so many")
        found = self[text] = parse_series(text)
        return found


_series = _SeriesByText()


def chunk_of(received: Sequence[Received]) -> Chunk:
    """Return what the feed handed on as a chunk."""
    return Chunk([to_ms(each.at) for each in received], [each.entry for each in received])


def encode_chunk(chunk: Chunk) -> bytes:
    """Return a chunk as lines, each with its end."""
    # A list: of any other iterable msgspec 0.22 never lets the iterator go, nor what that holds.
    return _encode(list(map(_to_row, chunk.received_at, chunk.entries)))


def decode_chunk(lines: bytes) -> Chunk:
    """Return the entries of whole lines; raises msgspec.DecodeError or UnicodeError if any is not as it should be."""
    rows = _decoder.decode_lines(lines)
    return Chunk([row.received_at for row in rows], [_to_entry(row) for row in rows])


def decode_line(line: bytes) -> tuple[int, Entry] | UnknownKind:
    """Return one line's time of receipt and entry; raises as `decode_chunk` does."""
    try:
        row = _decoder.decode(line)
    except msgspec.ValidationError:
        kind = _kind_decoder.decode(line).kind
        if kind in _KNOWN:
            raise
        return UnknownKind(kind)
    return row.received_at, _to_entry(row)


def _to_row(received_at: int, entry: Entry) -> _AnyRow:
    match entry:
        case Update():
            return _Update(
                received_at,
                entry.at,
                str(entry.series),
                entry.msvol,
                entry.msval,
                entry.msvolume,
                entry.mdvolume,
                entry.msvalue,
                entry.mdvalue,
                entry.p_msvol,
                entry.p_msval,
                entry.tjjtime,
            )
        case SlotClosed():
            return _SlotClosed(received_at, entry.at, entry.venue)
        case SessionClosed():
            return _SessionClosed(received_at, entry.at, entry.venue)
        case FeedLost():
            return _FeedLost(received_at, entry.at, entry.reason, entry.places)
        case FeedBack():
            return _FeedBack(received_at, entry.at, entry.places)
        case FeedSilent():
            return _FeedSilent(received_at, entry.at, entry.reason)
        case FeedHeard():
            return _FeedHeard(received_at, entry.at)


def _to_entry(row: _AnyRow) -> Entry:
    # Nearly every row is an update.
    if isinstance(row, _Update):
        return Update(
            _series[row.series],
            row.at,
            row.msvol,
            row.msval,
            row.msvolume,
            row.mdvolume,
            row.msvalue,
            row.mdvalue,
            row.p_msvol,
            row.p_msval,
            row.tjjtime,
        )
    match row:
        case _SlotClosed():
            return SlotClosed(row.venue, row.at)
        case _SessionClosed():
            return SessionClosed(row.venue, row.at)
        case _FeedLost():
            return FeedLost(row.at, row.reason, row.places)
        case _FeedBack():
            return FeedBack(row.at, row.places)
        case _FeedSilent():
            return FeedSilent(row.at, row.reason)
        case _FeedHeard():
            return FeedHeard(row.at)
