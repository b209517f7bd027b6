"""What is sent: a title and lines, before any markup."""

import enum
from pathlib import Path

from msgspec import Struct

from flowalert.engine.transition import Kind, Severity
from flowalert.language.tongue import Tongue


class Style(enum.Enum):
    """What a line is, so that each service can show it in its own way."""

    TEXT = "text"
    HEADING = "heading"
    ROW = "row"
    NOTE = "note"


class Line(Struct, frozen=True):
    """A line of a message; a row of a table has cells, every other a text."""

    text: str = ""
    style: Style = Style.TEXT
    cells: tuple[str, ...] = ()


class Message(Struct, frozen=True, kw_only=True):
    """What is sent."""

    title: str
    lines: tuple[Line, ...]
    kind: Kind
    severity: Severity
    tongue: Tongue = Tongue.KOREAN
    unlisted: int = 0
    attachment: Path | None = None
