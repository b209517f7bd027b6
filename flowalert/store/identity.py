"""Telling a store from every other file, without touching it."""

import struct
from pathlib import Path

import apsw

from flowalert.store.fault import damaged, find_fault
from flowalert.store.refusal import StoreRefused
from flowalert.store.schema import APPLICATION_ID, VERSION

# Source: the SQLite file format, "The Database Header".
_MAGIC = b"SQLite format 3\0"
_HEADER_LENGTH = 100
_APPLICATION_ID_OFFSET = 68
_BUSY_MS = 5_000


def check_existing(path: Path) -> int:
    """Return the version of the store in a file; raises StoreRefused as `check_identity`, and where there is none."""
    if not path.exists():
        raise StoreRefused(f"{path}: no such store; start the service once, or name its file in `store:`")
    return check_identity(path)


def check_identity(path: Path) -> int:
    """Return the store's version; raise StoreRefused unless it is this one or older. The file stays as it is."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_LENGTH)
    except OSError as error:
        raise StoreRefused(
            f"{path}: cannot be read ({error.strerror}); mend that, or name another file in `store:`"
        ) from error
    if not header.startswith(_MAGIC) or len(header) < _HEADER_LENGTH:
        raise StoreRefused(f"{path}: not a store of flowalert and not an SQLite file; name another file in `store:`")
    (application,) = struct.unpack_from(">I", header, _APPLICATION_ID_OFFSET)
    if application != APPLICATION_ID:
        raise StoreRefused(
            f"{path}: an SQLite file of another program (application_id {application:#010x}, "
            f"a store has {APPLICATION_ID:#010x}); name another file in `store:`"
        )
    version = _read_version(path)
    if version > VERSION:
        raise StoreRefused(
            f"{path}: written by a newer flowalert (store version {version}, this one knows {VERSION}); "
            "run that flowalert, or name another file in `store:`"
        )
    return version


def _read_version(path: Path) -> int:
    # The header would not do: a version raised shortly before a crash is still in the write-ahead log.
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(_BUSY_MS)
    try:
        return int(connection.pragma("user_version"))
    except apsw.Error as error:
        fault = find_fault(error, path, connection.system_errno)
        raise StoreRefused(
            damaged(path, str(error)).describe(path) if fault is None else fault.describe(path)
        ) from error
    finally:
        connection.close()
