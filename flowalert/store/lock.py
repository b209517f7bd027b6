"""One service a store: a lock that is held for life."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flowalert.store.refusal import StoreRefused


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the store's lock until the block ends; raises StoreRefused where another process holds it.

    The lock is on a file beside the store, `flowalert.db.lock`, which stays: to remove it would let two
    processes lock two files of the same name. The kernel lets go of it when the process dies, however it
    dies. SQLite's own exclusive mode was passed over: it would keep the command line from reading beside
    the service.
    """
    beside = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreRefused(
            f"{path}: its folder cannot be written to ({error.strerror}); give the service's user the right to, "
            "or name another file in `store:`"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder else "another process"
            raise StoreRefused(
                f"{path}: in use by {who}; a store belongs to one running service, so stop that one first, "
                "or give this one a store of its own (`store:` in the settings)"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def find_holder(path: Path) -> int | None:
    """Return the process that holds the lock of a store, None where none does."""
    try:
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).strip()
        return int(holder) if holder.isdigit() else None
    else:
        return None
    finally:
        os.close(descriptor)
