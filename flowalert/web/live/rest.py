"""How long the news rests, so that those who look on do not slow down what they look at."""

import time

import trio
import trio.lowlevel

# Nobody sees more than a few changes a second.
APART = 0.25
# Of the loop's time, so much at most goes into news: while it has little else to do, and while it has much.
_CALM_SHARE = 0.25
_BUSY_SHARE = 0.03
# A day's heaviest slot is far below that; a flood is far above.
_BUSY_FROM = 0.3


class IdleWatch(trio.abc.Instrument):
    """Adds up how long the loop waits because there is nothing to do; `idle` changes with each wait.

    The processor's time does not tell it: on a machine that has more to do, a loop that never waits gets little of it.
    """

    def __init__(self) -> None:
        self.idle = 0.0
        self._began = 0.0

    def before_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - trio's signature
        """Note that a wait begins."""
        self._began = time.perf_counter()

    def after_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - trio's signature
        """Note that it is over."""
        self.idle += time.perf_counter() - self._began


class Rest:
    """Says how long to rest after each piece. What changes, by `begin` and `end`: what is remembered of the latest."""

    def __init__(self, watch: IdleWatch) -> None:
        self._watch = watch
        self._ended = time.perf_counter()
        self._idle = watch.idle
        self._load = 0.0
        self._begun = 0.0

    def begin(self) -> None:
        """Note that a piece is made now: since the one before, the loop had everything else to do."""
        since = time.perf_counter() - self._ended
        self._load = 1 - (self._watch.idle - self._idle) / since if since else 1.0
        self._begun = time.thread_time()

    def end(self) -> float:
        """Note that everybody has the piece; return the seconds until the next."""
        # What the engine did meanwhile is in it: in a flood the news rests the longer.
        took = time.thread_time() - self._begun
        self._ended, self._idle = time.perf_counter(), self._watch.idle
        return find_rest(took, self._load)


def find_rest(took: float, load: float) -> float:
    """Return the seconds between two pieces, where one `took` so many and the loop is busy for a share `load`."""
    return max(APART, took / (_BUSY_SHARE if load >= _BUSY_FROM else _CALM_SHARE))
