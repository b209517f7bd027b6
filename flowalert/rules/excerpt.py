"""A problem as compilers show it: the line of the file that it is in, and a mark under the place."""

import unicodedata

# Of a longer line, what is around the place is shown.
WIDEST = 110
_BEFORE = 60


def make_excerpt(line: str, column: int, length: int) -> tuple[str, str]:
    """Return a line of a file and the line of carets that goes under it in a terminal.

    `column` counts from 1, in characters, of which Korean ones take two places of a terminal. A line that is too long
    is cut, which `…` says.
    """
    first = column - 1
    start = max(0, first - _BEFORE) if len(line) > WIDEST else 0
    shown = line[start : start + WIDEST]
    marked = shown[first - start : first - start + length]
    before = ("…" if start else "") + shown[: first - start]
    after = "…" if start + WIDEST < len(line) else ""
    text = ("…" if start else "") + shown + after
    # A tab reaches as far below as it does above.
    padding = "".join("\t" if each == "\t" else " " * _width(each) for each in before)
    return _printable(text), padding + "^" * max(1, sum(_width(each) for each in marked))


def _width(character: str) -> int:
    """Return how many places of a terminal a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() or each == "\t" else "�" for each in text)
