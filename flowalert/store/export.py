"""The part of the journal that is on its way into a recording: named in the store before and after it is written.

A recording and the store cannot be changed in one step. So the file's name is written down first, then the file is
made under another name and takes its own, then it is written down that it is whole, and only then do its entries go.
A crash before the last but one writes the same entries into the same file again; a crash after it, none of them.
"""

from pathlib import Path
from typing import Any

import apsw
from msgspec import Struct


class Export(Struct, frozen=True):
    """Entries, from the first to the last, and the recording that they go into; `is_done` once it is whole."""

    first_seq: int
    last_seq: int
    file: Path
    is_done: bool = False


def read_export(connection: apsw.Connection) -> Export | None:
    """Return what is on its way."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT first_seq, last_seq, file, is_done FROM exports"
    ).fetchall()
    return Export(rows[0][0], rows[0][1], Path(rows[0][2]), bool(rows[0][3])) if rows else None


def save_export(connection: apsw.Connection, export: Export | None) -> None:
    """Write down what is on its way, in place of what was."""
    connection.execute("DELETE FROM exports")
    if export is not None:
        connection.execute(
            "INSERT INTO exports (first_seq, last_seq, file, is_done) VALUES (?, ?, ?, ?)",
            (export.first_seq, export.last_seq, str(export.file), int(export.is_done)),
        )
