"""What is wrong in a file: where, what, and what instead."""

import enum
from dataclasses import dataclass


class Level(enum.Enum):
    """An error stops the loading; a warning is about what is legal and suspect."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` and `column` count from 1, in characters."""

    file: str
    line: int
    column: int
    what: str
    instead: str = ""
    level: Level = Level.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"

    @property
    def text(self) -> str:
        """The problem without its place."""
        warning = "warning: " if self.level is Level.WARNING else ""
        return f"{warning}{self.what}; {self.instead}" if self.instead else f"{warning}{self.what}"
