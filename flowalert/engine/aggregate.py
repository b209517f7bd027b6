"""What is kept of the readings in a window, so that each costs the same however many there are.

Sums are exact: a float is a whole number of 2^-1074, so that what a reading brings it takes away again to the last
bit, and a long day leaves no rounding behind. Only the answer is rounded, once.
"""

import math
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from flowalert.engine.memory import Reading
from flowalert.language.code import Value

# The smallest step between two floats: every float is a multiple of it.
_FINEST_BITS = 1074


class Aggregate:
    """The known readings of a window, as far as an answer needs them.

    `adds_up` marks one that a missing reading makes wrong and not only coarser; one that `counts_steps` takes floats as
    whole numbers of their finest step. All calls change it but `answer`.
    """

    adds_up: ClassVar[bool] = False
    counts_steps: ClassVar[bool] = False

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all readings."""
        raise NotImplementedError

    def add(self, at: int, value: float) -> None:
        """Take in a reading, later than all others."""
        raise NotImplementedError

    def drop(self, at: int, value: float) -> None:
        """Forget the earliest reading."""
        raise NotImplementedError

    def take_back(self, at: int, value: float, rest: Iterable[Reading]) -> None:  # noqa: ARG002 - for those that cannot subtract
        """Forget the latest reading, which is being corrected; `rest` are the others."""
        self.drop(at, value)

    def answer(self, value: float) -> Value:
        """Return what the readings come to; `value` is the latest of them, as it was read."""
        raise NotImplementedError


def to_steps(value: float) -> int:
    """Return a float as a whole number of the finest step."""
    numerator, denominator = float(value).as_integer_ratio()
    return numerator << (_FINEST_BITS + 1 - denominator.bit_length())


class _Exact(Aggregate):
    """Sums of whole numbers, or of floats in steps."""

    def __init__(self, *, whole: bool) -> None:
        self.counts_steps = not whole  # type: ignore[misc]  # for these each object has its own
        self._unit = 1 if whole else 1 << _FINEST_BITS
        super().__init__()


class Sum(_Exact):
    """`sum(x, …)`."""

    adds_up = True

    def reset(self) -> None:
        self._total: int | float = 0

    def add(self, at: int, value: float) -> None:  # noqa: ARG002 - a sum has no order
        self._total += value

    def drop(self, at: int, value: float) -> None:  # noqa: ARG002 - a sum has no order
        self._total -= value

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        return self._total / self._unit if self.counts_steps else self._total


class Mean(_Exact):
    """`avg(x, …)`."""

    def reset(self) -> None:
        self._count = 0
        self._total: int | float = 0

    def add(self, at: int, value: float) -> None:  # noqa: ARG002 - a mean has no order
        self._count += 1
        self._total += value

    def drop(self, at: int, value: float) -> None:  # noqa: ARG002 - a mean has no order
        self._count -= 1
        self._total -= value

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        return self._total / (self._count * self._unit)


class Spread(_Exact):
    """`stdev(x, …)`: of all readings in the window, not of a sample."""

    def reset(self) -> None:
        self._count = 0
        self._total: int | float = 0
        self._squares: int | float = 0

    def add(self, at: int, value: float) -> None:  # noqa: ARG002 - it has no order
        self._count += 1
        self._total += value
        self._squares += value * value

    def drop(self, at: int, value: float) -> None:  # noqa: ARG002 - it has no order
        self._count -= 1
        self._total -= value
        self._squares -= value * value

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        count, total = self._count, self._total
        scale = count * self._unit
        return math.sqrt((count * self._squares - total * total) / (scale * scale))


class Score(Spread):
    """`zscore(x, …)`: how many standard deviations the latest reading is from the mean."""

    def answer(self, value: float) -> Value:
        spread = super().answer(value)
        return (value - self._total / (self._count * self._unit)) / spread if spread else None


class Slope(_Exact):
    """`slope(x, …)`: the change a minute of the straight line that fits the readings best."""

    def reset(self) -> None:
        self._count = 0
        self._total: int | float = 0
        self._times = 0
        self._times_squared = 0
        self._products: int | float = 0

    def add(self, at: int, value: float) -> None:
        self._count += 1
        self._total += value
        self._times += at
        self._times_squared += at * at
        self._products += at * value

    def drop(self, at: int, value: float) -> None:
        self._count -= 1
        self._total -= value
        self._times -= at
        self._times_squared -= at * at
        self._products -= at * value

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        count = self._count
        if count < 2:
            return None
        rise = count * self._products - self._times * self._total
        run = count * self._times_squared - self._times * self._times
        return 60 * rise / (run * self._unit)


class Count(Aggregate):
    """`count(c, …)`."""

    adds_up = True

    def reset(self) -> None:
        self._count: int | float = 0

    def add(self, at: int, value: float) -> None:  # noqa: ARG002 - a count has no order
        self._count += value

    def drop(self, at: int, value: float) -> None:  # noqa: ARG002 - a count has no order
        self._count -= value

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        return self._count


class Extreme(Aggregate):
    """`highest(x, …)` and `lowest(x, …)`.

    Kept are the readings that can still become the answer: each is beyond all that came after it.
    """

    def __init__(self, *, highest: bool) -> None:
        self._highest = highest
        super().__init__()

    def reset(self) -> None:
        self._candidates: deque[tuple[int, int | float]] = deque()

    def add(self, at: int, value: float) -> None:
        candidates = self._candidates
        while candidates and (candidates[-1][1] <= value if self._highest else candidates[-1][1] >= value):
            candidates.pop()
        candidates.append((at, value))

    def drop(self, at: int, value: float) -> None:  # noqa: ARG002 - the time tells which
        if self._candidates[0][0] == at:
            self._candidates.popleft()

    def take_back(self, at: int, value: float, rest: Iterable[Reading]) -> None:  # noqa: ARG002 - it is the latest
        # What the latest reading has put out must come back.
        self.reset()
        for earlier, each, _ in rest:
            if each is not None:
                self.add(earlier, each)

    def answer(self, value: float) -> Value:  # noqa: ARG002 - the whole counts
        return self._candidates[0][1]
