"""One rule with parameters, made many times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flowalert.rules.mould import Mould
from flowalert.rules.page import Page, Table, Tree
from flowalert.rules.params import Params, ParamsRefused, Row, read_params
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Level, Problem


class Expansion:
    """The rows of a rule's `params`, each with the rule filled by it; `problems` are those of parameters and names.

    With an error among them there is nothing to iterate over.
    """

    def __init__(self, page: Page, table: Table) -> None:
        """Prepare the rule that is the table of this page, its `params` among the keys."""
        self.problems: list[Problem] = []
        self._source = page.source
        self._params = Params({}, ())
        try:
            self._params = read_params(page)
        except ParamsRefused as refused:
            self.problems += refused.problems
            return
        values = {key: each for key, each in table.values.items() if key != "params"}
        self._mould = Mould(Page(page.source, Table(table.place, table.keys, values)), self._params.columns)
        self.problems += self._mould.problems
        self._check_name(page, values.get("name"))
        if not self.problems:
            self._warn_of_unused(page)

    def __iter__(self) -> Iterator[tuple[Row, Page, dict[str, Any]]]:
        """Yield each row with the page of its rule, and that as plain values."""
        if any(each.level is Level.ERROR for each in self.problems):
            return
        for row in self._params.rows:
            tree, plain = self._mould.fill(row.cells)
            yield row, Page(self._source, tree), plain

    def settle(self, found: Mapping[Problem, Sequence[Row]]) -> Iterator[Problem]:
        """Yield the problems of the rules, each once; where not every rule has it, its words say which one does."""
        for problem, rows in found.items():
            if len(rows) == len(self._params.rows):
                yield replace(problem, rule="")
            else:
                more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
                yield replace(problem, what=f"{problem.what} ({rows[0].label}{more} of the params)")

    def _check_name(self, page: Page, name: Tree | None) -> None:
        columns = self._params.columns
        if isinstance(name, Scalar) and len(self._params.rows) > 1 and not Mould(Page(page.source, name), columns).used:
            self.problems.append(
                page.problem_of(
                    ("name",),
                    f"every row makes a rule of the name {name.text!r}",
                    f"put a parameter into it, like {name.text}-${next(iter(columns))}",
                )
            )

    def _warn_of_unused(self, page: Page) -> None:
        for name, key in self._params.columns.items():
            if name not in self._mould.used:
                self.problems.append(
                    page.problem_at(
                        key.place,
                        f"the column {name!r} is used nowhere",
                        f"write ${name} where it belongs, or take it out",
                        Level.WARNING,
                        len(name),
                    )
                )
