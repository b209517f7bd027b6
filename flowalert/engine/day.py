"""One venue's time, as the entries tell it."""

from flowalert.engine.watch import Watch


class Day:
    """The latest exchange time seen, the session that it is in, and the timers that run in it.

    What changes, by `engine` alone: all of it. `session` is the day's number, `begins` and `ends` its exchange times.
    A timer is (due, rule's index, series, watch); it counts only while the watch's own `due` agrees with it.
    """

    __slots__ = ("begins", "ends", "now", "session", "timers")

    def __init__(self) -> None:
        self.now = -1
        self.session = -1
        self.begins = 0
        self.ends = 0
        self.timers: list[tuple[int, int, str, Watch]] = []
