"""Reading a frame with patience: what the fast path of `decode` cannot take, and why it is wrong."""

import re
from collections.abc import Callable, Mapping
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
    """Ends the reading of one frame; `read` turns it into a value, with each `{}` of the detail a value of the wire."""

    def __init__(self, flaw: Flaw, detail: str, *found: object) -> None:
        self.flaw, self.detail, self.found = flaw, detail, found


def read(raw: str | bytes, hide: Callable[[str], str] = str) -> Row | Control | MarketStatus | Echo | Quarantined:
    """Return what a frame says, or what is wrong with it; never raises. `hide` strikes the secrets out of its words."""
    try:
        return _read(raw, hide)
    except _FlawedError as flawed:
        return Quarantined(flawed.flaw, flawed.detail.format(*(show(each, hide=hide) for each in flawed.found)))


def _read(raw: str | bytes, hide: Callable[[str], str]) -> Row | Control | MarketStatus | Echo:
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        frame = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _FlawedError(Flaw.NOT_JSON, f"{len(raw)} characters or bytes that do not parse") from None
    header = frame.get("header") if isinstance(frame, dict) else None
    if not isinstance(header, dict):
        raise _FlawedError(Flaw.SHAPE, "no header")
    if "rsp_cd" in header:
        return _read_control(header, hide)
    tr_cd = header.get("tr_cd")
    if tr_cd == PINGPONG:
        return Echo(text)
    body = frame.get("body")
    if not isinstance(body, dict):
        raise _FlawedError(Flaw.SHAPE, "no body, tr_cd {}", tr_cd)
    if tr_cd == JIF:
        return _read_status(body, hide)
    venue = VENUE_BY_TR_CD.get(tr_cd) if isinstance(tr_cd, str) else None
    if venue is None:
        raise _FlawedError(Flaw.STREAM, "tr_cd {}", tr_cd)
    return _read_row(venue, header.get("tr_key"), body)


def _read_control(header: Mapping[str, Any], hide: Callable[[str], str]) -> Control:
    tr_type, tr_cd = header.get("tr_type"), header.get("tr_cd")
    return Control(
        rsp_cd=show(header["rsp_cd"], hide=hide),
        rsp_msg=show(header.get("rsp_msg") or "", 200, hide=hide),
        tr_type=None if tr_type is None else show(tr_type, hide=hide),
        tr_cd=None if tr_cd is None else show(tr_cd, hide=hide),
    )


def _read_status(body: Mapping[str, Any], hide: Callable[[str], str]) -> MarketStatus:
    jangubun, jstatus = body.get("jangubun"), body.get("jstatus")
    if not isinstance(jangubun, str | int) or not isinstance(jstatus, str | int):
        raise _FlawedError(Flaw.SHAPE, "a JIF frame without jangubun or jstatus")
    return MarketStatus(show(jangubun, hide=hide), show(jstatus, hide=hide))


def _read_row(venue: Venue, tr_key: object, body: Mapping[str, Any]) -> Row:
    tjjcode, tjjtime = body.get("tjjcode"), body.get("tjjtime")
    if not isinstance(tjjcode, str) or _INVESTOR.fullmatch(tjjcode) is None:
        raise _FlawedError(Flaw.INVESTOR, "tjjcode {}", tjjcode)
    second = second_of_day(tjjtime) if isinstance(tjjtime, str) else None
    if second is None or not isinstance(tjjtime, str):
        raise _FlawedError(Flaw.TIME, "tjjtime {}", tjjtime)
    # The sister streams say the sector in `upcode`, in `ex_upcode` or in both, with the venue's letter or
    # without: documents and clients differ.
    upcode = body.get("upcode") or body.get("ex_upcode")
    told = [each for each in (tr_key, upcode) if each not in (None, "")]
    sectors = {each.strip().removeprefix(venue.prefix) for each in told if isinstance(each, str)}
    if len(sectors) != 1 or not all(isinstance(each, str) for each in told):
        raise _FlawedError(Flaw.SECTOR, "tr_key {}, upcode {}", tr_key, upcode)
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
        raise _FlawedError(Flaw.FIGURE, f"{name} {{}}: {error}", body[name]) from None


def show(value: object, limit: int = 24, *, hide: Callable[[str], str] = str) -> str:
    """Return a value of the wire as short printable text, which `hide` strikes the secrets out of before it is cut."""
    if isinstance(value, str):
        return "".join(each if each.isprintable() else "?" for each in hide(value)[:limit])
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**18):
        return hide(str(value))
    return f"({type(value).__name__})"  # what is nested or endless is not spelled out
