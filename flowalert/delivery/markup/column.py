"""The columns of a table in letters of one width, of which Korean and emoji take two."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from msgspec import Struct
from rich.cells import cell_len

_BETWEEN = "  "
# One long cell does not push all the others aside: it stands out of its column.
_WIDEST = 24
# A figure with its unit, behind a mark of direction or without: `🔵 -1,234억`, `3.2%`, a dash for what is not known.
_FIGURE = re.compile(r"(?:[^\w\s]+\s)?[+\-−]?\d[\d.,:]*\s?\D{0,8}|[–—-]")


class Column(Struct, frozen=True):
    """How wide a column is, in letters, and whether its cells stand to the right."""

    width: int
    right: bool


def find_columns(rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Return the columns that hold the rows; one of figures for the most part stands to the right."""
    columns = []
    for cells in zip_longest(*rows, fillvalue=""):
        figures = sum(1 for cell in cells if _FIGURE.fullmatch(cell))
        filled = sum(1 for cell in cells if cell)
        width = max((size for size in map(cell_len, cells) if size <= _WIDEST), default=_WIDEST)
        columns.append(Column(width, figures * 2 > filled))
    return tuple(columns)


def align(cells: Sequence[str], columns: Sequence[Column]) -> str:
    """Return the cells of a row under those of its table; of one without columns, as they are."""
    padded = [_pad(cell, column) for cell, column in zip(cells, columns, strict=False)]
    return _BETWEEN.join([*padded, *cells[len(padded) :]]).rstrip()


def string_together(cells: Sequence[str]) -> str:
    """Return the cells of a row in a line for letters of any width."""
    return _BETWEEN.join(cells).rstrip()


def _pad(cell: str, column: Column) -> str:
    room = " " * (column.width - cell_len(cell))
    return room + cell if column.right else cell + room
