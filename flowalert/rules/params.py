"""The table of parameters by which one rule is written and many are made."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from flowalert.market.name import suggest
from flowalert.rules.page import Listing, Page, Path, Table, Tree
from flowalert.rules.place import Place, Scalar
from flowalert.rules.problem import Problem

# More rules than that nobody means.
MOST = 1_000_000

_COLUMN = re.compile(r"[^\W\d]\w*")
_FORMS = "write rows like {sector: kospi, amount: -300억}, or columns: and rows:, or lists to combine"


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one of the rules, in the order of the columns; `label` says which row it is."""

    label: str
    place: Place
    cells: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Params:
    """All rows; `columns` has the names with where each was written first."""

    columns: dict[str, Scalar]
    rows: Sequence[Row]


class ParamsRefused(Exception):  # noqa: N818 - what is refused is the text
    """Raised for params that make no rules; `problems` has each mistake with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(each) for each in problems))
        self.problems = tuple(problems)


def read_params(page: Page) -> Params:
    """Read what stands under the `params` of a rule's page; raises ParamsRefused with every mistake in it.

    Three forms: a list of tables, one for each rule; `columns` with `rows` of as many values; lists by name, of
    which every combination makes a rule.
    """
    reader = _Reader(page)
    params = reader.read()
    if reader.problems:
        raise ParamsRefused(reader.problems)
    return params


class _Reader:
    """Reads one table of parameters; `problems` grows while it does."""

    def __init__(self, page: Page) -> None:
        self.problems: list[Problem] = []
        self._page = page

    def read(self) -> Params:
        tree = self._page.find(("params",))
        match tree:
            case Listing(items=[_, *_]):
                return self._read_tables(tree)
            case Table() if tree.values and tree.values.keys() <= {"columns", "rows"}:
                return self._read_rows(tree)
            case Table() if tree.values:
                return self._read_lists(tree)
            case _:
                self._complain(("params",), "these params make no rule", _FORMS)
                return Params({}, ())

    def _read_tables(self, listing: Listing) -> Params:
        columns: dict[str, Scalar] = {}
        rows: list[Row] = []
        for number, item in enumerate(listing.items):
            if not isinstance(item, Table) or not item.values:
                self._complain(("params", number), "a row is keys and values", "write {sector: kospi, amount: -300억}")
                continue
            if not columns:
                columns = item.keys
                self._check_columns(columns)
            self._compare(columns, item, number)
            cells = (self._take(item.values.get(name), ("params", number, name)) for name in columns)
            rows.append(_make_row(number, item, cells))
        return Params(columns, rows)

    def _compare(self, columns: dict[str, Scalar], row: Table, number: int) -> None:
        if row.keys.keys() == columns.keys():
            return
        for name in columns:
            if name not in row.keys:
                what = f"row {number + 1} has no {name!r}"
                self._complain(("params", number), what, f"add {name}:, as the first row has")
        for name, key in row.keys.items():
            if name not in columns:
                near = suggest(name, columns)
                self.problems.append(
                    self._page.problem_of_key(
                        ("params", number, key.text or ""),
                        f"row {number + 1} has {name!r}, which the first row lacks",
                        f"did you mean {near}?" if near else "take it out, or add it to every row",
                    )
                )

    def _read_rows(self, table: Table) -> Params:
        names, listing = table.values.get("columns"), table.values.get("rows")
        if not (isinstance(names, Listing) and names.items and isinstance(listing, Listing) and listing.items):
            self._complain(("params",), "columns and rows belong together", "write columns: [a, b] and rows: [[1, 2]]")
            return Params({}, ())
        columns: dict[str, Scalar] = {}
        for number, each in enumerate(names.items):
            name = self._take(each, ("params", "columns", number))
            if name.text in columns:
                self._complain(("params", "columns", number), f"the column {name.text!r} stands here twice", "")
            columns[name.text or ""] = name
        self._check_columns(columns)
        rows: list[Row] = []
        for number, item in enumerate(listing.items):
            path = ("params", "rows", number)
            if not isinstance(item, Listing):
                self._complain(path, "a row is a list of values", f"write [{', '.join(columns)}] with their values")
            elif len(item.items) != len(columns):
                what = f"row {number + 1} has {len(item.items)} values for {len(columns)} columns"
                self._complain(path, what, f"write one for each of {' '.join(columns)}")
            else:
                cells = (self._take(cell, (*path, at)) for at, cell in enumerate(item.items))
                rows.append(_make_row(number, item, cells))
        return Params(columns, rows)

    def _read_lists(self, table: Table) -> Params:
        self._check_columns(table.keys)
        lists: list[list[Scalar]] = []
        for name, given in table.values.items():
            path = ("params", name)
            if not isinstance(given, Listing):
                lists.append([self._take(given, path)])
            elif not given.items:
                self._complain(path, "the list is empty, so no rule is made", "write its values, or take it out")
            else:
                lists.append([self._take(each, (*path, number)) for number, each in enumerate(given.items)])
        count = prod(len(each) for each in lists)
        if count > MOST:
            self._complain(("params",), f"these lists make {count:,} rules", f"make at most {MOST:,}")
        if self.problems:
            return Params(table.keys, ())
        rows = [Row(_label(table.keys, cells), table.place, cells) for cells in product(*lists)]
        return Params(table.keys, rows)

    def _check_columns(self, columns: dict[str, Scalar]) -> None:
        for name, key in columns.items():
            if not _COLUMN.fullmatch(name):
                self.problems.append(
                    self._page.problem_at(key.place, f"{name!r} is no name for a column", "write a word, like sector")
                )

    def _take(self, cell: Tree | None, path: Path) -> Scalar:
        if isinstance(cell, Scalar) and cell.text is not None:
            return cell
        if isinstance(cell, Scalar):
            self._complain(path, "nothing stands here", "write a value, or '' for an empty one")
        elif cell is not None:
            self._complain(path, f"a {'list' if isinstance(cell, Listing) else 'table'} stands here", "write one text")
        return Scalar("", "", Place(0, 0, 0))

    def _complain(self, path: Path, what: str, instead: str) -> None:
        self.problems.append(self._page.problem_of(path, what, instead))


def _make_row(number: int, tree: Tree, cells: Iterator[Scalar]) -> Row:
    return Row(f"row {number + 1}", tree.place, tuple(cells))


def _label(columns: dict[str, Scalar], cells: tuple[Scalar, ...]) -> str:
    return " ".join(f"{name}={cell.text}" for name, cell in zip(columns, cells, strict=True))
