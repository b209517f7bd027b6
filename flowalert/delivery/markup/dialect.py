"""How the lines of a message are written for one kind of reader."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from msgspec import Struct

from flowalert.delivery.markup.column import Column, find_columns
from flowalert.delivery.message import Line, Style

# What stands before a text, and what behind it.
Pair: TypeAlias = tuple[str, str]


class Dialect(Struct, frozen=True, kw_only=True):
    """A markup. `text` makes a line of prose mean its characters, `row` writes the cells of a row under its columns.

    `headline` is around a title that has to share the body, `title` what becomes of one that has a field of its own.
    """

    text: Callable[[str], str]
    row: Callable[[Sequence[str], Sequence[Column]], str]
    line: Pair = ("", "")
    heading: Pair = ("", "")
    note: Pair = ("", "")
    table: Pair = ("", "")
    headline: Pair = ("", "\r\n")
    title: Callable[[str], str] = str


class Marked(Struct, frozen=True):
    """One line as it is sent; rows are still without what is around their table."""

    text: str
    row: bool = False


def mark_title(text: str, dialect: Dialect) -> str:
    """Return a title in a dialect, on one line as every field for one has it."""
    return dialect.title(_flatten(text))


def mark(line: Line, dialect: Dialect, columns: Sequence[Column] = ()) -> Marked:
    """Return a line in a dialect."""
    if line.style is Style.ROW:
        return Marked(dialect.row([_flatten(cell) for cell in line.cells], columns), row=True)
    text = _flatten(line.text)
    before, behind = dialect.line
    # Marks around nothing, or before a blank, are characters to their readers.
    if line.style is not Style.TEXT and text.strip():
        text = text.strip()
        before, behind = dialect.heading if line.style is Style.HEADING else dialect.note
    return Marked(before + dialect.text(text) + behind)


def mark_lines(lines: Iterable[Line], dialect: Dialect) -> list[Marked]:
    """Return each line in a dialect, the rows of a table under the same columns."""
    return [marked for is_row, run in groupby(lines, _is_row) for marked in _mark_run(is_row, list(run), dialect)]


def join(lines: Iterable[Marked], dialect: Dialect) -> str:
    """Return the body: the lines, and around every table what belongs there."""
    return "\n".join(_join(lines, dialect))


def _join(lines: Iterable[Marked], dialect: Dialect) -> Iterator[str]:
    before, behind = dialect.table
    for is_row, run in groupby(lines, lambda line: line.row):
        text = "\n".join([line.text for line in run])
        yield f"{before}{text}{behind}" if is_row else text


def _mark_run(is_row: bool, run: Sequence[Line], dialect: Dialect) -> Iterator[Marked]:  # noqa: FBT001 - groupby's key
    columns = find_columns([[_flatten(cell) for cell in line.cells] for line in run]) if is_row else ()
    for line in run:
        yield mark(line, dialect, columns)


def _is_row(line: Line) -> bool:
    return line.style is Style.ROW


def _flatten(text: str) -> str:
    return text if "\n" not in text and "\r" not in text else " ".join(text.replace("\r", "\n").split("\n"))
