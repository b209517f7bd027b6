"""The store, as commands take it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

T = TypeVar("T")

# An exit code, beside click's 2 for wrong usage.
REFUSED_STORE = 4


def find_store(config: Path, store: Path | None) -> Path:
    """Return the store that is named, or that of the settings; where those have errors, end the program."""
    if store is not None:
        return store
    from flowalert.cli.setting import load_settings

    return load_settings(config).store


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Do something with a store, or end the program with what is wrong with it."""
    import trio

    from flowalert.store import StoreFailed, StoreRefused

    try:
        return trio.run(work)
    except (StoreRefused, StoreFailed) as refused:
        click.echo(f"flowalert: {refused}", err=True)
        raise SystemExit(REFUSED_STORE) from None
