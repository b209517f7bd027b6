"""Exchange time in the simulator: trio's time, run faster."""

import trio

from flowalert.market.calendar import SLOT


class Clock:
    """Exchange time (see `market.instant`), running `speed` times as fast as trio's.

    `sleep_until` and `jump` change it, and one task alone calls them. It never shows a time beyond the one that
    this task waits for; a task that is late by more than a slot makes the clock late, instead of hurrying
    through what it missed.
    """

    def __init__(self, at: int, speed: float) -> None:
        self._speed = speed
        self._anchor_at = float(at)
        self._anchored_at = trio.current_time()
        self._waits_for = float(at)

    def now(self) -> int:
        """Return the exchange time."""
        passed = (trio.current_time() - self._anchored_at) * self._speed
        return int(min(self._anchor_at + passed, self._waits_for))

    def seconds(self, exchange_seconds: float) -> float:
        """Return how many real seconds a stretch of exchange time takes."""
        return exchange_seconds / self._speed

    async def sleep_until(self, at: float) -> None:
        """Wait for an exchange time; one that has passed is only a checkpoint."""
        self._waits_for = max(at, self._waits_for)
        due_at = self._anchored_at + self.seconds(at - self._anchor_at)
        await trio.sleep_until(due_at)
        if trio.current_time() - due_at > self.seconds(SLOT):
            self._anchor(at)

    def jump(self, at: int) -> None:
        """Set the clock to a later time at once."""
        self._waits_for = float(at)
        self._anchor(at)

    def _anchor(self, at: float) -> None:
        self._anchor_at = at
        self._anchored_at = trio.current_time()
