"""How long a write waits for a file that cannot be written for the moment, and how it says so."""

import math
from collections.abc import Callable

import structlog
import trio

_FIRST_WAIT = 0.1
# Less is no time at all, and may be so little that a clock does not move by it.
_SHORTEST_WAIT = 0.001
_LONGEST_WAIT = 5.0
_TOLD_EVERY = 60.0
# What is left to a service that is to stop: less than its ten seconds.
_IN_A_HURRY = 3.0

log = structlog.get_logger()


class Patience:
    """So many seconds for each write; `hurry` alone changes it, to a few. `on_wait` is called before each wait."""

    def __init__(self, seconds: float, on_wait: Callable[[], None] = lambda: None) -> None:
        self.seconds = seconds
        self.on_wait = on_wait
        self.hurried = trio.Event()

    def hurry(self) -> None:
        """Let all that wait, now or later, wait for a few seconds alone."""
        self.seconds = min(self.seconds, _IN_A_HURRY)
        self.hurried.set()

    def begin(self) -> "Trial":
        """Return the waiting of one write."""
        return Trial(self)


class Trial:
    """One write that is tried until it goes through; `wait` alone changes how long it has been waited for."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._began_at = trio.current_time()
        self._told_at = -math.inf
        self._next_wait = _FIRST_WAIT

    async def wait(self, why: str) -> bool:
        """Wait until it is time for the next try; return whether there is to be one. Says `why` once a minute."""
        now = trio.current_time()
        left = self._began_at + self._patience.seconds - now
        if left < _SHORTEST_WAIT:
            return False
        if now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            log.error("the store cannot be written; trying again", why=why, gives_up_in_s=round(left))
        self._patience.on_wait()
        pause, self._next_wait = self._next_wait, min(2 * self._next_wait, _LONGEST_WAIT)
        with trio.move_on_after(min(pause, left)):
            if self._patience.hurried.is_set():
                await trio.sleep_forever()
            await self._patience.hurried.wait()
        return True
