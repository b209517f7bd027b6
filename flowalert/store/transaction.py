"""A transaction that is all there when the block ends, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def transact(connection: apsw.Connection) -> Iterator[None]:
    """Commit what the block does, on disk; nothing of it stays where the block or the commit fails.

    `with connection` was passed over: SQLite itself rolls back where the disk is full, and apsw fails in doing so once
    more and says only that.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
