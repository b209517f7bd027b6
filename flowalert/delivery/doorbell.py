"""A bell that says: look again."""

import contextlib
import math

import trio


class Doorbell:
    """Wakes one waiter; rung twice before it looks, it wakes once.

    What changes is whether it was rung and whether it is closed. Anybody rings, one task waits, and its owner
    closes it to end the work behind it.
    """

    def __init__(self) -> None:
        # Capacity 1, not an event to be made anew: a ring between a look and the next wait is not lost.
        self._send, self._receive = trio.open_memory_channel[None](1)
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def ring(self) -> None:
        """Wake the waiter, now or when it next waits; a closed bell makes no sound."""
        if not self._closed:
            with contextlib.suppress(trio.WouldBlock):
                self._send.send_nowait(None)

    def close(self) -> None:
        """Wake the waiter for the last time."""
        self._closed = True
        self._send.close()

    async def wait(self, at_most: float = math.inf) -> None:
        """Wait for a ring, for the closing, or for so many seconds."""
        with trio.move_on_after(at_most), contextlib.suppress(trio.EndOfChannel):
            await self._receive.receive()
