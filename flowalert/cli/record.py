"""`flowalert record`: what the exchange publishes, into a recording."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import config_option

if TYPE_CHECKING:
    import trio

    from flowalert.feed.client import Feed
    from flowalert.feed.outlet import Received
    from flowalert.feed.recording import RecordingWriter
    from flowalert.feed.setting import FeedSettings
    from flowalert.market.series import Series
    from flowalert.market.venue import Venue

# What a kill can cost.
_WRITES_EVERY = 5.0
_WAITING_ENTRIES = 10_000
_SHOWN_EVERY = 0.5
_SAID_EVERY = 10.0


@click.command()
@config_option
@click.option("--sectors", default="all", show_default=True, help="kospi,선물,301 or all, the segments.")
@click.option("--venue", "venue_name", type=click.Choice(["krx", "nxt", "unified"]), default="krx", show_default=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The recording: .jsonl.zst, or .jsonl for plain text.  [default: krx-DATE-TIME.jsonl.zst]",
)
@click.option("--for", "stretch", metavar="TIME", help="End by itself after 90s, 30m, 1h.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def record(*, config: Path, sectors: str, venue_name: str, out: Path | None, stretch: str | None, force: bool) -> None:
    """Record what the exchange publishes of some sectors, without rules, until Ctrl-C.

    Of the settings only `feed` is used. A recording that is cut short, by a kill or a full disk, can be read up to
    there. Exit codes: 0 ended, 1 settings with errors or a file that cannot be written, 2 wrong usage, 3 the
    exchange refuses the key.
    """
    import trio

    from flowalert.cli.choice import read_sectors, read_span
    from flowalert.cli.run import REFUSED_KEY
    from flowalert.feed.header import ArchiveRefused
    from flowalert.feed.recording import open_recording_writer
    from flowalert.feed.token import TokenRefusedError
    from flowalert.market.instant import KST
    from flowalert.market.venue import Venue

    venue = Venue(venue_name)
    places = [(venue, code) for code in read_sectors(sectors)]
    seconds = read_span(stretch, "--for") if stretch is not None else None
    settings = _load_feed(config)
    path = out or Path(f"{venue.value}-{datetime.now(KST):%Y%m%d-%H%M%S}.jsonl.zst")
    try:
        with open_recording_writer(path, replace=force) as writer:
            tally = _Tally(writer)
            is_whole = trio.run(partial(_run, settings, places, tally, path, seconds))
    except ArchiveRefused as refused:
        raise click.ClickException(str(refused)) from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}; what was written before it can be read") from None
    except TokenRefusedError as error:
        if not writer.entries:
            path.unlink(missing_ok=True)
        click.echo(f"flowalert: {error}", err=True)
        raise SystemExit(REFUSED_KEY) from None
    click.echo(f"{path}: {tally.sum_up()}")
    if not is_whole:
        raise SystemExit(130)


def _load_feed(config: Path) -> "FeedSettings":
    from flowalert.cli.setting import REFUSED_SETTINGS
    from flowalert.settings import SettingsRefused, read_feed_settings

    try:
        return read_feed_settings(config, os.environ)
    except SettingsRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        raise SystemExit(REFUSED_SETTINGS) from None


@dataclass
class _Tally:
    """What was recorded so far; the task that writes adds to it, and `feed` is there once it runs."""

    writer: "RecordingWriter"
    feed: "Feed | None" = None
    series: "set[Series]" = field(default_factory=set)
    updates: int = 0
    begun_at: float = field(default_factory=time.monotonic)

    def sum_up(self) -> str:
        """Return it in words."""
        passed = int(time.monotonic() - self.begun_at)
        words = [
            f"{self.writer.entries:,} entries",
            f"{self.updates:,} updates of {len(self.series):,} series",
            f"{len({each.place for each in self.series}):,} sectors",
            f"{self.writer.bytes_written / 1e6:,.1f} MB",
            f"{passed // 3600}:{passed // 60 % 60:02}:{passed % 60:02}",
        ]
        if self.feed is not None:
            count = self.feed.count
            losses = {"times lost": count.losts, "not readable": count.quarantined.total(), "refused": count.refused}
            words += [f"{number:,} {what}" for what, number in losses.items() if number]
        return ", ".join(words)


async def _run(
    settings: "FeedSettings", places: "Sequence[tuple[Venue, str]]", tally: _Tally, path: Path, seconds: float | None
) -> bool:
    """Record until told to end or `seconds` have passed; return whether all that came was written."""
    import trio

    from flowalert.cli.signals import watch_signals
    from flowalert.feed.client import Feed
    from flowalert.feed.token import TokenRefusedError

    stop = trio.Event()
    feed = tally.feed = Feed(settings, now=lambda: datetime.now(UTC))
    send, receive = trio.open_memory_channel["Received"](_WAITING_ENTRIES)
    failure: Exception | None = None
    is_whole = False
    with _open_line(path) as show:
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(watch_signals, stop, nursery.cancel_scope, say=partial(click.echo, err=True)))
            nursery.start_soon(_show, tally, show)
            if seconds is not None:
                nursery.start_soon(_stop_after, seconds, stop)
            try:
                async with trio.open_nursery() as work:
                    work.start_soon(_feed, feed, places, send, stop)
                    await _write(receive, tally)
                is_whole = True
            except* (TokenRefusedError, OSError) as group:
                # Kept until the nursery has ended, which would wrap it into a group.
                failure = _first(group)
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return is_whole


async def _feed(
    feed: "Feed",
    places: "Sequence[tuple[Venue, str]]",
    entries: "trio.MemorySendChannel[Received]",
    stop: "trio.Event",
) -> None:
    import trio

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_cancel_on, stop, nursery.cancel_scope)
        await feed.run(places, entries)


async def _cancel_on(stop: "trio.Event", scope: "trio.CancelScope") -> None:
    await stop.wait()
    scope.cancel()


async def _stop_after(seconds: float, stop: "trio.Event") -> None:
    import trio

    await trio.sleep(seconds)
    stop.set()


async def _write(entries: "trio.MemoryReceiveChannel[Received]", tally: _Tally) -> None:
    """Write what comes until the feed has closed the channel."""
    import trio

    from flowalert.feed.archive import LINES_PER_FRAME
    from flowalert.feed.batch import next_batch
    from flowalert.feed.row import chunk_of
    from flowalert.market.entry import Update

    async with entries:
        while batch := await next_batch(entries, most=LINES_PER_FRAME, within=_WRITES_EVERY):
            updates = [each.entry for each in batch if isinstance(each.entry, Update)]
            await trio.to_thread.run_sync(tally.writer.write, chunk_of(batch))
            tally.updates += len(updates)
            tally.series.update(update.series for update in updates)


async def _show(tally: _Tally, show: Callable[[str, bool], None]) -> None:
    import trio

    shown = 0
    while True:
        await trio.sleep(_SHOWN_EVERY)
        shown += 1
        received = tally.feed.count.updates if tally.feed is not None else 0
        show(f"{received:,} updates received; written: {tally.sum_up()}", shown % int(_SAID_EVERY / _SHOWN_EVERY) == 0)


@contextmanager
def _open_line(path: Path) -> Iterator[Callable[[str, bool], None]]:
    """Show a line of words in place on a terminal, and elsewhere each that is worth a line of its own."""
    from rich.console import Console
    from rich.status import Status

    from flowalert.cli.logs import set_up_logs

    console = Console(stderr=True)
    if not console.is_terminal:
        set_up_logs("console", "warning")
        yield lambda words, is_due: click.echo(words, err=True) if is_due else None
        return
    with Status(f"recording to {path}. Ctrl-C ends it.", console=console) as status:
        # Set up within, so that a line of the log goes above.
        set_up_logs("console", "warning")
        yield lambda words, _: status.update(f"{path}: {words}")


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Exception)  # noqa: S101 - the group has no other
    return error
