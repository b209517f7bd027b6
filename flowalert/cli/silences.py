"""`flowalert silences`: which alerts nobody is told of, until when and why."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import config_option, store_option
from flowalert.cli.store import find_store, run

if TYPE_CHECKING:
    from flowalert.engine.silence import Silence
    from flowalert.store import Alert


@click.command()
@config_option
@store_option
@click.option("--all", "whole", is_flag=True, help="Also those that have ended.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def silences(*, config: Path, store: Path | None, whole: bool, form: str) -> None:
    """List the silences that are in force or to come, newest last.

    Each with how it stands, what it silences, when, by whom and why, and how many alerts it covers that are open now.

    Exit codes: 0 done, 1 settings with errors, 2 wrong usage, 4 the store cannot be used.
    """
    path = find_store(config, store)
    from flowalert.cli.report import silence as report
    from flowalert.store import open_reader

    now = dt.datetime.now(dt.UTC)

    async def ask() -> "tuple[Sequence[Silence], Sequence[Alert]]":
        async with open_reader(path, current=True) as reader:
            return await reader.silences(now=None if whole else now), await reader.open_alerts()

    found, alerts = run(ask)
    (report.print_silences_json if form == "json" else report.print_silences)(found, alerts, now)
