"""Recordings, one after the other, with a progress bar where somebody is watching."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.argument import TROUBLE

if TYPE_CHECKING:
    from flowalert.feed.recording import Cut
    from flowalert.market.entry import Entry


class Unreadable(click.ClickException):
    """A recording that cannot be read; its words are for people."""

    exit_code = TROUBLE


def read_recordings(paths: Sequence[Path], what: str) -> "Iterator[Sequence[Entry]]":
    """Yield the entries of recordings and stores in the order in which they are named; `what` is done with them.

    What is cut short is said, and read as far as it goes. What cannot be read at all ends the program with a message.
    """
    from rich.console import Console
    from rich.progress import Progress

    from flowalert.feed.header import ArchiveRefused
    from flowalert.replay import read_entries
    from flowalert.store.refusal import StoreRefused

    def tell_cut(path: Path, cut: "Cut") -> None:
        click.echo(f"{path}: cut short after {cut.entries:,} entries; the rest is lost", err=True)

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(what, total=len(paths))
        for number, path in enumerate(paths):

            def tell_progress(part: float, number: int = number) -> None:
                progress.update(bar, completed=number + part)

            try:
                yield from read_entries(path, on_cut=tell_cut, on_progress=tell_progress)
            except (ArchiveRefused, StoreRefused) as refused:
                raise Unreadable(str(refused)) from None


def read_latest(store: Path) -> "Iterator[Sequence[Entry]]":
    """Yield the entries of the latest day in a store; a service may be writing it meanwhile.

    Ends the program with a message where there is none.
    """
    import trio

    from flowalert.store import StoreRefused, open_reader

    async def read() -> "list[Sequence[Entry]]":
        async with open_reader(store) as reader:
            return [entries async for entries in reader.read_open_session()]

    try:
        yield from trio.run(read)
    except StoreRefused as refused:
        raise Unreadable(str(refused)) from None
