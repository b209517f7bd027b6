"""A file's tree, or a part of it, and where each thing in it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flowalert.rules.place import Filled, Place, Scalar, Source
from flowalert.rules.problem import Level, Problem


@dataclass(slots=True)
class Listing:
    """A YAML sequence."""

    place: Place
    items: list["Tree"] = field(default_factory=list)
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class Table:
    """A YAML mapping; keys keep their own places."""

    place: Place
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, "Tree"] = field(default_factory=dict)
    size: int = 1
    depth: int = 1


Tree: TypeAlias = Scalar | Listing | Table
Path: TypeAlias = Sequence[str | int]


class Page:
    """A tree and the text that it was read from. Paths lead from the root of the tree, by keys and numbers."""

    def __init__(self, source: Source, tree: Tree | None) -> None:
        self.source = source
        self.tree = tree

    @property
    def file(self) -> str:
        return self.source.file

    @property
    def text(self) -> str:
        return self.source.text

    def find(self, path: Path) -> Tree | None:
        """Return the part at a path; None where there is none."""
        tree: Tree | None = self.tree
        for step in path:
            if isinstance(tree, Table) and isinstance(step, str):
                tree = tree.values.get(step)
            elif isinstance(tree, Listing) and isinstance(step, int) and step < len(tree.items):
                tree = tree.items[step]
            else:
                return None
        return tree

    def place_of(self, path: Path) -> Place:
        """Return the place of the part at a path, or of the nearest part above it that there is."""
        return self._find_nearest(path)[0]

    def place_of_key(self, path: Path) -> Place:
        """Return the place of the key that ends a path."""
        key = self._find_key(path)
        return self.place_of(path) if key is None else key.place

    def place_inside(self, scalar: Scalar, offset: int) -> Place:
        """Return the place of a character of a scalar's text."""
        return self.source.span_inside(scalar, offset, offset + 1)[0]

    def problem_at(
        self, place: Place, what: str, instead: str = "", level: Level = Level.ERROR, length: int = 1
    ) -> Problem:
        """Return a problem at a place of the text."""
        return Problem(self.file, place.line + 1, place.column + 1, what, instead, level, length)

    def problem_of(self, path: Path, what: str, instead: str = "", level: Level = Level.ERROR) -> Problem:
        """Return a problem of the part at a path, or of the nearest part above it that there is."""
        place, tree = self._find_nearest(path)
        return self.problem_at(place, what, instead, level, self._measure(tree))

    def problem_of_key(self, path: Path, what: str, instead: str = "", level: Level = Level.ERROR) -> Problem:
        """Return a problem of the key that ends a path."""
        key = self._find_key(path)
        if key is None:
            return self.problem_of(path, what, instead, level)
        return self.problem_at(key.place, what, instead, level, self._measure(key))

    def problem_inside(self, scalar: Scalar, start: int, end: int, what: str, instead: str = "") -> Problem:
        """Return a problem of a stretch of a scalar's text."""
        place, length = self.source.span_inside(scalar, start, end)
        return self.problem_at(place, what, instead, length=length)

    def _find_nearest(self, path: Path) -> tuple[Place, Tree | None]:
        for length in range(len(path), -1, -1):
            tree = self.find(path[:length])
            if tree is not None:
                return tree.place, tree
        return Place(0, 0, 0), None

    def _find_key(self, path: Path) -> Scalar | None:
        above = self.find(path[:-1])
        return above.keys.get(str(path[-1])) if isinstance(above, Table) else None

    def _measure(self, tree: Tree | None) -> int:
        """Return how many characters of its first line a scalar takes; of a list or a table its first is shown."""
        if not isinstance(tree, Scalar) or isinstance(tree, Filled) or not tree.text or tree.style in ("|", ">"):
            return 1
        first, length = self.source.span_inside(tree, 0, len(tree.text))
        # The quotes are part of it.
        return length + 2 * (first.index > tree.place.index) if first.line == tree.place.line else 1


def to_plain(tree: Tree | None) -> Any:
    """Return the tree as dicts, lists, texts and None."""
    match tree:
        case Table():
            return {key: to_plain(value) for key, value in tree.values.items()}
        case Listing():
            return [to_plain(each) for each in tree.items]
        case Scalar():
            return tree.text
        case None:
            return None
