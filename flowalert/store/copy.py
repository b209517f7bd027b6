"""A consistent copy of a store, taken beside the service that writes it."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import apsw
from msgspec import Struct

from flowalert.store.fault import damaged, find_fault
from flowalert.store.identity import check_existing
from flowalert.store.refusal import StoreRefused

_BUSY_MS = 5_000
# A step reads 4 MiB, and progress is told between two.
_PAGES = 1_024


class Copy(Struct, frozen=True):
    """A copy that was made and found sound: its file, its size in bytes, and the version of the store."""

    file: Path
    size: int
    version: int


def copy_store(
    source: Path, target: Path, *, replace: bool = False, tell: Callable[[float], None] = lambda _: None
) -> Copy:
    """Copy a store as it is at this moment, readable by its owner alone, and look at every page of the copy.

    `tell` is told the part done, to 1. The copy takes its name once it is whole, on disk and sound. Raises
    StoreRefused for a store that cannot be read, and where the copy cannot be made, or has a file in its place unless
    `replace`. It blocks: on a loop it belongs into a thread.
    """
    source = source.resolve()
    version = check_existing(source)
    if target.exists() and not replace:
        raise StoreRefused(f"{target}: there is a file of this name; give another, or replace it with --force")
    if target.exists() and target.samefile(source):
        raise StoreRefused(f"{target}: that is the store itself; give its copy another name")
    making = target.with_name(f".{target.name}.part")
    try:
        making.unlink(missing_ok=True)
        os.close(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _copy(source, making, tell)
        size = making.stat().st_size
        sync(making)
        making.replace(target)
        sync(target.parent)
    except OSError as error:
        raise StoreRefused(
            f"{target}: cannot be written ({error.strerror}); give a file in a folder with room that is yours"
        ) from error
    finally:
        for left in (making, making.with_name(f"{making.name}-journal")):
            with suppress(OSError):
                left.unlink()
    return Copy(target, size, version)


def _copy(source: Path, making: Path, tell: Callable[[float], None]) -> None:
    with (
        closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as reading,
        closing(apsw.Connection(str(making), flags=apsw.SQLITE_OPEN_READWRITE)) as writing,
    ):
        reading.set_busy_timeout(_BUSY_MS)
        try:
            # A copy in steps begins again where the service commits between two of them, unless all of it is one
            # transaction, which sees what was there when it began. In WAL mode the service writes on beside it.
            with reading:
                reading.execute("SELECT count(*) FROM sqlite_schema").fetchall()
                _step(reading, writing, tell)
            # Of one file: its name is all that there is to keep.
            writing.pragma("journal_mode", "DELETE")
            found = writing.execute("PRAGMA integrity_check(1)").get
        except apsw.Error as error:
            for connection, path in ((reading, source), (writing, making)):
                fault = find_fault(error, path, connection.system_errno)
                if fault is not None:
                    raise StoreRefused(fault.describe(path)) from error
            raise
        if found != "ok":
            raise StoreRefused(damaged(source, str(found).partition("\n")[0]).describe(source))


def _step(reading: apsw.Connection, writing: apsw.Connection, tell: Callable[[float], None]) -> None:
    with writing.backup("main", reading, "main") as backup:
        while not backup.done:
            backup.step(_PAGES)
            tell(1 - backup.remaining / max(backup.page_count, 1))


def sync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
