"""`flowalert diff`: what a change of rules changes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from flowalert.cli.argument import load_configured, load_rulebook, loading, sort_paths
from flowalert.cli.report.text import open_console
from flowalert.cli.report.wording import show_value
from flowalert.engine.hindsight.comparison import AlertChange, Comparison, RuleChange, Verdict, compare_rulebooks
from flowalert.market.instant import DAY, clock, date_of, stamp

if TYPE_CHECKING:
    from flowalert.market.entry import Entry
    from flowalert.rules.rulebook import Rulebook

# As of diff.
DIFFERS = 1
_SIGNS = {Verdict.ADDED: ("+", "green"), Verdict.GONE: ("-", "red"), Verdict.MOVED: ("~", "yellow")}
_SHOWN = 40


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.argument("recordings", nargs=-1, type=click.Path(path_type=Path), metavar="[RECORDING]…")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Run both over the latest day in this store.")
@click.option("--all", "whole", is_flag=True, help="Print every alert that changes, however many.")
def diff(old: Path, new: Path, recordings: tuple[Path, ...], config: Path | None, *, whole: bool) -> None:
    """Compare the rules OLD and NEW, each a file or a folder, and what they would have told.

    Without a recording only the rules are compared. With settings (-c) the journal of their store's latest day is
    used. An alert that both tell, but at another time or severity, has moved.

    Exit codes, as of diff: 0 the same, 1 they differ, 2 trouble.
    """
    with loading():
        before, after = (_load(each) for each in (old, new))
    changes = compare_rulebooks(before, after)
    _print_rules(changes)
    named = sort_paths(recordings)
    if named.rules:
        raise click.UsageError(f"{named.rules[0]} holds rules; name recordings or stores behind OLD and NEW")
    if changes and (recordings or config is not None):
        comparison = Comparison(changes)
        page = _Page(before, after, limit=None if whole else _SHOWN)
        for entries in _read(named.recordings, config):
            page.note(comparison.run(entries))
        page.note(comparison.finish())
        page.print(sessions=len(comparison.days))
    if changes:
        raise SystemExit(DIFFERS)
    click.echo("The rules are the same.")


def _load(path: Path) -> "Rulebook":
    named = sort_paths((path,))
    if not named.rules:
        raise click.UsageError(f"{path} holds no rules; name a .yaml file, or a folder of them")
    return load_rulebook(named.rules)


def _read(recordings: Sequence[Path], config: Path | None) -> "Iterator[Sequence[Entry]]":
    from flowalert.cli.reading import read_latest, read_recordings

    if config is not None:
        _, store = load_configured(config)
        yield from read_latest(store)
    yield from read_recordings(recordings, "running both")


def _print_rules(changes: Sequence[RuleChange]) -> None:
    for each in changes:
        if each.old is None:
            click.echo(f"+ {each.name}")
        elif each.new is None:
            click.echo(f"- {each.name}")
        elif each.is_renamed:
            click.echo(f"~ {each.old.name} → {each.new.name}")
        else:
            click.echo(f"~ {each.name}: {', '.join(each.keys)}")
            if "when" in each.keys:
                click.echo(f"    - {each.old.condition.text.strip()}\n    + {each.new.condition.text.strip()}")


class _Page:
    """Prints what changes in the alerts.

    What grows, by `note` alone: the changes to show, how many there are of each rule and session, and how many are
    left out.
    """

    def __init__(self, old: "Rulebook", new: "Rulebook", *, limit: int | None) -> None:
        self._rules = {**old.by_name, **new.by_name}
        self._limit = limit
        self._kept: list[AlertChange] = []
        self._more = 0
        self._counts: Counter[tuple[str, int, Verdict]] = Counter()

    def note(self, changes: Sequence[AlertChange]) -> None:
        self._counts.update((each.rule, each.at // DAY, each.verdict) for each in changes)
        room = len(changes) if self._limit is None else max(0, self._limit - len(self._kept))
        self._kept += changes[:room]
        self._more += len(changes[room:])

    def print(self, sessions: int) -> None:
        console = open_console()
        console.print()
        if not self._kept:
            console.print(
                f"The same alerts would have been told in {sessions} {'session' if sessions == 1 else 'sessions'}."
            )
            return
        console.print(self._list_alerts())
        if self._more:
            console.print(f"… and {self._more:,} more; --all shows them")
        console.print()
        console.print(self._count())

    def _list_alerts(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for name in ("", "time", "rule", "scope"):
            table.add_column(name, no_wrap=True)
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("severity", no_wrap=True)
        for each in self._kept:
            sign, style = _SIGNS[each.verdict]
            rule = self._rules[each.rule]
            sides = [side for side in (each.old, each.new) if side is not None]
            first, *others = dict.fromkeys(side.told_at or side.fired_at for side in sides)
            times = (stamp(first), *(clock(other) for other in others))
            values = dict.fromkeys(show_value(side.value, rule, each.scope) for side in sides)
            severities = dict.fromkeys(side.severity.name.lower() for side in sides)
            cells = (_join(times), each.rule, each.scope.korean, _join(values), _join(severities))
            table.add_row(sign, *(Text(cell) for cell in cells), style=style)
        return table

    def _count(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("rule", no_wrap=True)
        table.add_column("session", no_wrap=True)
        for verdict in Verdict:
            table.add_column(verdict.value, justify="right", no_wrap=True)
        for rule, day in dict.fromkeys((rule, day) for rule, day, _ in sorted(self._counts, key=lambda each: each[:2])):
            counts = (str(self._counts[rule, day, verdict] or "·") for verdict in Verdict)
            table.add_row(Text(rule), date_of(day * DAY).isoformat(), *counts)
        return table


def _join(parts: Iterable[str]) -> str:
    return " → ".join(parts)
