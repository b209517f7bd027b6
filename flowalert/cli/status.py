"""`flowalert status`: whether the service runs, and how it goes."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import config_option, store_option

if TYPE_CHECKING:
    from flowalert.cli.report.status import Seen

# Exit codes, as the Linux Standard Base has them for `status`: 0 runs, 1 to 2 dead, 3 does not run, 4 unknown. What
# runs and needs a look is told by 1.
NEEDS_A_LOOK = 1
NOT_RUNNING = 3
UNKNOWN = 4


@click.command()
@config_option
@store_option
@click.option("--alive", is_flag=True, help="Ask only whether it runs and goes round, as a container's health check.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(*, config: Path, store: Path | None, alive: bool, form: str) -> None:
    """Say whether the service runs and since when, how it stands with the exchange, and what waits to be sent.

    Exit codes: 0 well, 1 something needs a look, 2 wrong usage, 3 not running, 4 unknown: the settings or the store
    cannot be read.
    """
    from flowalert.cli.report import status as report
    from flowalert.cli.setting import load_settings

    path = store or load_settings(config, UNKNOWN).store
    seen = _look(path, alive=alive)
    (report.print_json if form == "json" else report.print_status)(seen)
    if seen.look.holder is None:
        raise SystemExit(NOT_RUNNING)
    if seen.faults or seen.troubles:
        raise SystemExit(NEEDS_A_LOOK)


def _look(path: Path, *, alive: bool) -> "Seen":
    from flowalert.cli.report.status import Seen
    from flowalert.cli.sight import look_at, look_at_service
    from flowalert.cli.store import run
    from flowalert.operation.health import Look
    from flowalert.store import open_reader
    from flowalert.store.backlog import NOTHING

    now = dt.datetime.now(dt.UTC)

    async def ask() -> "Seen":
        holder, said = look_at_service(path)
        if holder is None and not path.exists():  # noqa: ASYNC240 - one look at a local file, and nothing else runs
            return Seen(now=now, store=path, look=Look(None, said, NOTHING))
        async with open_reader(path, current=True) as reader:
            return await look_at(path, reader, now, alive=alive)

    return run(ask)
