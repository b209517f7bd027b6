"""What came of the rules' tests, as it looks in a terminal, or plain where there is none."""

import os
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flowalert.cli.trial.source import Covered
from flowalert.engine.trial import Failure, Row, Surroundings, Verdict
from flowalert.market.instant import clock
from flowalert.rules.problem import Problem

# Columns where nothing says how many there are: a file or a pipe.
_WIDE = 160


class TrialScreen:
    """Prints verdicts; it keeps nothing."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=False)
        if not self._console.is_terminal and "COLUMNS" not in os.environ:
            self._console.width = _WIDE

    def show(
        self, problems: Iterable[Problem], verdicts: Sequence[Verdict], covered: Covered | None, *, verbose: bool
    ) -> None:
        """Print what is broken, each failure beside the market around it, and a count."""
        for problem in problems:
            self._console.print(Text(str(problem)), soft_wrap=True)
        for verdict in verdicts:
            if not verdict.passed:
                self._show_failed(verdict)
            elif verbose:
                self._say(Text.assemble(("✓ ", "green"), verdict.trial.name, (f"  {_where(verdict)}", "dim")))
        if covered is not None:
            self._show_covered(covered)
        self._say(_count(verdicts))

    def _show_failed(self, verdict: Verdict) -> None:
        heading = Text.assemble(("✗ ", "bold red"), (verdict.trial.name, "bold"), (f"  {_where(verdict)}", "dim"))
        self._say(heading)
        for failure in verdict.failures:
            self._show_failure(verdict, failure)
        self._console.print()

    def _show_failure(self, verdict: Verdict, failure: Failure) -> None:
        where = f"{verdict.trial.file}:{failure.line}:{failure.column}: "
        self._say(Text.assemble("  ", where, failure.subject, ": ", (failure.what, "red")))
        if failure.rows:
            self._console.print(Padding(_tabulate(failure.rows), (0, 0, 0, 4), expand=False))
        if failure.surroundings is not None:
            self._console.print(Padding(_draw(failure.surroundings), (1, 0, 0, 4), expand=False))
        if failure.paste:
            self._say(Text("\n    if it is right, expect it:", "dim"))
            for line in failure.paste.splitlines():
                self._say(Text(f"      {line}"))

    def _show_covered(self, covered: Covered) -> None:
        total = len(covered.told) + len(covered.quiet) + len(covered.untested)
        self._say(Text(f"{len(covered.told)} of {total} rules have a test in which they must tell something"))
        for words, rules in (("no test", covered.untested), ("only tests to be quiet", covered.quiet)):
            for where, name in rules:
                self._say(Text.assemble("  ", (name, "yellow"), f" has {words}", (f"  {where}", "dim")))

    def _say(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def _where(verdict: Verdict) -> str:
    return f"{verdict.trial.file}:{verdict.trial.line}"


def _count(verdicts: Sequence[Verdict]) -> Text:
    failed = sum(not verdict.passed for verdict in verdicts)
    passed = len(verdicts) - failed
    files = len({verdict.trial.file for verdict in verdicts})
    words = [f"{passed} passed"] + ([f"{failed} failed"] if failed else [])
    return Text(f"{', '.join(words)} in {files} {'file' if files == 1 else 'files'}", "red" if failed else "green")


def _tabulate(rows: Sequence[Row]) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("", "", "expected", "seen"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        # Texts, for a plain string would have its brackets read as markup.
        if row.agrees:
            table.add_row("=", row.label, Text(row.expected), Text(row.seen), style="dim")
        else:
            table.add_row(Text("≠", "bold red"), row.label, *_contrast(row))
    return table


def _contrast(row: Row) -> tuple[Text, Text]:
    """Return both sides of a row, what only one of them has in bold."""
    expected, seen = Text(row.expected, "green"), Text(row.seen, "red")
    matcher = SequenceMatcher(None, row.expected, row.seen, autojunk=False)
    for tag, begin, end, seen_begin, seen_end in matcher.get_opcodes():
        if tag != "equal":
            expected.stylize("bold", begin, end)
            seen.stylize("bold", seen_begin, seen_end)
    return expected, seen


def _draw(around: Surroundings) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("slot")
    for column in around.columns:
        table.add_column(Text(column), justify="right", overflow="fold")
    for at, cells in around.rows:
        here = at == around.at
        table.add_row("▸" if here else "", clock(at), *(Text(each) for each in cells), style="bold" if here else "")
    return table
