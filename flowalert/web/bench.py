"""Where rules are checked and tried for the pages: beside the engine's loop, one at a time, and never for long."""

import os
import sys
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import msgspec
import structlog
import trio

from flowalert.web.mistake import RequestRefused
from flowalert.workbench.check import Checked, Checking, check
from flowalert.workbench.trial import NotTried, Tried, Trying

log = structlog.get_logger()

# A busy day of some rules takes a few seconds, on a machine that has others to do.
TRIED_FOR = 60
CHECKED_FOR = 20.0
# Somebody else's turn is waited for so long.
_PATIENCE = 20.0
# A thread shares the interpreter with the engine: what takes longer than a few hundredths goes to another process.
_LITTLE = 60_000
_KEPT_FOR = 60.0
_KEPT = 32
# The service's environment has the secrets of its settings: rules need none of them.
_KEPT_OF_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_COMMAND = (sys.executable, "-P", "-m", "flowalert.workbench")


class Bench:
    """Checks and tries rules.

    What changes: whose turn it is, and the outcomes of the last minute, by `try_out` alone.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        """Make ready; `command` takes an order on standard input, and answers on standard output."""
        self._command = command
        self._checking = trio.Lock()
        self._trying = trio.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Tried | NotTried]] = OrderedDict()

    async def check(self, order: Checking) -> Checked:
        """Check a text; raises RequestRefused (503) where that takes too long, or others are before."""
        async with _Turn(self._checking):
            if await trio.to_thread.run_sync(_measure, order) <= _LITTLE:
                return await trio.to_thread.run_sync(check, order)
            checked: Checked = await self._run(order, Checked, CHECKED_FOR)
            return checked

    async def try_out(self, order: Trying, key: Hashable = None) -> Tried | NotTried:
        """Try rules on the present day; what has the same `key` is kept for a minute.

        Raises RequestRefused (503) where that takes too long, or others are before. Cancelling ends the process.
        """
        async with _Turn(self._trying):
            kept = self._kept.get(key) if key is not None else None
            if kept is not None and trio.current_time() < kept[0] + _KEPT_FOR:
                return kept[1]
            outcome: Tried | NotTried = await self._run(order, Tried | NotTried, order.seconds)
            if key is not None:
                self._kept[key] = (trio.current_time(), outcome)
                self._kept.move_to_end(key)
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return outcome

    async def _run(self, order: Checking | Trying, answer: Any, seconds: float) -> Any:
        done: CompletedProcess[bytes] | None = None
        try:
            with trio.move_on_after(seconds):
                done = await trio.run_process(
                    self._command,
                    stdin=msgspec.json.encode(order),
                    capture_stdout=True,
                    capture_stderr=True,
                    check=False,
                    deliver_cancel=_kill,
                    env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
                )
        except OSError as error:
            raise RequestRefused(503, f"no process can be started: {error.strerror}") from None
        if done is None:
            what = f"this took longer than {seconds:g} seconds and was ended"
            raise RequestRefused(503, what, instead="try fewer rules")
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            log.error("workbench failed", code=done.returncode, last=last[0][:500] if last else "")
            raise RequestRefused(503, "the process that tries rules has failed; the service's log says more")
        return msgspec.json.decode(done.stdout, type=answer)


class _Turn:
    """A block in which a lock is held; raises RequestRefused (503) where others hold it for too long."""

    def __init__(self, lock: trio.Lock) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        try:
            with trio.fail_after(_PATIENCE):
                await self._lock.acquire()
        except trio.TooSlowError:
            raise RequestRefused(503, "others are trying rules", instead="try again in a while", after=10) from None

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


async def _kill(process: trio.Process) -> None:
    process.kill()


def _measure(order: Checking) -> int:
    """Return how many bytes there are to check."""
    size = len(order.text)
    for file in order.files:
        try:
            size += Path(file).stat().st_size if file != order.file else 0
        except (OSError, ValueError):
            continue
    return size
