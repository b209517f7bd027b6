"""Answers over a window of readings: a duration, a number of updates, or the session."""

import math
from collections import deque

from flowalert.engine.aggregate import Aggregate, to_steps
from flowalert.engine.memory import Continuity, Memory, Reading
from flowalert.language.code import Moment, Read, Value
from flowalert.language.literal import LARGEST_VALUE


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
        self._aggregate.reset()

    def read(self, update: Moment) -> Value:
        """Do as any memory does, in fewer calls: a window is read at every update."""
        if update is self._seen:
            return self._answer
        self._seen = update
        readings = self._readings
        at = update.at
        broken = self._continuity.gap
        if at == self._seen_at:
            last = readings.pop()
            broken = last[2] or broken
            self._take_back(last)
        self._seen_at = at
        value = self._of(update)
        if value is None:
            self._unknown += 1
            readings.append((at, None, broken))
        else:
            entering = to_steps(value) if self._aggregate.counts_steps else value
            self._aggregate.add(at, entering)
            readings.append((at, entering, broken))
        if broken:
            self._broken_ones += 1
        answer = self._settle(at, value)
        if answer is not None and not -LARGEST_VALUE < answer < LARGEST_VALUE:
            answer = None
        self._answer = answer
        return answer

    def _settle(self, at: int, value: Value) -> Value:
        """Let out of the window what is past, and answer; `value` is the latest reading."""
        raise NotImplementedError

    def _leave(self) -> None:
        """Let the first reading out of the window."""
        at, value, broken = self._readings.popleft()
        if broken:
            self._broken_ones -= 1
        if value is None:
            self._unknown -= 1
        else:
            self._aggregate.drop(at, value)

    def _take_back(self, last: Reading) -> None:
        at, value, broken = last
        self._broken_ones -= broken
        if value is None:
            self._unknown -= 1
        else:
            self._aggregate.take_back(at, value, self._readings)


class DurationWindow(Window):
    """The readings of the last so many seconds, the present one among them.

    Unknown until the session reaches back so far, and while a reading in it is unknown. What `adds_up` is unknown too
    while updates were missed in it; the others go by what was seen.
    """

    def __init__(self, of: Read, continuity: Continuity, aggregate: Aggregate, seconds: int) -> None:
        self._seconds = seconds
        super().__init__(of, continuity, aggregate)

    def reset(self) -> None:
        super().reset()
        self._reaches_back = False
        self._began_at: int | None = None

    def _settle(self, at: int, value: Value) -> Value:
        begins = at - self._seconds
        if not self._reaches_back:
            if self._began_at is None:
                self._began_at = at
            self._reaches_back = self._began_at <= begins
        readings = self._readings
        while readings[0][0] <= begins:
            self._leave()
        if self._unknown or value is None or not self._reaches_back or (self._broken_ones and self._aggregate.adds_up):
            return None
        return self._aggregate.answer(value)


class UpdatesWindow(Window):
    """The last so many readings; unknown until there are as many, and while one is unknown or missing between them."""

    def __init__(self, of: Read, continuity: Continuity, aggregate: Aggregate, count: int) -> None:
        self._count = count
        super().__init__(of, continuity, aggregate)

    def _settle(self, at: int, value: Value) -> Value:  # noqa: ARG002 - counted in publications, not in time
        readings = self._readings
        if len(readings) > self._count:
            self._leave()
        elif len(readings) < self._count:
            return None
        if self._unknown or value is None or self._broken_ones > readings[0][2]:
            return None
        return self._aggregate.answer(value)


class SessionWindow(Window):
    """All that was seen of the session."""

    def _settle(self, at: int, value: Value) -> Value:  # noqa: ARG002 - the session is not over
        return None if value is None else self._aggregate.answer(value)


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
