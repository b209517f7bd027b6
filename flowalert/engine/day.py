"""One venue's time, as the entries tell it."""

from typing import Any

from flowalert.engine.watch import Watch


class Day:
    """The latest exchange time seen, the session that it is in, and the timers that run in it.

    What changes, by `engine` alone: all of it. `session` is the day's number, `begins` and `ends` its exchange times.
    A timer is (due, rule's index, stream's key, watch, stream); it counts only while the watch's own `due` agrees with
    it. `closed` is the newest slot that is closed, `waiting` has the joins of which the newest slot is not whole.
    `is_over` is whether no session is open.
    """

    __slots__ = ("begins", "closed", "ends", "is_over", "now", "session", "timers", "waiting")

    def __init__(self) -> None:
        self.now = -1
        self.session = -1
        self.begins = 0
        self.ends = 0
        self.closed = -1
        self.is_over = True
        self.timers: list[tuple[int, int, str, Watch, Any]] = []
        self.waiting: dict[Any, None] = {}
