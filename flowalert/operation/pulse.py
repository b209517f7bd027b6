"""Whether the tasks that must go round do."""

import enum

import trio


class Part(enum.Enum):
    """A task without which the service only seems to live."""

    ENGINE = "engine"
    DELIVERY = "delivery"


class Pulse:
    """When each part last went round, in trio's time.

    What changes: the moments, by `beat`, which each part calls whenever it goes round, also with nothing to do; and
    which parts have beaten since, by `take`.
    """

    def __init__(self) -> None:
        self._began_at = trio.current_time()
        self._beaten_at: dict[Part, float] = {}
        self._since: set[Part] = set()

    def beat(self, part: Part) -> None:
        """Note that a part went round."""
        self._beaten_at[part] = trio.current_time()
        self._since.add(part)

    def beat_all(self) -> None:
        """Note that whoever seems to stand still waits for something that is known, and will go on or end."""
        for part in Part:
            self.beat(part)

    @property
    def is_whole(self) -> bool:
        """Whether every part has gone round at least once."""
        return len(self._beaten_at) == len(Part)

    def take(self) -> bool:
        """Tell whether every part went round since this last was true."""
        if len(self._since) < len(Part):
            return False
        self._since.clear()
        return True

    def find_stuck(self, after: float) -> tuple[Part, ...]:
        """Return the parts that have not gone round for so many seconds."""
        now = trio.current_time()
        return tuple(part for part in Part if now - self._beaten_at.get(part, self._began_at) >= after)
