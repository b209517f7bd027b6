"""Where in a YAML text a character of a scalar stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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


# An anchor or a tag before a scalar, with the blanks behind it.
_PROPERTY = re.compile(r"[&!]\S*\s+")
# What one character of a quoted scalar may be written as.
_WRITTEN = {
    "'": re.compile("''|[^']"),
    '"': re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|[^xuU])|[^\\\"]", re.DOTALL),
}
_BLANK_ESCAPES = frozenset("\\" + each for each in "\n\t tnvfrN_LP")


def place_at(text: str, index: int) -> Place:
    """Return the place of an offset into the text."""
    return Place(text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1, index)


def place_inside(text: str, scalar: Scalar, offset: int) -> Place:
    """Return the place of a character of a scalar's text; a blank is placed behind what stands before it.

    Folding changes a text's blanks alone, so the character is found by counting the others.
    """
    value = scalar.text or ""
    at_blank = not value[offset : offset + 1].strip()
    wanted = sum(not each.isspace() for each in value[:offset]) + (not at_blank)
    first = _begin_content(text, scalar)
    if wanted:
        begin, end = next(islice(_list_characters(text, first, scalar.style), wanted - 1, None), (first, first))
        return place_at(text, end if at_blank else begin)
    return place_at(text, first)


def _begin_content(text: str, scalar: Scalar) -> int:
    index = scalar.place.index
    while stated := _PROPERTY.match(text, index):
        index = stated.end()
    if scalar.style in ("|", ">"):
        return text.find("\n", index) + 1
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
