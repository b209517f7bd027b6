"""`flowalert convert`: recordings, raw frames and stores into tables and recordings."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

if TYPE_CHECKING:
    from flowalert.cli.table import Table
    from flowalert.feed.recording import Cut
    from flowalert.feed.row import Chunk
    from flowalert.market.entry import Entry

_SUFFIXES = (".csv", ".parquet", ".jsonl.zst", ".jsonl")


class Selection(Struct, frozen=True):
    """Which entries are wanted; None where it does not matter. A session is a date, the others are codes."""

    session: dt.date | None = None
    sectors: Collection[str] | None = None
    investors: Collection[str] | None = None

    def takes(self, entry: "Entry") -> bool:
        """Tell whether an entry is one of them; what is of no series stays whatever the sectors and investors."""
        from flowalert.market.entry import Update
        from flowalert.market.instant import date_of

        if self.session is not None and date_of(entry.at) != self.session:
            return False
        if not isinstance(entry, Update):
            return True
        return (self.sectors is None or entry.series.sector in self.sectors) and (
            self.investors is None or entry.series.investor in self.investors
        )

    def select(self, chunk: "Chunk") -> "Chunk":
        """Return what is wanted of a chunk."""
        from flowalert.feed.row import Chunk

        if self == Selection():
            return chunk
        pairs = [pair for pair in zip(*chunk, strict=True) if self.takes(pair[1])]
        return Chunk([moment for moment, _ in pairs], [entry for _, entry in pairs])


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="IN…", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--session", type=click.DateTime(["%Y-%m-%d"]), help="Only this trading day.")
@click.option("--sectors", help="Only updates of these: kospi,선물,301 or all, the segments.")
@click.option("--investors", help="Only updates of these: foreign,개인,0018 or all, without 9999.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def convert(
    *,
    sources: Sequence[Path],
    out: Path,
    session: dt.datetime | None,
    sectors: str | None,
    investors: str | None,
    force: bool,
) -> None:
    """Convert recordings, files of raw frames and stores (IN…, in this order) into one file OUT.

    OUT's name says what it becomes: .csv or .parquet, tables with a row an entry, or .jsonl.zst or .jsonl,
    recordings. What an input is shows in its first bytes. Parquet needs pyarrow: pip install 'flowalert[parquet]'
    """
    from flowalert.cli.choice import read_investors, read_sectors
    from flowalert.cli.logs import set_up_logs
    from flowalert.feed.header import ArchiveRefused
    from flowalert.store import StoreRefused

    set_up_logs("console", "warning")
    selection = Selection(
        session.date() if session else None,
        frozenset(read_sectors(sectors)) if sectors is not None else None,
        frozenset(read_investors(investors)) if investors is not None else None,
    )
    if not out.name.endswith(_SUFFIXES):
        raise click.UsageError(f"{out}: its name says nothing of the format; let it end in {', '.join(_SUFFIXES)}")
    if out.exists() and not force:
        raise click.ClickException(f"{out}: there is a file of this name; give another, or replace it with --force")
    try:
        count = _convert(sources, out, selection)
    except (ArchiveRefused, StoreRefused) as refused:
        raise click.ClickException(str(refused)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror or error}") from None
    click.echo(f"{out}: {count:,} entries, {out.stat().st_size / 1e6:,.1f} MB")


def _convert(sources: Sequence[Path], out: Path, selection: Selection) -> int:
    from flowalert.cli.progress import open_progress
    from flowalert.replay import read_chunks

    count = 0
    with _open_in_one_step(out) as table, open_progress(out.name) as tell:
        latest = 0
        for number, source in enumerate(sources):

            def tell_part(part: float, number: int = number) -> None:
                tell((number + part) / len(sources))

            ended_at = latest
            for chunk in read_chunks(source, on_cut=_say_cut, on_progress=tell_part):
                if chunk.received_at and chunk.received_at[0] < ended_at:
                    click.echo(f"{source}: begins before {sources[number - 1]} ends; kept in the order given", err=True)
                ended_at = 0
                latest = max([latest, *chunk.received_at[-1:]])
                wanted = selection.select(chunk)
                table.write(wanted)
                count += len(wanted.entries)
    return count


def _say_cut(path: Path, cut: "Cut") -> None:
    click.echo(f"{path}: {cut}", err=True)


@contextmanager
def _open_in_one_step(out: Path) -> "Iterator[Table]":
    """Write beside the file and take its name at the end: half a table looks like a whole one, or like none."""
    suffix = _suffix(out)
    beside = out.with_name(f".{out.name.removesuffix(suffix)}.part{suffix}")
    beside.unlink(missing_ok=True)
    try:
        with _open_table(beside) as table:
            yield table
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def _suffix(out: Path) -> str:
    return next(suffix for suffix in _SUFFIXES if out.name.endswith(suffix))


def _open_table(path: Path) -> "AbstractContextManager[Table]":
    match _suffix(path):
        case ".csv":
            from flowalert.cli.table import open_csv

            return open_csv(path)
        case ".parquet":
            try:
                from flowalert.cli.parquet import open_parquet
            except ImportError:
                raise click.ClickException(
                    "Parquet needs pyarrow, which is not installed: pip install 'flowalert[parquet]'"
                ) from None
            return open_parquet(path)
        case _:
            from flowalert.feed.recording import open_recording_writer

            return open_recording_writer(path)
