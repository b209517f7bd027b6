"""`flowalert audit`: what people did."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.moment import read_since
from flowalert.cli.option import config_option, store_option
from flowalert.cli.store import find_store, run

if TYPE_CHECKING:
    from flowalert.store import Deed


@click.command()
@config_option
@store_option
@click.option("--since", metavar="TIME", help="Done since then: 10:00, 2026-11-23 or '2026-11-23 10:00'.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many, the newest.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def audit(*, config: Path, store: Path | None, since: str | None, limit: int, form: str) -> None:
    """List what people did, newest last: silences made and ended, acknowledgements, deliveries sent once more.

    Exit codes: 0 done, 1 settings with errors, 2 wrong usage, 4 the store cannot be used.
    """
    begin = None if since is None else read_since(since, dt.datetime.now(dt.UTC))
    path = find_store(config, store)
    from flowalert.cli.report import audit as report
    from flowalert.store import open_reader

    async def ask() -> "Sequence[Deed]":
        async with open_reader(path, current=True) as reader:
            return await reader.audit(limit=limit, since=begin)

    (report.print_deeds_json if form == "json" else report.print_deeds)(run(ask))
