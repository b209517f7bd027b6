"""What SQLite's errors mean for the person who runs the service: what happened, whether it may pass, what to do."""

import errno
from pathlib import Path

import apsw
from msgspec import Struct

# EFBIG is a limit on the process or the file system, and somebody can lift it like any other.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Fault(Struct, frozen=True):
    """What is wrong with a store's file, in words, and what to do; `passes` where it may be over by itself."""

    what: str
    remedy: str
    passes: bool = False

    def describe(self, path: Path) -> str:
        return f"{path}: {self.what}; {self.remedy}"


def find_fault(error: apsw.Error, path: Path, system_errno: int = 0) -> Fault | None:
    """Return what an error says of the file; None for one that is the program's own fault.

    `system_errno` is the operating system's number of what went wrong, 0 where it is not known.
    """
    match error:
        case apsw.FullError():
            return _no_room(path)
        case apsw.IOError() if system_errno in _NO_ROOM:
            return _no_room(path)
        case apsw.BusyError() | apsw.LockedError():
            return Fault(
                "locked by another program",
                f"end what holds it (`fuser {path}` lists who has it open), such as an SQLite shell in a transaction",
                passes=True,
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.AuthError():
            return read_only(path)
        case apsw.CantOpenError() if system_errno in _NO_RIGHT:
            return read_only(path)
        case apsw.CorruptError() | apsw.NotADBError():
            return damaged(path, str(error))
        case apsw.IOError() | apsw.CantOpenError():
            why = errno.errorcode.get(system_errno, "")
            return Fault(
                f"the disk does not read or write it ({error}{f', {why}' if why else ''})",
                "look at the disk (`dmesg` has the kernel's words), then start again",
            )
        case _:
            return None


def damaged(path: Path, what: str) -> Fault:
    """Return the fault of a file that is not as SQLite wrote it."""
    return Fault(
        f"the store is damaged ({what})",
        f"it was left as it is: restore a backup (`flowalert backup` made it), or move {path.name} and "
        f"{path.name}-wal away to begin with an empty store",
    )


def gone() -> Fault:
    """Return the fault of a file that was removed or replaced while it was open."""
    return Fault(
        "the file was removed or replaced while the service had it open",
        "what was written since then cannot be found by that name any more: put a backup in its place, or start again "
        "with an empty store, and keep other programs from it",
    )


def read_only(path: Path) -> Fault:
    """Return the fault of a file that is there to be read alone."""
    return Fault(
        "it cannot be written to (read-only, or no right to)",
        f"give the service's user the right to write to it and to the folder {path.parent}, and see that the file "
        "system is mounted read-write",
    )


def _no_room(path: Path) -> Fault:
    return Fault("no room to write: the disk is full or a limit is reached", f"free some on {path.parent}", passes=True)
