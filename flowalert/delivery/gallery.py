"""Pictures drawn beside the path of the alerts, into files to be attached.

Each is drawn by a process of its own. A thread was rejected: matplotlib holds the interpreter's lock for most of the
second that it takes, it cannot be ended when it hangs, and a font that crashes it would take the service along. So was
a process that stays for the next: trio has none, and it would hold 80 MB between alerts that may be hours apart.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import structlog
import trio

from flowalert.delivery.picture import Picture
from flowalert.market.instant import clock

CAPACITY = 16
DRAW_WITHIN = 30.0  # seconds; the first has to look through all fonts of the machine

_COMMAND = (sys.executable, "-m", "flowalert.delivery.chart")
_PNG = b"\x89PNG\r\n\x1a\n"
# The service's environment has the secrets of its settings: a drawing needs none of them.
_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "XDG_DATA_HOME", "TMPDIR")

log = structlog.get_logger()


def find_missing_charts() -> str | None:
    """Return what to do before charts can be drawn, None where nothing is missing."""
    if importlib.util.find_spec("matplotlib") is not None:
        return None
    return "charts need matplotlib, which is not installed: pip install 'flowalert[charts]'"


@contextmanager
def open_gallery() -> Iterator["Gallery"]:
    """Open a gallery in a new folder that only this user can read; the folder and what is in it are gone afterwards.

    Raises OSError where no folder can be made.
    """
    with tempfile.TemporaryDirectory(prefix="flowalert-", ignore_cleanup_errors=True) as folder:
        yield Gallery(Path(folder))


class Gallery:
    """Draws pictures, one at a time and in their order.

    What changes, by `draw` alone: `drawn`, `failed` and `dropped`, which count; and who waits for a turn.
    """

    def __init__(
        self,
        folder: Path,
        *,
        command: Sequence[str] = _COMMAND,
        capacity: int = CAPACITY,
        within: float = DRAW_WITHIN,
    ) -> None:
        self.drawn = self.failed = self.dropped = 0
        self._folder = folder
        self._command = command
        self._capacity = capacity
        self._within = within
        self._turn = trio.Lock()

    async def draw(self, picture: Picture) -> Path | None:
        """Return a PNG file of the picture; None, with a line in the log, where there is to be none.

        That is where `capacity` others wait already, or where the drawing fails or takes more than `within` seconds.
        The file is the caller's to `discard`.
        """
        waiting = self._turn.statistics().tasks_waiting
        if waiting >= self._capacity:
            self.dropped += 1
            log.warning("chart dropped", title=picture.title.english, waiting=waiting, dropped=self.dropped)
            return None
        async with self._turn:
            path = self._folder / f"{clock(picture.at).replace(':', '')}-{self.drawn + self.failed}.png"
            trouble = await self._draw(picture, path)
            if trouble is None:
                self.drawn += 1
                return path
            self.failed += 1
            log.warning("chart not drawn", title=picture.title.english, why=trouble, failed=self.failed)
            return None

    def discard(self, path: Path) -> None:
        """Delete a picture that has been sent, or will not be."""
        with suppress(OSError):
            path.unlink(missing_ok=True)

    async def _draw(self, picture: Picture, path: Path) -> str | None:
        """Draw a picture into a file; return what went wrong, None where nothing did."""
        try:
            with trio.move_on_after(self._within) as limit:
                drawing = await trio.run_process(
                    self._command,
                    stdin=msgspec.json.encode(picture),
                    capture_stdout=True,
                    capture_stderr=True,
                    check=False,
                    deliver_cancel=_kill,
                    env=self._find_environment(),
                )
            if limit.cancelled_caught:
                return f"it took more than {self._within:g} s"
            if drawing.returncode or not drawing.stdout.startswith(_PNG):
                return _explain(drawing)
            await trio.to_thread.run_sync(_keep, path, drawing.stdout)
        except OSError as error:
            return str(error)
        return None

    def _find_environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # Where matplotlib remembers the machine's fonts: a service's user may have no home to write to.
        return {**kept, "MPLCONFIGDIR": str(self._folder / "matplotlib")}


async def _kill(process: trio.Process) -> None:
    # It has nothing to put away, and one that hangs may not hear a plea.
    process.kill()


def _keep(path: Path, png: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(png)


def _explain(drawing: subprocess.CompletedProcess[bytes]) -> str:
    said = drawing.stderr.decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")
    return f"the drawing process ended with {drawing.returncode}: {last}"
