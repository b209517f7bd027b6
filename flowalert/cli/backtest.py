"""`flowalert backtest`: what rules would have told on the past."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.argument import load_configured, load_rulebook, loading, sort_paths

if TYPE_CHECKING:
    from flowalert.cli.report.outcome import Printer
    from flowalert.rules.rulebook import Rulebook

# So many alerts are read; the rest is asked for with --all.
SHOWN = 40
_PERIODS = {"session": 1.0, "day": 1.0, "week": 5.0}


class _Often(click.ParamType[float]):
    """`6/session`, `6/day` or `2/week`, as a number of times a session; a week has five."""

    name = "N/session"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        count, _, period = value.partition("/")
        try:
            often = float(count) / _PERIODS[period.strip()]
        except (ValueError, KeyError):
            self.fail(f"{value!r} is no rate; write a number and a period, like 6/session, 6/day or 1/week", param, ctx)
        if not 0 < often < float("inf"):
            self.fail(f"{value!r} is never or always; write a number above zero, like 6/session", param, ctx)
        return often


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="RULES… RECORDING…")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Take the rules that a settings file names.")
@click.option("--rule", "names", multiple=True, metavar="NAME", help="Only this rule; repeatable.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--all", "whole", is_flag=True, help="Print every alert, however many.")
@click.option("--plot", "plotted", metavar="RULE", help="Draw the figures of this rule, of its busiest session.")
@click.option("--scope", metavar="SCOPE", help="With --plot: at which scope, like kospi/foreign.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with charts to this file.")
@click.option("--no-near-misses", "bare", is_flag=True, help="Do not look for what nearly fired; a little faster.")
@click.option("--suggest", type=_Often(), help="Find the amounts that would have told so often.")
@click.option("--vary", default="1", show_default=True, metavar="N|all", help="Which amount --suggest varies.")
def backtest(  # noqa: PLR0913 - one for each option
    paths: tuple[Path, ...],
    config: Path | None,
    names: tuple[str, ...],
    form: str,
    *,
    whole: bool,
    plotted: str | None,
    scope: str | None,
    html: Path | None,
    bare: bool,
    suggest: float | None,
    vary: str,
) -> None:
    """Run rules over recordings, and print what they would have told.

    RULES are .yaml files or folders of them; everything else is a recording or a store. With -c and no recording, the
    journal of the settings' store is used. Nothing is sent, and a store is only read.

    Exit codes: 0 done, 2 wrong usage, rules with errors, or a recording that cannot be read.
    """
    with loading():
        rulebook, recordings = _find_input(paths, config, names)
    if suggest is not None:
        if html is not None or plotted is not None or form != "text":
            raise click.UsageError("--suggest prints amounts and no alerts; leave --html, --plot and --format out")
        from flowalert.cli.suggest import print_suggestions

        print_suggestions(rulebook, recordings, suggest, _read_vary(vary))
        return
    from flowalert.cli.retrospect import choose_sights, look_back

    with ExitStack() as stack:
        printers = list(_open_printers(rulebook, form, html, plotted, limit=None if whole else SHOWN, stack=stack))
        look_back(
            rulebook,
            recordings,
            printers,
            choose=choose_sights(rulebook, plotted, scope, page=html is not None),
            near_misses=not bare and form != "csv",
        )


def _open_printers(
    rulebook: "Rulebook", form: str, html: Path | None, plotted: str | None, *, limit: int | None, stack: ExitStack
) -> "Iterator[Printer]":
    if form == "csv":
        from flowalert.cli.report.export import CsvPrinter

        yield CsvPrinter(sys.stdout)
    elif form == "json":
        from flowalert.cli.report.export import JsonPrinter

        yield JsonPrinter(sys.stdout)
    else:
        from flowalert.cli.report.text import TextPrinter, open_console

        yield TextPrinter(rulebook, open_console(), plotted=plotted, limit=limit)
    if html is not None:
        from flowalert.cli.report.page import PagePrinter

        try:
            file = stack.enter_context(html.open("w", encoding="utf-8"))
        except OSError as error:
            raise click.UsageError(
                f"{html} cannot be written ({error.strerror}); name a file in a folder that is there"
            ) from None
        yield PagePrinter(rulebook, file)


def _read_vary(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit() or text == "0":
        raise click.UsageError(f"--vary {text} picks nothing; write the number of an amount, from 1, or all")
    return int(text) - 1


def _find_input(
    paths: Sequence[Path], config: Path | None, names: Sequence[str]
) -> "tuple[Rulebook, tuple[Path, ...]]":
    named = sort_paths(paths)
    if config is None:
        if not named.rules:
            raise click.UsageError("name rule files (.yaml) before the recordings, or settings with -c")
        if not named.recordings:
            raise click.UsageError("name a recording or a store behind the rules")
        return load_rulebook(named.rules, names), named.recordings
    if named.rules:
        raise click.UsageError("name rule files or settings (-c), not both; the settings name their own rules")
    rulebook, store = load_configured(config, names)
    return rulebook, named.recordings or (store,)
