"""Recording simulated sessions at full speed, for `flowalert simulate --record`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowalert.rehearsal import Rehearsal


def record_rehearsal(rehearsal: "Rehearsal", path: Path, *, replace: bool) -> None:
    """Write the simulated sessions to a recording, and say what is in it."""
    from flowalert.cli.progress import open_progress
    from flowalert.feed.header import ArchiveRefused
    from flowalert.feed.recording import open_recording_writer
    from flowalert.market.instant import DAY, date_of
    from flowalert.rehearsal import rehearse

    begun_at = time.monotonic()
    days: dict[int, None] = {}
    try:
        with open_recording_writer(path, replace=replace) as writer, open_progress(path.name) as tell:
            for chunk in rehearse(rehearsal):
                writer.write(chunk)
                days |= dict.fromkeys(entry.at // DAY for entry in chunk.entries)
                tell((len(days) - 1) / rehearsal.days)
    except ArchiveRefused as refused:
        raise click.ClickException(str(refused)) from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}; what was written before it can be read") from None
    first, *_, last = [date_of(day * DAY) for day in (*days, *days)]
    click.echo(
        f"{path}: {writer.entries:,} entries of {len(days)} {'session' if len(days) == 1 else 'sessions'}, "
        f"{first} to {last}, {writer.bytes_written / 1e6:,.1f} MB in {time.monotonic() - begun_at:.1f} s"
    )
