"""A rule with `$name` in its texts, to be filled with one row of parameters after the other."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from flowalert.market.name import suggest
from flowalert.rules.page import Listing, Page, Table, Tree, to_plain
from flowalert.rules.place import Filled, Piece, Scalar
from flowalert.rules.problem import Problem

# A part of the tree with the cells put in, and the same as plain dicts, lists and texts.
Cast: TypeAlias = tuple[Tree, Any]
_Fill: TypeAlias = Callable[[Sequence[Scalar]], Cast]
# A run of a text: the literal, or the number of the column that stands there, with where it begins in the text.
_Run: TypeAlias = tuple[str | int, int]

# `{{` begins an expression, and a price may stand before it: ${{ msval }}. Bounded: of braces that none closes, each
# would be looked behind to the end.
_BRACED = r"\$\{(?!\{)(?P<braced>[^}]{0,100})\}"
# To find the place of one costs as much as the text before it.
_TOLD = 100
_WITHOUT_PARAMS = re.compile(rf"(?P<escaped>\$\$)(?=\{{)|{_BRACED}")


class Mould:
    """The parts of one rule, ready to be filled. `used` are the columns that occur, `problems` the names that do not.

    Without columns it fills in nothing but `$${`, and `${name}` is a mistake: people mean the environment.
    """

    def __init__(self, page: Page, columns: Iterable[str]) -> None:
        self.used: set[str] = set()
        self.problems: list[Problem] = []
        self._page = page
        self._columns = {name: number for number, name in enumerate(columns)}
        self._mark = _compile_mark(self._columns) if self._columns else _WITHOUT_PARAMS
        tree = page.tree
        self._fill = None if tree is None else self._prepare(tree)
        self._constant: Cast | None = (tree, to_plain(tree)) if tree is not None and self._fill is None else None

    def fill(self, cells: Sequence[Scalar]) -> Cast:
        """Return the rule with these cells in it, one for each column; what has no `$` is shared by all of them."""
        if self._constant is not None:
            return self._constant
        if self._fill is None:
            raise AssertionError("a rule is a table")
        return self._fill(cells)

    def _prepare(self, tree: Tree) -> _Fill | None:
        match tree:
            case Scalar():
                return self._prepare_scalar(tree)
            case Listing():
                return self._prepare_listing(tree)
            case Table():
                return self._prepare_table(tree)

    def _prepare_table(self, table: Table) -> _Fill | None:
        fills = {key: fill for key, each in table.values.items() if (fill := self._prepare(each)) is not None}
        if not fills:
            return None
        plain = to_plain(table)

        def fill_table(cells: Sequence[Scalar]) -> Cast:
            trees, plains = dict(table.values), dict(plain)
            for key, part in fills.items():
                trees[key], plains[key] = part(cells)
            return Table(table.place, table.keys, trees), plains

        return fill_table

    def _prepare_listing(self, listing: Listing) -> _Fill | None:
        fills = {number: fill for number, each in enumerate(listing.items) if (fill := self._prepare(each)) is not None}
        if not fills:
            return None
        plain = to_plain(listing)

        def fill_listing(cells: Sequence[Scalar]) -> Cast:
            trees, plains = list(listing.items), list(plain)
            for number, part in fills.items():
                trees[number], plains[number] = part(cells)
            return Listing(listing.place, trees), plains

        return fill_listing

    def _prepare_scalar(self, scalar: Scalar) -> _Fill | None:
        if scalar.text is None or "$" not in scalar.text:
            return None
        runs = self._cut(scalar, scalar.text)
        if len(runs) == 1 and isinstance(runs[0][0], int):
            column = runs[0][0]
            return lambda cells: (cells[column], cells[column].text)

        def fill_scalar(cells: Sequence[Scalar]) -> Cast:
            text = ""
            pieces: list[Piece] = []
            for run, offset in runs:
                cell = cells[run] if isinstance(run, int) else None
                pieces.append(Piece(len(text), scalar, offset) if cell is None else Piece(len(text), cell, 0))
                text += str(run) if cell is None else cell.text or ""
            return Filled(text, scalar.style, scalar.place, tuple(pieces)), text

        return fill_scalar

    def _cut(self, scalar: Scalar, text: str) -> list[_Run]:
        runs: list[_Run] = []
        after = 0
        for match in self._mark.finditer(text):
            if match.start() > after:
                runs.append((text[after : match.start()], after))
            runs.append((self._resolve(scalar, match), match.start()))
            after = match.end()
        if after < len(text):
            runs.append((text[after:], after))
        return runs

    def _resolve(self, scalar: Scalar, match: re.Match[str]) -> str | int:
        if match["escaped"]:
            return "$"
        name = match["braced"] or match.groupdict().get("plain") or ""
        if name in self._columns:
            self.used.add(name)
            return self._columns[name]
        if len(self.problems) >= _TOLD:
            return match[0]
        near = suggest(name, self._columns)
        if not self._columns:
            what = f"{match[0]} stands for nothing: the rule has no params"
            instead = "the environment is for the settings file; add params:, or write $${ for a literal ${"
        else:
            what = f"unknown parameter {match[0]}"
            known = " ".join(f"${each}" for each in self._columns)
            instead = f"did you mean ${near}?" if near else f"known are {known}; $$ is a literal $"
        self.problems.append(self._page.problem_inside(scalar, match.start(), match.end(), what, instead))
        return match[0]


def _compile_mark(columns: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of `$$`, `${name}` and `$name`.

    Korean glues its particles to a word: `$sector에서` is `$sector`, and a column with a Korean name ends where the
    longest such name does.
    """
    korean = sorted((each for each in columns if not each.isascii()), key=len, reverse=True)
    plain = "|".join([*map(re.escape, korean), r"[A-Za-z_][A-Za-z0-9_]*", r"[^\W\d]\w*"])
    return re.compile(rf"\$(?:(?P<escaped>\$)|(?P<plain>{plain}))|{_BRACED}")
