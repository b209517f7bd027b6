"""Handing entries on, in order, with the wall time of their receipt."""

import datetime as dt
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import trio

from flowalert.market.entry import Entry


class Received(NamedTuple):
    """An entry and the moment of the wall clock at which it was received or judged."""

    at: dt.datetime
    entry: Entry


class ReceiverGoneError(Exception):
    """Nobody takes entries any more, so there is no use in receiving them."""


class Outlet:
    """The one way out for entries: those of one call stay together, and calls keep their order.

    `put` adds to what waits, and takes from it. Entries stay when it is cancelled, for the next call: their updates
    are admitted already, and a repeat of the frame would be dropped. What waits is bounded by the number of callers,
    since each waits for its own.
    """

    def __init__(self, channel: trio.MemorySendChannel[Received]) -> None:
        self._channel = channel
        self._waiting: deque[Received] = deque()
        self._lock = trio.Lock()

    @property
    def is_held_up(self) -> bool:
        """Whether entries wait for a slow consumer; meanwhile nothing is read."""
        return bool(self._waiting)

    async def put(self, entries: Sequence[Entry], at: dt.datetime) -> None:
        """Hand entries on, and what waits before them, waiting while the channel is full. Raises ReceiverGoneError.

        While the channel has room, this does not block and is no checkpoint.
        """
        self._waiting.extend([Received(at, entry) for entry in entries])
        try:
            if self._lock.locked() or not self._put_nowait():
                async with self._lock:
                    while self._waiting:
                        await self._channel.send(self._waiting[0])
                        self._waiting.popleft()
        except trio.BrokenResourceError:
            raise ReceiverGoneError("nobody takes the feed's entries any more") from None

    def _put_nowait(self) -> bool:
        while self._waiting:
            try:
                self._channel.send_nowait(self._waiting[0])
            except trio.WouldBlock:
                return False
            self._waiting.popleft()
        return True
