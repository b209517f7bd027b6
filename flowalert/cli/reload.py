"""`flowalert reload`: a running service reads its settings and rules again."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.choice import read_span
from flowalert.cli.option import config_option

if TYPE_CHECKING:
    from flowalert.store import Deed

REFUSED = 1
NOT_RUNNING = 3


@click.command()
@config_option
@click.option(
    "--store", type=click.Path(path_type=Path), help="The service of this store, instead of the settings' one."
)
@click.option("--timeout", default="60s", show_default=True, metavar="TIME", help="How long to wait for its answer.")
def reload(*, config: Path, store: Path | None, timeout: str) -> None:
    """Have the running service read its settings and rules again: all of them, or none where something is wrong.

    What stays keeps its state. The addresses of the exchange and the store change at a restart alone.

    Exit codes: 0 reloaded, 1 refused (the old settings stay in force) or no answer, 2 wrong usage, 3 no service is
    running, 4 the store cannot be used.
    """
    within = read_span(timeout, "--timeout")
    from functools import partial

    from flowalert.cli.store import run
    from flowalert.store import find_holder

    path = store or _find_store(config)
    holder = find_holder(path.resolve())
    if holder is None or holder.process is None:
        click.echo(f"flowalert: no service is running on {path}; start it with flowalert run", err=True)
        raise SystemExit(NOT_RUNNING)
    process = holder.process
    deed = run(partial(_ask, path, lambda: os.kill(process, signal.SIGHUP), within))
    if deed is None:
        click.echo(f"flowalert: process {process} has not answered within {timeout}; look at its log", err=True)
        raise SystemExit(REFUSED)
    problems = deed.detail["problems"]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("not reloaded: the old settings stay in force", err=True)
        raise SystemExit(REFUSED)
    click.echo("reloaded; what it changed is in the service's log")


def _find_store(config: Path) -> Path:
    """Return the store of the settings, whatever else is wrong with them: the service is to say that."""
    from flowalert.cli.setting import refuse
    from flowalert.settings import SettingsRefused, find_store

    try:
        return find_store(config, os.environ)
    except SettingsRefused as refused:
        refuse(refused, REFUSED)


async def _ask(path: Path, send: Callable[[], None], within: float) -> "Deed | None":
    """Ask, and return what the service wrote down of it; None where it wrote nothing in time."""
    import trio

    from flowalert.store import Action, open_reader

    async with open_reader(path, current=True) as reader:
        before = await reader.audit(limit=1)
        last = before[-1].id if before else 0
        send()
        with trio.move_on_after(within):
            while True:
                for deed in await reader.audit(limit=20):
                    if deed.id > last and deed.action in (Action.RELOADED, Action.REFUSED):
                        return deed
                await trio.sleep(0.1)
    return None
