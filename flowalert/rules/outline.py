"""Which lines of a rule file each of its rules takes."""

from collections.abc import Sequence
from typing import NamedTuple

from flowalert.rules.document import Document
from flowalert.rules.page import Listing, Table
from flowalert.rules.place import Source


class Extent(NamedTuple):
    """A rule's lines, the first and the last, counted from 1."""

    first: int
    last: int

    def __contains__(self, line: object) -> bool:
        return isinstance(line, int) and self.first <= line <= self.last


def outline(document: Document) -> list[Extent]:
    """Return the lines of each rule of a file, in order; none for a file that cannot be read.

    Blank lines and comments behind a rule are none of its own: they stand before the next one.
    """
    rules = document.find(("rules",))
    if not isinstance(rules, Listing) or not isinstance(document.tree, Table):
        return []
    begins = [each.place.line for each in rules.items]
    # What stands behind the rules, as `defaults:` may.
    others = [key.place.line for key in document.tree.keys.values() if begins and key.place.line > begins[-1]]
    ends = [*begins[1:], min(others, default=document.source.place_at(len(document.text)).line + 1)]
    return [_trim(document, begin, end) for begin, end in zip(begins, ends, strict=False)]


def find_text(source: Source, extents: Sequence[Extent], line: int) -> str:
    """Return the text of the rule in whose lines a line is, as it is written; empty where there is none."""
    found = next((each for each in extents if line in each), None)
    return "" if found is None else "\n".join(map(source.line, range(found.first - 1, found.last)))


def _trim(document: Document, begin: int, end: int) -> Extent:
    # Rules can stand side by side in one line.
    last = max(begin, end - 1)
    while last > begin and document.source.line(last).strip()[:1] in {"", "#"}:
        last -= 1
    return Extent(begin + 1, last + 1)
