"""What a soak's messages are sent to: one that answers and is timed, one that answers, and one that often does not."""

import re
from threading import Lock
from time import monotonic

from tests.delivery.http_recorder import Answer, Recorder, Request

_SLOT = re.compile(r"(\d\d):(\d\d):(\d\d)")
_GOOD = Answer()
_REFUSED_EVERY = 7


class Target:
    """Answers messages, and keeps nothing of them but when each slot's probe came.

    What changes: `arrived_at`, by the second of the day, which whoever reads it empties; `taken`, the messages of
    each path, by the server's threads; and `is_down`, by the test.
    """

    def __init__(self) -> None:
        self.arrived_at: dict[int, float] = {}
        self.taken = {"/probe": 0, "/default": 0, "/flaky": 0}
        self.asked = 0
        self.is_down = False
        self.recorder: Recorder | None = None
        self._lock = Lock()

    def respond(self, request: Request) -> Answer:
        """Answer 503 for what is down, and 400 now and then for what is flaky."""
        now = monotonic()
        assert self.recorder is not None
        # A month of requests is no small memory either.
        self.recorder.requests.clear()
        with self._lock:
            if request.path == "/flaky":
                self.asked += 1
                if self.is_down:
                    return Answer(503)
                if self.asked % _REFUSED_EVERY == 0:
                    return Answer(400)
            self.taken[request.path] += 1
        if request.path == "/probe":
            slot = _SLOT.search(request.json["title"])
            assert slot is not None, request.json
            hour, minute, second = map(int, slot.groups())
            self.arrived_at[hour * 3600 + minute * 60 + second] = now
        return _GOOD
