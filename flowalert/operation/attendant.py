"""Stands by a running service: tells the service manager, and whoever asks later, how it goes."""

import math
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import structlog
import trio
from msgspec.structs import replace

from flowalert import __version__
from flowalert.operation.pulse import Pulse
from flowalert.operation.status import FeedStatus, Outlook, Phase, Status, find_status_file, say_status, write_status
from flowalert.operation.systemd import Notifier

log = structlog.get_logger()

# A person who looks sees what was true these seconds ago at the most.
TELL_EVERY = 2.0
# Several times as long as the slowest part needs to go round on a busy machine.
STUCK_AFTER = 20.0
# The store has one thread, which can wait for the disk.
_LOOK_WITHIN = 5.0


class Attended(Protocol):
    """A service, as far as it is stood by."""

    @property
    def pulse(self) -> Pulse: ...

    async def look(self) -> Outlook: ...


_NOTHING_SEEN = Outlook(
    rules=0, channels=0, open_alerts=0, waiting=0, told=0, held_back=0, feed=FeedStatus(places=0, registered=0)
)


class Attendant:
    """Tells of one service, from its start to its end.

    What changes: the last status, and whether it was said that the file cannot be written, by `attend` and `end`.
    """

    def __init__(
        self,
        service: Attended,
        store: Path,
        notifier: Notifier,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Stand by the service that holds this store."""
        self._service = service
        self._path = find_status_file(store)
        self._notifier = notifier
        self._now = now
        self._started_at = now()
        self._last: Status | None = None
        self._is_unwritten = False

    async def attend(self, stop: trio.Event) -> None:
        """Tell how it goes until cancelled: ready once every part has gone round, stopping once `stop` is set.

        The watchdog is fed only as long as every part goes round.
        """
        within = self._notifier.watchdog_within
        every = TELL_EVERY if within is None else min(TELL_EVERY, within / 4)
        while not self._service.pulse.is_whole and not stop.is_set():
            with trio.move_on_after(0.05):
                await stop.wait()
        self._notifier.tell_ready(say_status(await self._write(Phase.RUNNING)))
        while not stop.is_set():
            with trio.move_on_after(every):
                await stop.wait()
            if self._service.pulse.take():
                self._notifier.tell_alive()
            self._notifier.tell_status(say_status(await self._write(Phase.RUNNING)))
        self._notifier.tell_stopping(f"stopping; {say_status(await self._write(Phase.STOPPING))}")

    async def end(self, why: str) -> None:
        """Write down why the service has ended."""
        # One that ended at once was never looked at.
        outlook = _NOTHING_SEEN if self._last is None else self._last.outlook
        await self._save(replace(self._note(Phase.STOPPED, outlook), end=why))

    def _note(self, phase: Phase, outlook: Outlook) -> Status:
        return Status(
            version=__version__,
            process=os.getpid(),
            phase=phase,
            started_at=self._started_at,
            written_at=self._now(),
            outlook=outlook,
        )

    async def _write(self, phase: Phase) -> Status:
        stuck = tuple(part.value for part in self._service.pulse.find_stuck(STUCK_AFTER))
        status = replace(self._note(phase, await self._look()), stuck=stuck)
        if status.stuck and not (self._last and self._last.stuck):
            log.error("part stuck", parts=", ".join(status.stuck), after=STUCK_AFTER)
        await self._save(status)
        return status

    async def _look(self) -> Outlook:
        """Look at the service; where its store does not answer, what was seen last must do: others are to be told."""
        last = None if self._last is None else self._last.outlook
        with trio.move_on_after(math.inf if last is None else _LOOK_WITHIN):
            last = await self._service.look()
        assert last is not None  # noqa: S101 - without one before there is no deadline
        return last

    async def _save(self, status: Status) -> None:
        self._last = status
        try:
            await trio.to_thread.run_sync(write_status, self._path, status)
        except OSError as error:
            if not self._is_unwritten:
                self._is_unwritten = True
                log.warning("status not written", path=str(self._path), reason=error.strerror or str(error))
        else:
            self._is_unwritten = False
