"""The SQLite file: made whole or not at all, opened with the promises that the store rests on."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

import apsw
import trio

from flowalert.store.copy import sync
from flowalert.store.fault import Fault, find_fault, gone, read_only
from flowalert.store.footing import Footing
from flowalert.store.patience import Patience
from flowalert.store.refusal import StoreFailed, StoreRefused
from flowalert.store.schema import migrate
from flowalert.store.transaction import transact

P = ParamSpec("P")
T = TypeVar("T")

_BUSY_MS = 5_000  # a command line that writes beside the service holds the file for milliseconds
_TRIM_MS = 50  # commits wait for it
# The log is cut back to this once all of it is in the file; a busy day's commits need less between two checkpoints.
_LOG_SIZE = 32 * 1024 * 1024


class _Failure(Exception):  # noqa: N818 - a fault on its way out of the connection's thread
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


class Database:
    """A connection with its own thread, where whole functions run, one after the other.

    What changes is the file, and only the functions given to `write` change it. A function a call, not a
    statement a call: a hop to the thread costs 70 µs, and no other task can come between the statements of
    a transaction.
    """

    def __init__(self, connection: "apsw.AsyncConnection", path: Path, patience: Patience) -> None:
        self._connection = connection
        self._path = path
        self._patience = patience
        self._footing = Footing(path)

    async def read(
        self, question: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function that only reads; cancelling ends its query. Raises StoreFailed for a file that is damaged."""
        try:
            return await self._run(_ask, question, *args, **kwargs)
        except _Failure as failure:
            raise StoreFailed(failure.fault.describe(self._path)) from failure.__cause__

    async def write(self, change: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function as one transaction, on disk when this returns; a cancel waits for that.

        Where the file refuses what it may take later, since the disk is full or the file locked, the function is run
        again and again, as long as the patience lasts. Raises StoreFailed then, and for what does not pass.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        trial = self._patience.begin()
        while True:
            try:
                with trio.CancelScope(shield=True):
                    return await self._run(_transact, self._footing, change, *args, **kwargs)
            except _Failure as failure:
                words = failure.fault.describe(self._path)
                if not failure.fault.passes or not await trial.wait(words):
                    raise StoreFailed(words) from failure.__cause__

    async def trim_log(self) -> int:
        """Bring the write-ahead log into the file and cut it back to nothing; return how many bytes it has then.

        It keeps them where somebody reads an older state of the store, for whom a commit would not wait either.
        """
        return await self._run(_trim_log, self._path)

    def log_size(self) -> int:
        """Return how many bytes the write-ahead log has."""
        return _log_size(self._path)

    def hurry(self) -> None:
        """Let what waits for the file to be writable again, now or later, wait for seconds alone."""
        self._patience.hurry()

    async def _run(self, act: Callable[..., T], *args: object, **kwargs: object) -> T:
        return cast(
            "T", await self._connection.async_run(_name_fault, self._connection, self._path, act, *args, **kwargs)
        )


def _name_fault(connection: apsw.Connection, path: Path, act: Callable[..., T], *args: object, **kwargs: object) -> T:
    try:
        return act(connection, *args, **kwargs)
    except apsw.Error as error:
        # Asked in the connection's thread, before it does anything else.
        fault = find_fault(error, path, connection.system_errno)
        if fault is None:
            raise
        raise _Failure(fault) from error


def _trim_log(connection: apsw.Connection, path: Path) -> int:
    connection.set_busy_timeout(_TRIM_MS)
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        pass  # the size tells
    finally:
        connection.set_busy_timeout(_BUSY_MS)
    return _log_size(path)


def _log_size(path: Path) -> int:
    log = path.with_name(f"{path.name}-wal")
    return log.stat().st_size if log.exists() else 0


def _ask(
    connection: apsw.Connection,
    question: Callable[Concatenate[apsw.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    return question(connection, *args, **kwargs)


def _transact(
    connection: apsw.Connection,
    footing: Footing,
    change: Callable[Concatenate[apsw.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with transact(connection):
        done = change(connection, *args, **kwargs)
        # Before the commit: SQLite would go on writing to a file that has no name any more.
        if not footing.is_firm():
            raise _Failure(gone())
    return done


@asynccontextmanager
async def open_database(
    path: Path, *, readonly: bool, patience: float = 0.0, on_wait: Callable[[], None] = lambda: None
) -> AsyncIterator[Database]:
    """Open an existing file; it is closed when the block ends.

    `patience` is how many seconds a write waits for a file that cannot be written for the moment, and `on_wait` is
    called whenever it does. Raises StoreRefused for a file that cannot be used.
    """
    flags = apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE
    try:
        # Cancelled in the middle, it would leave its thread behind, and the process would never end.
        with trio.CancelScope(shield=True):
            connection = await apsw.Connection.as_async(str(path), flags=flags)
    except apsw.Error as error:
        raise _refuse(error, path) from error
    try:
        try:
            await connection.async_run(_name_fault, connection, path, _prepare, path, readonly=readonly)
        except _Failure as failure:
            raise StoreRefused(failure.fault.describe(path)) from failure.__cause__
        yield Database(connection, path, Patience(patience, on_wait))
    finally:
        with trio.CancelScope(shield=True):
            await connection.aclose()


def _refuse(error: apsw.Error, path: Path, system_errno: int = 0) -> Exception:
    fault = find_fault(error, path, system_errno)
    return error if fault is None else StoreRefused(fault.describe(path))


def create_file(path: Path) -> None:
    """Make an empty store, readable by its owner alone; a crash in between leaves no file of that name.

    It is made under another name and then renamed. Made in place, a crash could leave an SQLite file that
    does not yet bear the store's mark, and the next start would take it for another program's.
    """
    making = path.with_name(path.name + ".new")
    try:
        making.unlink(missing_ok=True)
        os.close(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        connection = apsw.Connection(str(making), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.pragma("synchronous", "FULL")
            migrate(connection)
        except apsw.Error as error:
            raise _refuse(error, path, connection.system_errno) from error
        finally:
            connection.close()
        making.rename(path)
        sync(path.parent)
    except OSError as error:
        raise StoreRefused(
            f"{path}: cannot be made ({error.strerror}); make room and give the service's user the right to, or name "
            "another file in `store:`"
        ) from error


def _prepare(connection: apsw.Connection, path: Path, *, readonly: bool) -> None:
    connection.set_busy_timeout(_BUSY_MS)
    if readonly:
        return
    if connection.readonly("main"):
        # SQLite opens it all the same, and would refuse the first commit.
        raise _Failure(read_only(path))
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", "FULL")
    connection.pragma("journal_size_limit", _LOG_SIZE)
    # A step that makes a table anew drops one that others refer to.
    migrate(connection)
    connection.pragma("foreign_keys", True)  # noqa: FBT003 - a pragma's value has no name
