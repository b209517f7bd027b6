"""Targets that write down what they heard, refuse now and then, and can have the sender killed in mid-send."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.delivery.http_recorder import Answer, Request

_REFUSED = 0.03
_SLOWEST = 0.02


@dataclass(frozen=True)
class Arrival:
    """A message that came whole to a target: in which life of the sender, what it says, and whether it was taken."""

    target: str
    life: int
    text: str
    taken: bool


@dataclass(frozen=True)
class Fuse:
    """What the request of this number sets off: `strike`, before it is answered or so many seconds after."""

    number: int
    strike: Callable[[], None]
    after: float | None


@dataclass
class Ears:
    """All targets of a house.

    What changes: `arrivals`, by the server's threads; `life`, `fuse` and `mended`, by who starts and kills the sender.
    """

    chance: random.Random
    arrivals: list[Arrival] = field(default_factory=list)
    life: int = 0
    fuse: Fuse | None = None
    mended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, request: Request) -> Answer:
        """Take a message, or ask with 503 for it to come again."""
        with self._lock:
            taken = self.mended or self.chance.random() >= _REFUSED
            said = request.json
            self.arrivals.append(Arrival(request.path, self.life, f"{said['title']}\n{said['message']}", taken))
            fuse = self.fuse if self.fuse and len(self.arrivals) >= self.fuse.number else None
            if fuse is not None:
                self.fuse = None
            pause = self.chance.uniform(0, _SLOWEST)
        if fuse is not None and fuse.after is None:
            fuse.strike()
        time.sleep(pause)  # so that there is something to cut off
        if fuse is not None and fuse.after is not None:
            threading.Timer(fuse.after, fuse.strike).start()
        return Answer(200 if taken else 503)
