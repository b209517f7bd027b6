"""How figures and moments stand on a page."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct, structs

from flowalert.market.instant import KST, clock, to_wall
from flowalert.web.amount import write_figure
from flowalert.web.gate import say_gate
from flowalert.web.sparkline import draw_chart


def show_clock(at: int | dt.datetime) -> str:
    """Return `09:51:00` of an exchange time or of a moment, in Seoul."""
    return clock(at) if isinstance(at, int) else f"{at.astimezone(KST):%H:%M:%S}"


def show_moment(at: int | dt.datetime) -> str:
    """Return `2026-11-25 09:51:00`, in Seoul."""
    moment = to_wall(at) if isinstance(at, int) else at.astimezone(KST)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def show_iso(at: int | dt.datetime) -> str:
    """Return a moment as a machine reads it."""
    return (to_wall(at) if isinstance(at, int) else at.astimezone(KST)).isoformat()


def show_signed(value: float | None) -> str:
    """Return `+1,234`, `−56`, `0`; `–` for what is not known."""
    if value is None:
        return "–"
    text = f"{abs(value):,}" if isinstance(value, int) else f"{abs(value):,.2f}".rstrip("0").rstrip(".")
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def show_span(seconds: float) -> str:
    """Return `1h 2m`, `2m 30s`, `12s`: the two largest units that there are of a length of time."""
    whole = int(seconds)
    parts = ((whole // 86_400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s"))
    return " ".join([f"{number}{unit}" for number, unit in parts if number][:2]) or "0s"


def write_query(question: Struct, **changes: object) -> str:
    """Return `?state=open&before=7`, the parameters of a question with some of them changed; None leaves one out."""
    fields = {field.encode_name: getattr(question, field.name) for field in structs.fields(question)} | changes
    kept = {name: value for name, value in fields.items() if value not in (None, "", ())}
    return f"?{urlencode(kept, doseq=True)}"


def write_json(value: object) -> str:
    """Return a value as a script reads it from an attribute."""
    return msgspec.json.encode(value).decode()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "clock": show_clock,
    "moment": show_moment,
    "iso": show_iso,
    "signed": show_signed,
    "span": show_span,
    "query": write_query,
    "asjson": write_json,
    "figure": write_figure,
    "gate": say_gate,
    "chart": draw_chart,
}
