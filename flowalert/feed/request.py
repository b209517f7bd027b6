"""Which answer belongs to which request."""

from collections import deque
from dataclasses import dataclass

from flowalert.feed.frame import Control
from flowalert.feed.protocol import RequestType, Subject


@dataclass(frozen=True)
class Request:
    """A request on its way; `due_at` is the trio time by which its answer should have come."""

    kind: RequestType
    subject: Subject
    due_at: float


class Requests:
    """The requests of one connection that wait for an answer, oldest first; all calls change it.

    An answer does not echo its key, and its `tr_cd` can be null: so it is matched to the oldest request that it
    does not contradict.
    """

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, request: Request) -> None:
        """Note a request about to be sent."""
        self._waiting.append(request)

    def match(self, control: Control) -> Request | None:
        """Take and return the request that an answer is for, None for an answer to nothing."""
        for request in self._waiting:
            if control.tr_cd in (None, "", request.subject.tr_cd) and control.tr_type in (
                None,
                "",
                request.kind.value,
            ):
                self._waiting.remove(request)
                return request
        return None

    def take_overdue(self, now: float) -> list[Request]:
        """Take and return the requests whose answer should have come by now."""
        overdue = []
        while self._waiting and self._waiting[0].due_at <= now:
            overdue.append(self._waiting.popleft())
        return overdue
