"""The SQLite file: made whole or not at all, opened with the promises that the store rests on."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

import apsw
import trio

from flowalert.store.schema import migrate

P = ParamSpec("P")
T = TypeVar("T")

_BUSY_MS = 5_000  # a command line that writes beside the service holds the file for milliseconds


class Database:
    """A connection with its own thread, where whole functions run, one after the other.

    What changes is the file, and only the functions given to `write` change it. A function a call, not a
    statement a call: a hop to the thread costs 70 µs, and no other task can come between the statements of
    a transaction.
    """

    def __init__(self, connection: "apsw.AsyncConnection") -> None:
        self._connection = connection

    async def read(
        self, question: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function that only reads; cancelling ends its query."""
        return cast("T", await self._connection.async_run(question, self._connection, *args, **kwargs))

    async def write(self, change: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function as one transaction, on disk when this returns; a cancel waits for that."""
        await trio.lowlevel.checkpoint_if_cancelled()
        with trio.CancelScope(shield=True):
            done = await self._connection.async_run(_transact, self._connection, change, *args, **kwargs)
        return cast("T", done)


def _transact(
    connection: apsw.Connection,
    change: Callable[Concatenate[apsw.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with connection:
        done = change(connection, *args, **kwargs)
    return done  # noqa: RET504 - for the type checker `with connection` may swallow, so no return stands in it


@asynccontextmanager
async def open_database(path: Path, *, readonly: bool) -> AsyncIterator[Database]:
    """Open an existing file; it is closed when the block ends."""
    flags = apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE
    connection = await apsw.Connection.as_async(str(path), flags=flags)
    try:
        await connection.async_run(_prepare, connection, readonly=readonly)
        yield Database(connection)
    finally:
        with trio.CancelScope(shield=True):
            await connection.aclose()


def create_file(path: Path) -> None:
    """Make an empty store, readable by its owner alone; a crash in between leaves no file of that name.

    It is made under another name and then renamed. Made in place, a crash could leave an SQLite file that
    does not yet bear the store's mark, and the next start would take it for another program's.
    """
    making = path.with_name(path.name + ".new")
    making.unlink(missing_ok=True)
    os.close(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = apsw.Connection(str(making), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.pragma("synchronous", "FULL")
        migrate(connection)
    finally:
        connection.close()
    making.rename(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _prepare(connection: apsw.Connection, *, readonly: bool) -> None:
    connection.set_busy_timeout(_BUSY_MS)
    if readonly:
        return
    connection.transaction_mode = "IMMEDIATE"
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", "FULL")
    # A step that makes a table anew drops one that others refer to.
    migrate(connection)
    connection.pragma("foreign_keys", True)  # noqa: FBT003 - a pragma's value has no name
