"""What is wrong with one rule, noted while it is read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from flowalert.language.mistake import Mistake
from flowalert.market.name import suggest
from flowalert.rules.page import Page, Path
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Level, Problem

T = TypeVar("T")


class Notepad:
    """Takes the problems of one rule; `problems` grows while the rule is read.

    `misshapen` are the keys that were complained of before, `inherited` those that the rule has from its file's
    defaults.
    """

    def __init__(self, page: Page, misshapen: frozenset[str | int], inherited: frozenset[str]) -> None:
        self.page = page
        self.misshapen = misshapen
        self.inherited = inherited
        self.problems: list[Problem] = []

    @property
    def has_errors(self) -> bool:
        return any(each.level is Level.ERROR for each in self.problems)

    def complain(self, key: str | Path, what: str, instead: str = "") -> None:
        """Note an error at a key's value, or at a path below it."""
        self._note(key, what, instead, Level.ERROR)

    def warn(self, key: str | Path, what: str, instead: str = "") -> None:
        """Note what is legal and suspect."""
        self._note(key, what, instead, Level.WARNING)

    def warn_inside(self, key: str | Path, start: int, end: int, what: str, instead: str) -> None:
        """Note what is suspect about a stretch of a text."""
        path = (key,) if isinstance(key, str) else key
        scalar = self.page.find(path)
        if isinstance(scalar, Scalar):
            problem = self.page.problem_inside(scalar, start, end, what, instead)
            self.problems.append(replace(problem, level=Level.WARNING))
        else:
            self.warn(path, what, instead)

    def complain_unknown(self, path: str | Path, noun: str, name: str, known: Iterable[str], instead: str) -> None:
        """Note that a name is none of those that are known; `instead` is for one that resembles none of them."""
        near = suggest(name, known)
        self.complain(path, f"unknown {noun} {name!r}", f"did you mean {near}?" if near else instead)

    def complain_unknown_key(self, path: Path, noun: str, name: str, known: Sequence[str]) -> None:
        """Note that a key is none of those that are known."""
        near = suggest(name, known)
        instead = f"did you mean {near}?" if near else f"write one of {' '.join(known)}" if known else "take it out"
        self.problems.append(self.page.problem_of_key(path, f"unknown {noun} {name!r}", instead))

    def read(self, path: str | Path, text: str, parse: Callable[[str], T]) -> T | None:
        """Return what `parse` makes of a text; its Mistake is noted where it stands, and None returned."""
        try:
            return parse(text)
        except Mistake as mistake:
            scalar = self.page.find((path,) if isinstance(path, str) else path)
            if isinstance(scalar, Scalar):
                self.problems.append(
                    self.page.problem_inside(scalar, mistake.start, mistake.end, mistake.what, mistake.instead)
                )
            else:
                self.complain(path, mistake.what, mistake.instead)
            return None

    def _note(self, path: str | Path, what: str, instead: str, level: Level) -> None:
        steps = (path,) if isinstance(path, str) else path
        self.problems.append(self.page.problem_of(steps, what, instead, level))
