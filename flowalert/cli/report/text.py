"""The report in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.outcome import Outcome
from flowalert.cli.report.plot import draw_plot
from flowalert.cli.report.wording import (
    say_blind,
    say_silences,
    show_lack,
    show_length,
    show_telling,
    show_value,
    summarise,
)
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.transition import Severity
from flowalert.market.instant import stamp
from flowalert.rules.rulebook import Rulebook

# What is read by another program, or kept in a file, is not cut to the width of a screen.
_UNBOUND = 250
_COLUMN = 12

SEVERITY_STYLES = {Severity.INFO: "", Severity.WARNING: "yellow", Severity.CRITICAL: "bold red"}


def open_console() -> Console:
    """Return a console for the output: as wide as the terminal, or as wide as it takes where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_UNBOUND)


class TextPrinter:
    """Prints the report. What changes: `_kept`, the alerts to show, and `_more`, how many are left out."""

    def __init__(self, rulebook: Rulebook, console: Console, *, plotted: str | None, limit: int | None) -> None:
        self._rules = rulebook.by_name
        self._console = console
        self._plotted = plotted
        self._limit = limit
        self._kept: list[Episode] = []
        self._more = 0

    def note(self, episodes: Sequence[Episode]) -> None:
        """Keep the first alerts, and count the others."""
        room = len(episodes) if self._limit is None else max(0, self._limit - len(self._kept))
        self._kept += episodes[:room]
        self._more += len(episodes[room:])

    def end(self, outcome: Outcome) -> None:
        """Print everything."""
        self._print_alerts()
        if outcome.rules and outcome.sessions:
            for table in _make_counts(outcome, self._console.width):
                self._console.print(table)
                self._console.print()
        self._print_near_misses(outcome)
        sight = next((each for each in outcome.tracks if each.rule == self._plotted), None)
        if sight is not None:
            lines = list(draw_plot(sight, outcome.tracks[sight], outcome.marked[sight], self._console))
            for line in lines or [f"No figure of {sight.rule} was ever known at {sight.scope.korean}.", ""]:
                self._console.print(Text.from_ansi(line), no_wrap=True)
        self._print_blind(outcome)
        if outcome.silences:
            self._console.print(Text(say_silences(outcome), "yellow"))
        for place, names in outcome.silent.items():
            self._console.print(
                Text(f"Nothing of {place} was recorded: {', '.join(names)} could not fire on it.", "yellow")
            )
        self._console.print(summarise(outcome), style="dim")

    def _print_alerts(self) -> None:
        if not self._kept:
            self._console.print("No alert.\n")
            return
        table = _begin_table()
        _add_columns(table, "time", "rule~", "scope~", "severity", "value#", "peak#", "duration", "told")
        for each in self._kept:
            rule = self._rules[each.rule]
            table.add_row(
                stamp(each.fired_at),
                Text(each.rule),
                Text(each.scope.korean),
                Text(each.severity.name.lower(), SEVERITY_STYLES[each.severity]),
                show_value(each.value, rule, each.scope),
                "" if each.event else show_value(each.peak, rule, each.scope),
                show_length(each),
                Text(show_telling(each), "" if each.told else "dim"),
            )
        self._console.print(table)
        if self._more:
            self._console.print(f"… and {self._more:,} more; --all shows them")
        self._console.print()

    def _print_near_misses(self, outcome: Outcome) -> None:
        if not any(outcome.near_misses.values()):
            return
        table = _begin_table("Near misses")
        _add_columns(table, "rule~", "time", "scope~", "value#", "how near")
        for name, misses in outcome.near_misses.items():
            rule = self._rules[name]
            for number, miss in enumerate(misses):
                table.add_row(
                    Text("" if number else name),
                    stamp(miss.at),
                    Text(miss.scope.korean),
                    show_value(miss.value, rule, miss.scope),
                    show_lack(miss, rule),
                )
        self._console.print(table)
        self._console.print()

    def _print_blind(self, outcome: Outcome) -> None:
        for rule in outcome.rules:
            if outcome.blind[rule.name]:
                self._console.print(Text(f"{rule.name}: {say_blind(rule, outcome)}", "yellow"))


def _begin_table(title: str | None = None) -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title=title, title_justify="left")


def _add_columns(table: Table, *names: str) -> None:
    """Add columns: `#` marks figures, `~` names, which are folded where a screen is too narrow."""
    for name in names:
        folds = name.endswith("~")
        right = name.endswith("#")
        table.add_column(name.rstrip("~#"), justify="right" if right else "left", no_wrap=not folds, overflow="fold")


def _make_counts(outcome: Outcome, width: int) -> Iterator[Table]:
    """Yield the tables of rules by sessions, as many sessions in each as the width has room for."""
    names = max(len(rule.name) for rule in outcome.rules) + 2
    days = list(dict.fromkeys(each.day for each in outcome.sessions))
    label = {each.day: each.name[:10] for each in outcome.sessions}
    room = max(1, (width - names - _COLUMN) // _COLUMN)
    for begin in range(0, len(days), room):
        some = days[begin : begin + room]
        last = begin + room >= len(days)
        table = _begin_table("Told + held back")
        table.add_column("rule", no_wrap=True, min_width=names - 2)
        for day in some:
            table.add_column(label[day], justify="right", no_wrap=True)
        if last:
            table.add_column("total", justify="right", no_wrap=True, style="bold")
        for rule in outcome.rules:
            counts = [outcome.tally.on(rule.name, day) for day in some]
            if last:
                counts.append(outcome.tally.total(rule.name))
            table.add_row(Text(rule.name), *(_cell(each.told, each.held) for each in counts))
        yield table


def _cell(told: int, held: int) -> Text:
    if not told and not held:
        return Text("·", "dim")
    return Text.assemble(f"{told:,}", (f"+{held:,}" if held else "", "dim"))
