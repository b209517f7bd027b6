"""Printing which amounts would have told so often."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flowalert.cli.reading import read_recordings
from flowalert.cli.report.text import open_console
from flowalert.engine.hindsight.suggestion import Suggestion, suggest_amounts
from flowalert.market.entry import Entry
from flowalert.rules.rulebook import Rulebook

# Of all that were tried, those around the best are of use.
_NEIGHBOURS = 4


def print_suggestions(rulebook: Rulebook, recordings: Sequence[Path], often: float, vary: int | None) -> None:
    """Print for each rule the amount that would have told so often a session, ready to paste."""
    console = open_console()

    def read() -> Iterable[Sequence[Entry]]:
        return read_recordings(recordings, "trying amounts")

    for suggestion in suggest_amounts(rulebook.rules, often, read, vary=vary):
        _print(console, suggestion)


def _print(console: Console, suggestion: Suggestion) -> None:
    rule = suggestion.rule
    console.print(Text(rule.name, "bold"))
    if suggestion.refusal:
        console.print(Text(f"  {suggestion.refusal}", "yellow"))
    if suggestion.best is not None:
        told = suggestion.best.told
        console.print(Text(f"  when: {suggestion.best.text}"), soft_wrap=True)
        console.print(Text(f"  told {told:,.2g} times a session on these recordings", "dim"))
        console.print(_make_table(suggestion))
    console.print()


def _make_table(suggestion: Suggestion) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("told a session", justify="right", no_wrap=True)
    values = [each.value for each in suggestion.tried]
    best = values.index(suggestion.best.value) if suggestion.best is not None else 0
    for each in suggestion.tried[max(0, best - _NEIGHBOURS) : best + _NEIGHBOURS + 1]:
        style = "bold" if each is suggestion.best else ""
        table.add_row(suggestion.write(each.value), f"{each.told:,.2f}", style=style)
    return table
