"""Whether the store is there, whole, private, and has room."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from flowalert.checkup.finding import Finding, fail, warn, well
from flowalert.store import StoreRefused, find_holder, open_reader

_ABOUT = "store"
_LITTLE = 1_000_000_000
_TOO_LITTLE = 100_000_000


async def check_store(path: Path) -> AsyncIterator[Finding]:
    """Yield what is found of a store, beside a service that runs on it or without."""
    yield _check_room(path)
    if not path.exists():  # noqa: ASYNC240 - one look at a local file
        if path.parent.is_dir():
            yield well(_ABOUT, f"{path} is not there yet; the first start makes it")
        else:
            yield fail(_ABOUT, f"the folder {path.parent} is not there", "make it, for the service's user to write to")
        return
    for finding in _check_modes(path):
        yield finding
    try:
        holder = find_holder(path)
        yield well(_ABOUT, f"held by process {holder.process}" if holder else "no service runs on it")
        async with open_reader(path) as reader:
            damages = await reader.find_damages()
            sessions = [] if damages else await reader.sessions()
    except StoreRefused as refused:
        yield fail(_ABOUT, str(refused), "restore a backup, or name another file in `store:`")
        return
    except OSError as error:
        yield fail(_ABOUT, f"{error.filename}: {error.strerror}", "ask as the service's user, or as root")
        return
    if damages:
        yield fail(_ABOUT, f"{path} is damaged: {damages[0]}", "stop the service, and restore a backup")
        return
    newest = f"; its last session is {sessions[0].venue.value} of {sessions[0].date}" if sessions else ""
    yield well(_ABOUT, f"{path} is whole, {path.stat().st_size / 1e6:,.1f} MB{newest}")  # noqa: ASYNC240 - the same


def _check_room(path: Path) -> Finding:
    folder = path.parent if path.parent.is_dir() else Path(path.anchor or ".")
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:,.1f} GB free in {folder}"
    remedy = "make room: without any the service ends, and updates are missed"
    if free < _TOO_LITTLE:
        return fail("disk", words, remedy)
    return warn("disk", words, remedy) if free < _LITTLE else well("disk", words)


def _check_modes(path: Path) -> list[Finding]:
    files = (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", ".token", ".status")))
    found = []
    for file in files:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        if mode & 0o077:
            words = f"others may read {file} (mode {mode:04o}), and it says who is told of what"
            found.append(warn(_ABOUT, words, f"chmod 600 {file}"))
    return found
