"""Where in a YAML text a character of a scalar stands."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text; `line` and `column` count from 0, `index` is the offset of it."""

    line: int
    column: int
    index: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar's text, None for null; `style` is `'`, `"`, `|`, `>` or nothing for a plain one."""

    text: str | None
    style: str
    place: Place


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a filled text: from `start` on it is what stands in `origin` from its character `offset` on."""

    start: int
    origin: Scalar
    offset: int


@dataclass(frozen=True, slots=True)
class Filled(Scalar):
    """A scalar whose text was put together from several; `pieces` say in order where each run of it stands."""

    pieces: tuple[Piece, ...]


class Source:
    """A file's name and text, and its lines."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        # Editors on Windows begin a file with it, and count columns without it.
        self.text = text.removeprefix("\ufeff")

    @cached_property
    def _line_starts(self) -> list[int]:
        # Searched for once: files with thousands of mistakes ask for as many places.
        return [0, *(each.end() for each in _LINE_BREAK.finditer(self.text))]

    def place_at(self, index: int) -> Place:
        """Return the place of an offset into the text."""
        line = bisect_right(self._line_starts, index) - 1
        return Place(line, index - self._line_starts[line], index)

    def line(self, number: int) -> str:
        """Return a line, counted from 0, without its end; an empty one beyond the last."""
        starts = self._line_starts
        if number >= len(starts):
            return ""
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return self.text[starts[number] : end].rstrip(_BREAKS)

    def begin_of(self, number: int) -> int:
        """Return the offset at which a line, counted from 0, begins; the text's end for one beyond the last."""
        starts = self._line_starts
        return starts[number] if number < len(starts) else len(self.text)

    def span_inside(self, scalar: Scalar, start: int, end: int) -> tuple[Place, int]:
        """Return where a stretch of a scalar's text stands, and how many characters of that line it takes.

        The length is at least 1; what goes on in other lines, or in another text, ends with its first.
        """
        origin, offset, last = _trace(scalar, start, max(start, end - 1))
        first = self._index_inside(origin, offset)
        place = self.place_at(first)
        behind = self._index_inside(origin, last) + 1 if last > offset else first + 1
        line_end = first - place.column + len(self.line(place.line))
        return place, max(1, min(behind, line_end) - first)

    def _index_inside(self, scalar: Scalar, offset: int) -> int:
        """Return the index of a character of a scalar's text; a blank stands behind what stands before it.

        Folding changes a text's blanks alone, so the character is found by counting the others.
        """
        value = scalar.text or ""
        at_blank = not value[offset : offset + 1].strip()
        wanted = sum(not each.isspace() for each in value[:offset]) + (not at_blank)
        first = _begin_content(self.text, scalar)
        if wanted:
            characters = _list_characters(self.text, first, scalar.style)
            begin, end = next(islice(characters, wanted - 1, None), (first, first))
            return end if at_blank else begin
        return first


# The line breaks of YAML 1.1, which PyYAML counts by.
_BREAKS = "\r\n\x85\u2028\u2029"
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
# An anchor or a tag before a scalar, with the blanks behind it.
_PROPERTY = re.compile(r"[&!]\S*\s+")
# What one character of a quoted scalar may be written as.
_WRITTEN = {
    "'": re.compile("''|[^']"),
    '"': re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|[^xuU])|[^\\\"]", re.DOTALL),
}
_BLANK_ESCAPES = frozenset("\\" + each for each in "\n\t tnvfrN_LP")


def _trace(scalar: Scalar, first: int, last: int) -> tuple[Scalar, int, int]:
    """Return the scalar in which a character was written, with the offsets there of it and of one behind it."""
    if not isinstance(scalar, Filled):
        return scalar, first, last
    number = bisect_right(scalar.pieces, first, key=lambda each: each.start) - 1
    piece = scalar.pieces[max(0, number)]
    behind = scalar.pieces[number + 1].start if number + 1 < len(scalar.pieces) else len(scalar.text or "")
    here = first - piece.start + piece.offset
    return piece.origin, here, here + max(0, min(last, behind - 1) - first)


def _begin_content(text: str, scalar: Scalar) -> int:
    index = scalar.place.index
    while stated := _PROPERTY.match(text, index):
        index = stated.end()
    if scalar.style in ("|", ">"):
        header = _LINE_BREAK.search(text, index)
        return index if header is None else header.end()
    return index + 1 if scalar.style else index


def _list_characters(text: str, first: int, style: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each character from `first` on that is no blank."""
    written = _WRITTEN.get(style)
    if written is None:
        yield from ((index, index + 1) for index in range(first, len(text)) if not text[index].isspace())
        return
    while match := written.match(text, first):
        if not (match[0].isspace() or match[0] in _BLANK_ESCAPES or _is_coded_blank(match[0])):
            yield match.span()
        first = match.end()


def _is_coded_blank(written: str) -> bool:
    return len(written) > 2 and chr(int(written[2:], 16)).isspace()  # noqa: FURB166 - `\x` is no prefix of a number
