"""What has a memory: answers over the readings of one expression."""

from collections import deque
from typing import Protocol, TypeAlias

from flowalert.language.code import Moment, Read, Value
from flowalert.language.literal import LARGEST_VALUE


class Continuity(Protocol):
    """Tells whether updates were missed just before the present one."""

    gap: bool


# One publication: its exchange time, the value, and whether updates were missed just before it. A plain tuple: a named
# one costs five times as much to make, and one is made for each update.
Reading: TypeAlias = tuple[int, Value, bool]


class Memory:
    """An answer that depends on what was before.

    `read` takes the update in and answers; asked again for the same update it gives the same answer, so that any
    number of features and texts may share one. What changes: everything, by `read` and `reset` alone.
    """

    def __init__(self, of: Read, continuity: Continuity) -> None:
        self._of = of
        self._continuity = continuity
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new session begins."""
        self._seen: Moment | None = None
        self._seen_at = -1
        self._broken = False
        self._answer: Value = None

    def read(self, update: Moment) -> Value:
        """Return the answer as of `update`, the latest; None where it is unknown."""
        if update is self._seen:
            return self._answer
        self._seen = update
        at = update.at
        broken = self._continuity.gap
        corrects = at == self._seen_at
        if corrects:
            broken = broken or self._broken
        self._seen_at = at
        self._broken = broken
        answer = self._take(at, self._of(update), broken, corrects)
        if answer is not None and not -LARGEST_VALUE < answer < LARGEST_VALUE:
            answer = None
        self._answer = answer
        return answer

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: FBT001 - one caller, the path of every update
        """Take a reading in and answer. One that `corrects` takes the place of the one before, of the same time."""
        raise NotImplementedError


class _Change(Memory):
    """The difference of the present reading to one before it."""

    def reset(self) -> None:
        super().reset()
        self._readings: deque[Reading] = deque()

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: FBT001 - see Memory
        readings = self._readings
        if corrects:
            readings.pop()
        readings.append((at, value, broken))
        base = self._look_back(at)
        return None if base is None or value is None else value - base

    def _look_back(self, at: int) -> Value:
        """Return the value to compare the present one with, None where it is unknown; drop what is too old."""
        raise NotImplementedError


class ChangeSincePrevious(_Change):
    """`delta(x)`: the change since the previous publication; unknown where updates were missed between."""

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - the previous publication has no fixed distance
        return _previous(self._readings)


class ChangeOverDuration(_Change):
    """`delta(x, 5m)`: the change since the value that stood so long ago.

    Unknown until the readings reach back so far, and where updates were missed around that moment.
    """

    def __init__(self, of: Read, continuity: Continuity, seconds: int) -> None:
        super().__init__(of, continuity)
        self._seconds = seconds

    def read(self, update: Moment) -> Value:
        """Do as any memory does, in one call: no other window is as common."""
        if update is self._seen:
            return self._answer
        self._seen = update
        readings = self._readings
        at = update.at
        broken = self._continuity.gap
        if at == self._seen_at:
            broken = readings.pop()[2] or broken
        self._seen_at = at
        value = self._of(update)
        readings.append((at, value, broken))
        target = at - self._seconds
        while readings[0][0] < target and readings[1][0] <= target:
            readings.popleft()
        stood_at, stood, _ = readings[0]
        if stood is None or value is None or stood_at > target or (stood_at < target and readings[1][2]):
            self._answer = None
        else:
            self._answer = value - stood
        return self._answer


class ChangeOverUpdates(_Change):
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


class ChangeOverSession(_Change):
    """`delta(x, session)`: the change since the first reading of the session that is known."""

    def _look_back(self, at: int) -> Value:  # noqa: ARG002 - the first has no fixed distance
        readings = self._readings
        while len(readings) > 1 and readings[0][1] is None:
            readings.popleft()
        while len(readings) > 2:
            # The second last may be the first: the last can still be taken back.
            del readings[1]
        return readings[0][1]


class Previous(Memory):
    """`prev(x)`: the value of the previous publication; unknown where updates were missed between."""

    def reset(self) -> None:
        super().reset()
        self._readings: deque[Reading] = deque()

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: FBT001 - see Memory
        if corrects:
            self._readings.pop()
        self._readings.append((at, value, broken))
        return _previous(self._readings)


def _previous(readings: deque[Reading]) -> Value:
    while len(readings) > 2:
        readings.popleft()
    if len(readings) < 2 or readings[-1][2]:
        return None
    return readings[0][1]


class Streak(Memory):
    """`streak(c)`: for how many publications in a row the condition has held; missed updates break it."""

    def reset(self) -> None:
        super().reset()
        self._length = 0
        self._length_before = 0

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: ARG002, FBT001 - see Memory
        if not corrects:
            self._length_before = self._length
        if value is None:
            self._length = 0
            return None
        self._length = 1 + (0 if broken else self._length_before) if value else 0
        return self._length


class Crossed(Memory):
    """`crosses…(x, level)` as a truth, of the distance to the level: each update is one, a correction too.

    Armed by an update on the other side; on the level is on neither.
    """

    def __init__(self, of: Read, continuity: Continuity, *, upward: bool, downward: bool) -> None:
        super().__init__(of, continuity)
        self._upward = upward
        self._downward = downward

    def reset(self) -> None:
        super().reset()
        self._side: Value = None

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: ARG002, FBT001 - see Memory
        if value is None:
            return None
        side = self._side
        if value:
            self._side = value
        if side is None:
            return False
        return (self._upward and side < 0 < value) or (self._downward and side > 0 > value)
