"""A look at a store's pages before a service relies on them, within a bounded time."""

import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import apsw

from flowalert.store.fault import damaged, find_fault
from flowalert.store.refusal import StoreRefused

_BUSY_MS = 5_000
# Source: the SQLite file format; a size of 1 stands for 65,536.
_PAGE_SIZE_OFFSET = 16
# Virtual machine steps between two looks at the clock: some tens of microseconds.
_STEPS = 10_000


def check_soundness(path: Path, *, within: float) -> bool:
    """Raise StoreRefused for a store with damaged pages; return whether all of them were looked at.

    A day of all sectors takes some 0.2 s, and a start must not take longer with every day kept: after `within` seconds
    the rest is left. The journal comes last. It is by far the largest, and what a start needs of it is read
    right after this, to the last page. It blocks: on a loop it belongs into a thread.
    """
    if _is_cut(path):
        raise StoreRefused(damaged(path, "the file was cut short").describe(path))
    ends_at = monotonic() + within
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.set_busy_timeout(_BUSY_MS)
        connection.set_progress_handler(lambda: monotonic() > ends_at, _STEPS)
        try:
            for what in _list_damage(connection):
                raise StoreRefused(damaged(path, what).describe(path))
        except apsw.InterruptError:
            return False
        except apsw.Error as error:
            fault = find_fault(error, path, connection.system_errno)
            if fault is None:
                raise
            raise StoreRefused(fault.describe(path)) from error
    return True


def _is_cut(path: Path) -> bool:
    """Tell whether the last page is not whole: SQLite reads what it lacks as zeros, and says nothing."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        # What a crash has left half of in the file is still in the log.
        return False
    with path.open("rb") as file:
        (size,) = struct.unpack_from(">H", file.read(_PAGE_SIZE_OFFSET + 2), _PAGE_SIZE_OFFSET)
    return path.stat().st_size % (65_536 if size == 1 else max(size, 1)) != 0


def _list_damage(connection: apsw.Connection) -> Iterator[str]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in sorted(tables, key=lambda each: each == "journal"):
        for (found,) in connection.execute(f"PRAGMA quick_check('{table}')"):
            if found != "ok":
                yield str(found).partition("\n")[0]
