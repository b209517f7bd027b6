"""One service a store: a lock that is held for life."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from flowalert.store.refusal import StoreRefused

# Whoever looks whether a service runs holds the lock for an instant: that is no other service.
_LOOKS = 5
_LOOK_AGAIN_AFTER = 0.02


class Holder(Struct, frozen=True):
    """The process that holds a store's lock, None where it has not said yet which it is, and since when it does."""

    process: int | None
    since: datetime


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the store's lock until the block ends; raises StoreRefused where another process holds it.

    The lock is on a file beside the store, `flowalert.db.lock`, which stays: to remove it would let two
    processes lock two files of the same name. The kernel lets go of it when the process dies, however it
    dies. SQLite's own exclusive mode was passed over: it would keep the command line from reading beside
    the service.
    """
    beside = _find_lock_file(path)
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreRefused(
            f"{path}: its folder cannot be written to ({error.strerror}); give the service's user the right to, "
            "or name another file in `store:`"
        ) from error
    try:
        if not _take(descriptor):
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder else "another process"
            raise StoreRefused(
                f"{path}: in use by {who}; a store belongs to one running service, so stop that one first, "
                "or give this one a store of its own (`store:` in the settings)"
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def find_holder(path: Path) -> Holder | None:
    """Return who holds the store's lock, None where nobody does; the lock is left as it is.

    Raises OSError where the lock file is not this user's to read.
    """
    try:
        descriptor = os.open(_find_lock_file(path), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        # Its number is written when the lock is taken, and not again.
        since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
        return Holder(int(process) if process.isdecimal() else None, since)
    else:
        return None
    finally:
        os.close(descriptor)


def _find_lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _take(descriptor: int) -> bool:
    for look in range(_LOOKS):
        if look:
            time.sleep(_LOOK_AGAIN_AFTER)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False
