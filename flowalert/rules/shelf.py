"""What many rules have in common, read once."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from flowalert.language.condition import Condition
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Node
from flowalert.market.sector import Counted
from flowalert.rules.pattern import Patterns

T = TypeVar("T")


class Shelf:
    """Keeps what a text was read as; it grows with each text that was not there before."""

    def __init__(self) -> None:
        self._patterns = Patterns({})
        self._read: dict[Hashable, Any] = {}

    def read_condition(self, text: str, counted: Counted | None) -> Condition:
        """Return the condition of a text; raises Mistake. All conditions share one object for each feature."""
        return self.once(("condition", text, counted), lambda: self._patterns.read(text, counted))

    def read_tree(self, text: str, counted: Counted | None) -> Node:
        """Return the checked tree of a text that was read before."""
        return self._patterns.read_tree(text, counted)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what `read` returns, or raise the Mistake that it raises, asking it once for each key."""
        if key not in self._read:
            try:
                self._read[key] = read()
            except Mistake as mistake:
                self._read[key] = mistake
        found = self._read[key]
        if isinstance(found, Mistake):
            raise found.with_traceback(None)
        known: T = found
        return known
