"""What can be seen of a service from outside: who holds its store, what it says, and what waits."""

import datetime as dt
from pathlib import Path

from flowalert.cli.report.status import Seen
from flowalert.operation.health import Look, find_faults, find_troubles
from flowalert.operation.status import Status, find_status_file, read_status
from flowalert.store import Holder, Reader, StoreRefused, find_holder


def look_at_service(path: Path) -> tuple[Holder | None, Status | None]:
    """Return who holds a store and what a service on it said last; raises StoreRefused where nobody may know."""
    try:
        # The holder first: what it says is at least as new as that it is the holder.
        return find_holder(path), read_status(find_status_file(path))
    except OSError as error:
        words = f"{error.filename}: cannot be read ({error.strerror}); ask as the service's user or as root"
        raise StoreRefused(words) from None


async def look_at(path: Path, reader: Reader, now: dt.datetime, *, alive: bool = False) -> Seen:
    """Return what is seen of a service now; with `alive` only whether it goes round."""
    holder, said = look_at_service(path)
    look = Look(holder, said, await reader.backlog(now))
    silences = await reader.silences(now=now)
    faults = tuple(find_faults(look, now)) if holder else ()
    troubles = () if alive or not holder else tuple(find_troubles(look, now))
    return Seen(now=now, store=path, look=look, silences=tuple(silences), faults=faults, troubles=troubles)
