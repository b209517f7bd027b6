"""Reading a frame with patience: what the fast path of `decode` cannot take, and why it is wrong."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from flowalert.feed.figure import read_figure
from flowalert.feed.frame import Control, Echo, Flaw, MarketStatus, Quarantined
from flowalert.feed.protocol import JIF, PINGPONG
from flowalert.market.instant import second_of_day
from flowalert.market.venue import VENUE_BY_TR_CD, Venue

_FIGURES = ("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval")
_INVESTOR = re.compile(r"[0-9]{4}", re.ASCII)


class Row(NamedTuple):
    """A data frame whose form is right; `figures` come in the order of `Update`."""

    venue: Venue
    tr_key: str | None
    upcode: str | None
    sector: str
    tjjcode: str
    tjjtime: str
    second: int
    figures: tuple[int | None, ...]


class _FlawedError(Exception):
    """Ends the reading of one frame; `read` turns it into a value."""

    def __init__(self, flaw: Flaw, detail: str) -> None:
        self.quarantined = Quarantined(flaw, detail)


def read(raw: str | bytes) -> Row | Control | MarketStatus | Echo | Quarantined:
    """Return what a frame says, or what is wrong with it; never raises."""
    try:
        return _read(raw)
    except _FlawedError as flawed:
        return flawed.quarantined


def _read(raw: str | bytes) -> Row | Control | MarketStatus | Echo:
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        frame = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _FlawedError(Flaw.NOT_JSON, f"{len(raw)} characters or bytes that do not parse") from None
    header = frame.get("header") if isinstance(frame, dict) else None
    if not isinstance(header, dict):
        raise _FlawedError(Flaw.SHAPE, "no header")
    if "rsp_cd" in header:
        return _read_control(header)
    tr_cd = header.get("tr_cd")
    if tr_cd == PINGPONG:
        return Echo(text)
    body = frame.get("body")
    if not isinstance(body, dict):
        raise _FlawedError(Flaw.SHAPE, f"no body, tr_cd {show(tr_cd)}")
    if tr_cd == JIF:
        return _read_status(body)
    venue = VENUE_BY_TR_CD.get(tr_cd) if isinstance(tr_cd, str) else None
    if venue is None:
        raise _FlawedError(Flaw.STREAM, f"tr_cd {show(tr_cd)}")
    return _read_row(venue, header.get("tr_key"), body)


def _read_control(header: Mapping[str, Any]) -> Control:
    tr_type, tr_cd = header.get("tr_type"), header.get("tr_cd")
    return Control(
        rsp_cd=show(header["rsp_cd"]),
        rsp_msg=show(header.get("rsp_msg") or "", 200),
        tr_type=None if tr_type is None else show(tr_type),
        tr_cd=None if tr_cd is None else show(tr_cd),
    )


def _read_status(body: Mapping[str, Any]) -> MarketStatus:
    jangubun, jstatus = body.get("jangubun"), body.get("jstatus")
    if not isinstance(jangubun, str | int) or not isinstance(jstatus, str | int):
        raise _FlawedError(Flaw.SHAPE, "a JIF frame without jangubun or jstatus")
    return MarketStatus(show(jangubun), show(jstatus))


def _read_row(venue: Venue, tr_key: object, body: Mapping[str, Any]) -> Row:
    tjjcode, tjjtime = body.get("tjjcode"), body.get("tjjtime")
    if not isinstance(tjjcode, str) or _INVESTOR.fullmatch(tjjcode) is None:
        raise _FlawedError(Flaw.INVESTOR, f"tjjcode {show(tjjcode)}")
    second = second_of_day(tjjtime) if isinstance(tjjtime, str) else None
    if second is None or not isinstance(tjjtime, str):
        raise _FlawedError(Flaw.TIME, f"tjjtime {show(tjjtime)}")
    # The sister streams say the sector in `upcode`, in `ex_upcode` or in both, with the venue's letter or
    # without: documents and clients differ.
    upcode = body.get("upcode") or body.get("ex_upcode")
    told = [each for each in (tr_key, upcode) if each not in (None, "")]
    sectors = {each.strip().removeprefix(venue.prefix) for each in told if isinstance(each, str)}
    if len(sectors) != 1 or not all(isinstance(each, str) for each in told):
        raise _FlawedError(Flaw.SECTOR, f"tr_key {show(tr_key)}, upcode {show(upcode)}")
    return Row(
        venue,
        tr_key if isinstance(tr_key, str) else None,
        body["upcode"] if isinstance(body.get("upcode"), str) and body["upcode"] else None,
        sectors.pop(),
        tjjcode,
        tjjtime,
        second,
        tuple(_read_named(name, body) for name in _FIGURES),
    )


def _read_named(name: str, body: Mapping[str, Any]) -> int | None:
    if name not in body:
        raise _FlawedError(Flaw.SHAPE, f"no {name}")
    try:
        return read_figure(body[name])
    except ValueError as error:
        raise _FlawedError(Flaw.FIGURE, f"{name} {show(body[name])}: {error}") from None


def show(value: object, limit: int = 24) -> str:
    """Return a value of the wire as short printable text."""
    if isinstance(value, str):
        return "".join(each if each.isprintable() else "?" for each in value[:limit])
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**18):
        return str(value)
    return f"({type(value).__name__})"  # what is nested or endless is not spelled out
