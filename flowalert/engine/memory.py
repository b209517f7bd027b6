"""What has a memory: changes over time, each over the readings of one expression in one series."""

from collections import deque
from typing import NamedTuple, Protocol

from flowalert.language.code import Read, Value
from flowalert.market.entry import Update


class Continuity(Protocol):
    """Tells whether updates were missed just before the present one."""

    gap: bool


class Reading(NamedTuple):
    """One publication's value; `broken` where updates were missed just before it."""

    at: int
    value: Value
    broken: bool


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
        self._answer: Value = None
        self._readings: deque[Reading] = deque()

    def reset(self) -> None:
        """Forget everything: a new session begins."""
        self._seen = None
        self._answer = None
        self._readings.clear()

    def read(self, update: Update) -> Value:
        """Return the answer as of `update`, which is the series' latest."""
        if update is not self._seen:
            self._seen = update
            readings = self._readings
            broken = self._continuity.gap
            if readings and readings[-1].at == update.at:
                corrected = readings.pop()
                broken = broken or corrected.broken
            readings.append(Reading(update.at, self._of(update), broken))
            self._answer = self._look_back(update.at)
        return self._answer

    def _look_back(self, at: int) -> Value:
        raise NotImplementedError

    def _change_since(self, base: Reading) -> Value:
        now = self._readings[-1].value
        return None if now is None or base.value is None else now - base.value


class ChangeSincePrevious(Memory):
    """`delta(x)`: the change since the previous publication; unknown where updates were missed between."""

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - the previous publication has no fixed distance
        readings = self._readings
        while len(readings) > 2:
            readings.popleft()
        if len(readings) < 2 or readings[-1].broken:
            return None
        return self._change_since(readings[0])


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
        while len(readings) > 1 and readings[1].at <= target:
            readings.popleft()
        base = readings[0]
        if base.at > target or (base.at < target and readings[1].broken):
            return None
        return self._change_since(base)


class ChangeOverUpdates(Memory):
    """`delta(x, 20 updates)`: the change since that many publications ago; none of them may be missing."""

    def __init__(self, of: Read, continuity: Continuity, count: int) -> None:
        super().__init__(of, continuity)
        self._count = count

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - counted in publications, not in time
        readings = self._readings
        if readings[-1].broken:
            while len(readings) > 1:
                readings.popleft()
        while len(readings) > self._count + 1:
            readings.popleft()
        return self._change_since(readings[0]) if len(readings) == self._count + 1 else None
