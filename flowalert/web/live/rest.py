"""How long the news rests, so that those who look on do not slow down what they look at."""

import math
import time

# Nobody sees more than a few changes a second.
APART = 0.25
# Of the processor's time, so much at most goes into news while there is little else to do; and of the service's own
# share of it while there is much, whatever else the machine has to do.
_CALM = 0.3
_BUSY = 0.03
# Of one processor. A slot of all sectors and investors every half minute is a hundredth of it, and a flood all.
_BUSY_FROM = 0.15
# Seconds: a slot that comes all at once is not a flood.
_LOOKED_AT = 5.0


class Rest:
    """Says how long to rest after each piece.

    What changes, by `begin` and `end`: the load, and when it was looked at.
    """

    def __init__(self) -> None:
        self.load = 0.0
        self._at, self._spent = time.perf_counter(), time.process_time()
        self._begun = 0.0

    def begin(self) -> None:
        """Note that a piece is made now: since everybody had the one before, all work was the service's own."""
        at, spent = time.perf_counter(), time.process_time()
        self.load = fade(self.load, spent - self._spent, at - self._at)
        self._begun = time.thread_time()

    def end(self) -> float:
        """Note that everybody has the piece; return the seconds until the next."""
        # What the engine did meanwhile is in it: in a flood the news rests the longer.
        took = time.thread_time() - self._begun
        self._at, self._spent = time.perf_counter(), time.process_time()
        return find_rest(took, self.load)


def fade(load: float, spent: float, seconds: float) -> float:
    """Return the load after so many more seconds of which the processor's were `spent`."""
    if seconds <= 0:
        return load
    kept = math.exp(-seconds / _LOOKED_AT)
    return load * kept + spent / seconds * (1 - kept)


def find_rest(took: float, load: float) -> float:
    """Return the seconds between two pieces, where one `took` so many and the service otherwise has this load."""
    return max(APART, took / (_CALM if load < _BUSY_FROM else _BUSY * min(load, 1.0)))
