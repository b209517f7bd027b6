"""Missed updates in the log: a line for many, since after a loss every series has missed some."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import structlog

from flowalert.market.series import Series

log = structlog.get_logger()

# Seconds: as long as a slot's frames take to come, and one line a minute of a feed that always lacks some.
_GATHER_FOR = 5.0
_SAY_EVERY = 60.0
# Of more series than these a line counts the others.
_NAMED = 10


class GapLog:
    """Gathers gaps, and says them together.

    What changes: the gaps that are not said yet, and when they are to be, by each call. Times are trio's.
    """

    def __init__(self) -> None:
        self._unsaid: Counter[Series] = Counter()
        self._due_at = math.inf
        self._said_at = -math.inf

    def note(self, gaps: Mapping[Series, int], now: float) -> None:
        """Note gaps, to be said soon."""
        if not self._unsaid:
            self._due_at = max(now + _GATHER_FOR, self._said_at + _SAY_EVERY)
        self._unsaid.update(gaps)

    def look(self, now: float) -> None:
        """Say what is due by now."""
        if now >= self._due_at:
            self.end()
            self._said_at = now

    def end(self) -> None:
        """Say what is not said yet."""
        if self._unsaid:
            log.warning("updates missed", series=_name_some(sorted(self._unsaid)), gaps=self._unsaid.total())
        self._unsaid.clear()
        self._due_at = math.inf


def _name_some(series: Sequence[Series]) -> str:
    more = len(series) - _NAMED
    return ", ".join(map(str, series[:_NAMED])) + (f" and {more} more" if more > 0 else "")
