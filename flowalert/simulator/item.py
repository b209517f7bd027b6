"""A part of a YAML document, asked for what it must be."""

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn, TypeVar

from flowalert.language.mistake import Mistake
from flowalert.market.name import suggest
from flowalert.rules.document import Document, Listing, Table, Tree
from flowalert.rules.place import Place, Scalar
from flowalert.rules.problem import Problem

T = TypeVar("T")


class ItemError(Exception):
    """Ends the reading of one item; caught where the next one can be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Item:
    """One part of a document; what is asked for and is not there raises ItemError, with its place."""

    def __init__(self, document: Document, tree: Tree) -> None:
        self._document = document
        self._tree = tree

    def fail(self, what: str, instead: str = "") -> NoReturn:
        """Raise the problem of this place."""
        self._fail_at(self._tree.place, what, instead)

    def parse(self, parse: Callable[[str], T], instead: str = "") -> T:
        """Return what `parse` makes of a scalar's text; `10:15` and `001` are the text that they look like.

        A ValueError is told as it is, at the scalar; a Mistake at its own place within, with `instead` for its advice.
        """
        if not isinstance(self._tree, Scalar) or self._tree.text is None:
            self.fail(f"found {_name(self._tree)}", "write one value")
        try:
            return parse(self._tree.text)
        except ValueError as error:
            self.fail(str(error))
        except Mistake as mistake:
            place = self._document.place_inside(self._tree, mistake.start)
            self._fail_at(place, mistake.what, instead or mistake.instead)

    def items(self) -> "list[Item]":
        """Return the items of a list."""
        if not isinstance(self._tree, Listing):
            self.fail(f"found {_name(self._tree)}", "write a list, each item after a dash")
        return [Item(self._document, each) for each in self._tree.items]

    def fields(self, known: Iterable[str]) -> "Mapping[str, Item]":
        """Return the values of a table by key; no other keys than the known ones."""
        known = tuple(known)
        if not isinstance(self._tree, Table):
            self.fail(f"found {_name(self._tree)}", f"write `key: value` with {', '.join(known)}")
        for key, scalar in self._tree.keys.items():
            if key not in known:
                near = suggest(key, known)
                hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
                self._fail_at(scalar.place, f"unknown key {key!r}", hint)
        return {key: Item(self._document, value) for key, value in self._tree.values.items()}

    def _fail_at(self, place: Place, what: str, instead: str = "") -> NoReturn:
        raise ItemError(self._document.problem_at(place, what, instead)) from None


def _name(tree: Tree) -> str:
    match tree:
        case Scalar(None):
            return "nothing"
        case Scalar(text):
            return f"the value {text!r}"
        case Listing():
            return "a list"
        case Table():
            return "a mapping"
