"""What a service last said of itself, in a file beside its store.

A file, not a row of the store: a commit waits for the disk, every few seconds and before the alerts that queue behind
it, for something of which only the newest is worth anything. The file is replaced in one step and left to the kernel
to write; what a crash of the machine takes was over anyway.
"""

import enum
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

_MOST_BYTES = 1 << 20


class Phase(enum.Enum):
    """Where in its life a service is."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"


class FeedStatus(Struct, frozen=True, kw_only=True):
    """How it stands with the exchange.

    `places` is how many sectors are wanted and `registered` how many of them are; `refused` names those that the
    exchange refuses (`krx/001`), `silent` those of which nothing comes while their venue is heard. `lost_for` is since
    how many seconds a connection that served is gone. `is_silent` is whether nothing comes from anywhere although it
    should, and `cause` why that may be. The last update was published at `published_at` and received at `received_at`.
    """

    places: int
    registered: int
    refused: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    lost_for: float | None = None
    is_silent: bool = False
    cause: str = ""
    last_frame_at: datetime | None = None
    published_at: datetime | None = None
    received_at: datetime | None = None
    counts: Mapping[str, int] = {}


class Outlook(Struct, frozen=True, kw_only=True):
    """What a service can say of its work.

    `waiting` counts the messages that are to be sent, `gaps` how often updates were missed in the newest sessions, by
    series.
    """

    rules: int
    channels: int
    open_alerts: int
    waiting: int
    told: int
    held_back: int
    feed: FeedStatus
    gaps: Mapping[str, int] = {}


class Status(Struct, frozen=True, kw_only=True):
    """What is written down of a service; moments are wall time with their zone.

    `stuck` names the parts that do not go round any more. `end` says why it stopped, empty while it runs.
    """

    version: str
    process: int
    phase: Phase
    started_at: datetime
    written_at: datetime
    outlook: Outlook
    stuck: tuple[str, ...] = ()
    end: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Status).decode


def find_status_file(store: Path) -> Path:
    """Return the file of the service that holds a store."""
    return store.with_name(store.name + ".status")


def write_status(path: Path, status: Status) -> None:
    """Replace the file, readable by its owner alone, in one step; raises OSError."""
    # Of the one process that holds the store; a name of chance would be left behind by each that is killed here.
    making = path.with_name(path.name + ".new")
    making.unlink(missing_ok=True)
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(msgspec.json.format(_encode(status)))
    making.replace(path)


def read_status(path: Path) -> Status | None:
    """Return what was written last; None where nothing was, or another version wrote what this one cannot read.

    Raises OSError where the file is not this user's to read.
    """
    try:
        with path.open("rb") as file:
            return _decode(file.read(_MOST_BYTES))
    except (FileNotFoundError, msgspec.DecodeError, UnicodeError):
        return None


def say_status(status: Status) -> str:
    """Say in a line how a service stands, as systemd shows it."""
    outlook, feed = status.outlook, status.outlook.feed
    published = feed.published_at
    parts = [
        f"{feed.registered} of {_count(feed.places, 'sector')} registered"
        if feed.registered < feed.places
        else f"{_count(feed.places, 'sector')} registered",
        "no update yet" if published is None else f"last update {published:%H:%M:%S}",
        f"{_count(outlook.open_alerts, 'alert')} open",
        f"{_count(outlook.waiting, 'message')} waiting",
    ]
    troubles = [f"{part} stuck" for part in status.stuck]
    if feed.is_silent:
        troubles.append(f"nothing comes from the exchange ({feed.cause})")
    elif feed.lost_for is not None:
        troubles.append(f"feed lost ({feed.cause})")
    return ", ".join([*troubles, *parts])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
