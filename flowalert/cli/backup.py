"""`flowalert backup`: a copy of the store, taken beside the service."""

import shlex
from pathlib import Path

import click

from flowalert.cli.option import config_option, store_option
from flowalert.cli.store import REFUSED_STORE, find_store


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@store_option
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def backup(*, file: Path, config: Path, store: Path | None, force: bool) -> None:
    """Copy the store into FILE, as it is at this moment, whether or not a service is running on it.

    The service goes on meanwhile. Every page of the copy is looked at before it takes its name, and nobody but its
    owner can read it.

    Exit codes: 0 done, 1 settings with errors, 2 wrong usage, 4 the store or the copy cannot be used.
    """
    path = find_store(config, store).resolve()
    from flowalert.cli.progress import open_progress
    from flowalert.store import StoreRefused, copy_store

    try:
        with open_progress(file.name) as tell:
            copy = copy_store(path, file, replace=force, tell=tell)
    except StoreRefused as refused:
        click.echo(f"flowalert: {refused}", err=True)
        raise SystemExit(REFUSED_STORE) from None
    click.echo(f"{file}: {copy.size / 1e6:,.1f} MB, store version {copy.version}, every page checked")
    # A log that belongs to another state of the store would be taken for the copy's own.
    logs = " ".join(shlex.quote(f"{path}{suffix}") for suffix in ("-wal", "-shm"))
    restore = f"rm -f {logs} && cp {shlex.quote(str(file.resolve()))} {shlex.quote(str(path))}"
    click.echo(f"To restore it, stop the service, then: {restore}")
