"""`flowalert unsilence`: end silences early."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import by_option, config_option, store_option
from flowalert.cli.person import find_person
from flowalert.cli.store import find_store, run

if TYPE_CHECKING:
    from flowalert.engine.silence import Silence
    from flowalert.store import NotEnded

NOT_ENDED = 1


@click.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1), metavar="ID...")
@config_option
@store_option
@by_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def unsilence(*, ids: tuple[int, ...], config: Path, store: Path | None, by: str | None, form: str) -> None:
    """End the silences of these IDs now, or before they begin. All of them or, where one cannot be, none.

    Exit codes: 0 done, 1 settings with errors, or nothing was ended because one could not be, 2 wrong usage,
    4 the store cannot be used.
    """
    path = find_store(config, store)
    from flowalert.cli.report import silence as report
    from flowalert.store import NotEnded, open_clerk

    now = dt.datetime.now(dt.UTC)

    async def change() -> "tuple[Silence, ...] | NotEnded":
        async with open_clerk(path) as clerk:
            return await clerk.end_silences(ids, by=find_person(by), now=now)

    done = run(change)
    if isinstance(done, NotEnded):
        for objection in done.objections:
            click.echo(objection, err=True)
        click.echo("nothing was ended", err=True)
        raise SystemExit(NOT_ENDED)
    if form == "json":
        report.print_ended_json(done, now)
    else:
        report.print_ended(done)
