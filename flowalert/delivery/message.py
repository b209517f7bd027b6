"""What a target is told: text with its structure, before any service's markup."""

import enum
from pathlib import Path

from msgspec import Struct

from flowalert.engine.transition import Kind, Severity
from flowalert.language.tongue import Tongue


class Style(enum.Enum):
    """What a line is to its reader."""

    TEXT = enum.auto()  # prose
    HEADING = enum.auto()  # what the lines below it are about
    ROW = enum.auto()  # of a table: rows one after the other are one
    NOTE = enum.auto()  # small print, such as how old the news is


class Line(Struct, frozen=True):
    """One line. A row has cells, the others text, and nothing in either is markup."""

    text: str = ""
    style: Style = Style.TEXT
    cells: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        return not (self.text.strip() or any(cell.strip() for cell in self.cells))


class Message(Struct, frozen=True, kw_only=True):
    """What is sent.

    `unlisted` are the rows that there are beyond those in `lines`: they are counted with those that found no room.
    `attachment` is a picture for targets that take one; the others get the text alone.
    """

    title: str
    lines: tuple[Line, ...]
    kind: Kind
    severity: Severity
    tongue: Tongue = Tongue.KOREAN
    unlisted: int = 0
    attachment: Path | None = None
