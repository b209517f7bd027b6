"""Answers over a window of readings: a duration, a number of updates, or the session."""

import math
from collections import deque

from flowalert.engine.aggregate import Aggregate
from flowalert.engine.memory import Continuity, Memory, Reading
from flowalert.language.code import Read, Value


class Window(Memory):
    """The readings of a window, and an aggregate of them; each reading enters it once and leaves it once.

    What changes: `_readings`, those in the window, `_unknown` and `_broken_ones`, how many of them are unknown and how
    many come after missed updates, and the aggregate.
    """

    def __init__(self, of: Read, continuity: Continuity, aggregate: Aggregate) -> None:
        self._aggregate = aggregate
        super().__init__(of, continuity)

    def reset(self) -> None:
        super().reset()
        self._readings: deque[Reading] = deque()
        self._unknown = 0
        self._broken_ones = 0
        self._began_at: int | None = None
        self._aggregate.reset()

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: FBT001 - see Memory
        readings = self._readings
        if self._began_at is None:
            self._began_at = at
        if corrects:
            last = readings.pop()
            self._discount(last)
            if last[1] is not None:
                self._aggregate.take_back(last[0], last[1], readings)
        readings.append((at, value, broken))
        self._unknown += value is None
        self._broken_ones += broken
        if value is not None:
            self._aggregate.add(at, value)
        while self._is_past(at):
            first = readings.popleft()
            self._discount(first)
            if first[1] is not None:
                self._aggregate.drop(first[0], first[1])
        return self._aggregate.answer(value) if value is not None and self._is_known(at) else None

    def _discount(self, reading: Reading) -> None:
        self._unknown -= reading[1] is None
        self._broken_ones -= reading[2]

    def _is_past(self, at: int) -> bool:
        """Tell whether the first reading is no longer in the window."""
        raise NotImplementedError

    def _is_known(self, at: int) -> bool:
        """Tell whether the window is whole."""
        raise NotImplementedError


class DurationWindow(Window):
    """The readings of the last so many seconds, the present one among them.

    Unknown until the session reaches back so far, and while a reading in it is unknown. What `adds_up` is unknown too
    while updates were missed in it; the others go by what was seen.
    """

    def __init__(self, of: Read, continuity: Continuity, aggregate: Aggregate, seconds: int) -> None:
        self._seconds = seconds
        super().__init__(of, continuity, aggregate)

    def _is_past(self, at: int) -> bool:
        return self._readings[0][0] <= at - self._seconds

    def _is_known(self, at: int) -> bool:
        reaches_back = self._began_at is not None and self._began_at <= at - self._seconds
        return reaches_back and not self._unknown and not (self._aggregate.adds_up and self._broken_ones)


class UpdatesWindow(Window):
    """The last so many readings; unknown until there are as many, and while one is unknown or missing between them."""

    def __init__(self, of: Read, continuity: Continuity, aggregate: Aggregate, count: int) -> None:
        self._count = count
        super().__init__(of, continuity, aggregate)

    def _is_past(self, at: int) -> bool:  # noqa: ARG002 - counted in publications, not in time
        return len(self._readings) > self._count

    def _is_known(self, at: int) -> bool:  # noqa: ARG002 - the same
        readings = self._readings
        return len(readings) == self._count and not self._unknown and self._broken_ones == readings[0][2]


class SessionWindow(Window):
    """All that was seen of the session."""

    def _is_past(self, at: int) -> bool:  # noqa: ARG002 - the session is not over
        return False

    def _is_known(self, at: int) -> bool:  # noqa: ARG002 - the same
        return True


class Fading(Memory):
    """`ema(x, …)`: a mean in which the past fades.

    Over updates each reading has the weight 2 / (n + 1); over a duration it is 1 - exp(-2 dt / d) after dt
    seconds, which for even readings is nearly the same. Unknown readings are skipped; missed updates begin a count of
    updates anew.
    """

    def __init__(self, of: Read, continuity: Continuity, *, seconds: int = 0, count: int = 0) -> None:
        self._seconds = seconds
        self._count = count
        super().__init__(of, continuity)

    def reset(self) -> None:
        super().reset()
        self._began_at: int | None = None
        # The mean, how many readings are in it, and when the last one came; and the same as of the publication before.
        self._state: tuple[float, int, int] | None = None
        self._state_before: tuple[float, int, int] | None = None

    def _take(self, at: int, value: Value, broken: bool, corrects: bool) -> Value:  # noqa: FBT001 - see Memory
        if self._began_at is None:
            self._began_at = at
        if not corrects:
            self._state_before = self._state
        self._state = None if broken and self._count else self._state_before
        if value is None:
            return None
        if self._state is None:
            self._state = (float(value), 1, at)
        else:
            mean, readings, last = self._state
            weight = 2 / (self._count + 1) if self._count else 1 - math.exp(-2 * (at - last) / self._seconds)
            self._state = (mean + (value - mean) * weight, readings + 1, at)
        mean, readings, _ = self._state
        whole = readings >= self._count if self._count else self._began_at <= at - self._seconds
        return mean if whole else None
