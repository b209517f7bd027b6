"""What is wrong in a file: where, what, and what instead."""

import enum
from dataclasses import dataclass, field


class Level(enum.Enum):
    """An error stops the loading; a warning is about what is legal and suspect."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `line` and `column` count from 1, in characters, and `length` is how many of that line it is about. `rule` names
    the rule that has it, where there is one; problems that differ in that alone are the same, as those of a default.
    """

    file: str
    line: int
    column: int
    what: str
    instead: str = ""
    level: Level = Level.ERROR
    length: int = field(default=1, compare=False)
    rule: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"

    @property
    def text(self) -> str:
        """The problem without its place."""
        warning = "warning: " if self.level is Level.WARNING else ""
        return f"{warning}{self.what}; {self.instead}" if self.instead else f"{warning}{self.what}"
