"""The rows that a venue publishes, and their text on the wire."""

from typing import NamedTuple

import msgspec

from flowalert.market.venue import Venue
from flowalert.simulator.book import Figures


class Row(NamedTuple):
    """One investor's printed figures at one publication, with the change of both nets since the one before."""

    investor: str
    figures: Figures
    p_msvol: int
    p_msval: int


class _Header(msgspec.Struct, frozen=True):
    tr_cd: str
    tr_key: str


# The order of the fields is that of the vendor's example.
class _Body(msgspec.Struct, frozen=True, gc=False):
    p_msval: str
    tjjtime: str
    p_msvol: str
    mdvalue: str
    msvolume: str
    upcode: str
    tjjcode: str
    msvalue: str
    mdvolume: str
    msvol: str
    msval: str
    # NBM and UBM alone have it. That it holds the key with its prefix is a guess.
    ex_upcode: str | msgspec.UnsetType = msgspec.UNSET


class _Frame(msgspec.Struct, frozen=True, gc=False):
    header: _Header
    body: _Body


class _StatusBody(msgspec.Struct, frozen=True):
    jangubun: str
    jstatus: str


class _Status(msgspec.Struct, frozen=True):
    header: _Header
    body: _StatusBody


_ENCODER = msgspec.json.Encoder()


def tjjtime_at(second: int) -> str:
    """Return `09510000` for a second of the day; nobody knows what the last two digits say."""
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"


def encode_row(venue: Venue, sector: str, second: int, row: Row) -> str:
    """Return the frame of one row, as JSON text; numbers are text, as the vendor sends them."""
    figures = row.figures
    key = venue.prefix + sector
    body = _Body(
        p_msval=str(row.p_msval),
        tjjtime=tjjtime_at(second),
        p_msvol=str(row.p_msvol),
        mdvalue=str(figures.mdvalue),
        msvolume=str(figures.msvolume),
        upcode=sector,
        tjjcode=row.investor,
        msvalue=str(figures.msvalue),
        mdvolume=str(figures.mdvolume),
        msvol=str(figures.msvol),
        msval=str(figures.msval),
        ex_upcode=key if venue.prefix else msgspec.UNSET,
    )
    return _ENCODER.encode(_Frame(_Header(venue.tr_cd, key), body)).decode()


def encode_status(jangubun: str, jstatus: str) -> str:
    """Return the `JIF` frame of a market status, as JSON text."""
    return _ENCODER.encode(_Status(_Header("JIF", "0"), _StatusBody(jangubun, jstatus))).decode()
