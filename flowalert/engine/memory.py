"""What has a memory: changes over time, each over the readings of one expression in one series."""

from collections import deque
from typing import Protocol, TypeAlias

from flowalert.language.code import Read, Value
from flowalert.market.entry import Update


class Continuity(Protocol):
    """Tells whether updates were missed just before the present one."""

    gap: bool


# One publication: its exchange time, the value, and whether updates were missed just before it. A plain tuple: a named
# one costs five times as much to make, and one is made for each update.
Reading: TypeAlias = tuple[int, Value, bool]


class Memory:
    """The readings of one expression, and an answer over them.

    `read` takes the update in and answers; asked again for the same update it gives the same answer, so that any
    number of features and texts may share one. A second update of one publication (a correction) takes the
    place of the first. What changes: the readings, by `read` and `reset` alone.
    """

    def __init__(self, of: Read, continuity: Continuity) -> None:
        self._of = of
        self._continuity = continuity
        self._seen: Update | None = None
        self._seen_at = -1
        self._answer: Value = None
        self._readings: deque[Reading] = deque()

    def reset(self) -> None:
        """Forget everything: a new session begins."""
        self._seen = None
        self._seen_at = -1
        self._answer = None
        self._readings.clear()

    def read(self, update: Update) -> Value:
        """Return the answer as of `update`, which is the series' latest."""
        if update is not self._seen:
            self._seen = update
            readings = self._readings
            at = update.at
            broken = self._continuity.gap
            if at == self._seen_at:
                corrected = readings.pop()
                broken = broken or corrected[2]
            self._seen_at = at
            value = self._of(update)
            readings.append((at, value, broken))
            base = self._look_back(at)
            self._answer = None if base is None or value is None else value - base
        return self._answer

    def _look_back(self, at: int) -> Value:
        """Return the value to compare the present one with, None where it is unknown; drop what is too old."""
        raise NotImplementedError


class ChangeSincePrevious(Memory):
    """`delta(x)`: the change since the previous publication; unknown where updates were missed between."""

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - the previous publication has no fixed distance
        readings = self._readings
        while len(readings) > 2:
            readings.popleft()
        if len(readings) < 2 or readings[-1][2]:
            return None
        return readings[0][1]


class ChangeOverDuration(Memory):
    """`delta(x, 5m)`: the change since the value that stood so long ago.

    Unknown until the readings reach back so far, and where updates were missed around that moment.
    """

    def __init__(self, of: Read, continuity: Continuity, seconds: int) -> None:
        super().__init__(of, continuity)
        self._seconds = seconds

    def _look_back(self, at: int) -> Value:
        readings = self._readings
        target = at - self._seconds
        while readings[0][0] < target and readings[1][0] <= target:
            readings.popleft()
        stood_at, value, _ = readings[0]
        if stood_at > target or (stood_at < target and readings[1][2]):
            return None
        return value


class ChangeOverUpdates(Memory):
    """`delta(x, 20 updates)`: the change since that many publications ago; none of them may be missing."""

    def __init__(self, of: Read, continuity: Continuity, count: int) -> None:
        super().__init__(of, continuity)
        self._count = count

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - counted in publications, not in time
        readings = self._readings
        if readings[-1][2]:
            while len(readings) > 1:
                readings.popleft()
        while len(readings) > self._count + 1:
            readings.popleft()
        return readings[0][1] if len(readings) == self._count + 1 else None
