"""One connected client: what it registered, what waits to be sent to it, and what is wrong with its line."""

from collections.abc import Callable, Sequence
from random import Random

import structlog
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from flowalert.simulator.count import Count
from flowalert.simulator.fault import Fault, FaultKind, Mangler
from flowalert.simulator.line import Line
from flowalert.simulator.request import Key

_log = structlog.get_logger()
_FAREWELL_AFTER = 1.0

NORMAL = 1000
GOING_AWAY = 1001
TOO_SLOW = 1008


class Client:
    """One websocket connection.

    `keys` is changed by the desk as the client registers and releases; everything else by the methods here. Frames
    wait in a queue of its own, of at most `backlog` frames, so that a client that reads slowly delays
    nobody; one that falls further behind is closed with 1008.
    """

    def __init__(
        self,
        number: int,
        socket: WebSocketConnection,
        line: Line,
        *,
        mangler: Mangler,
        rng: Random,
        now: Callable[[], int],
        backlog: int,
        count: Count,
    ) -> None:
        self.number = number
        self.keys = set[Key]()
        self.token: str | None = None
        self.rng = rng
        self._socket = socket
        self._line = line
        self._mangler = mangler
        self._now = now
        self._backlog = backlog
        self._count = count
        self._put, self._take = trio.open_memory_channel[tuple[Sequence[str], bool]](backlog)
        self._waiting = 0
        self._stalled_until = 0.0
        self._is_reset = False
        self._is_closing = False
        self._farewell = (NORMAL, "")
        self._scope = trio.CancelScope()

    async def serve(self, answer: Callable[["Client", str | bytes], None]) -> None:
        """Hand every message to `answer` and send what waits, until either side ends the connection."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._send)
                    nursery.start_soon(self._receive, answer)
        finally:
            with trio.move_on_after(_FAREWELL_AFTER, shield=True):
                if self._is_reset:
                    await self._line.reset()
                await self._socket.aclose(*self._farewell)
            # A client that keeps TCP open after the close frame would keep the connection for ever.
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(self._line)

    def offer(self, frames: Sequence[str]) -> None:
        """Let data frames wait to be sent, as far as faults let them."""
        self._queue(frames, is_data=True)

    def reply(self, text: str) -> None:
        """Let a control frame wait to be sent, after what waits already."""
        self._queue((text,), is_data=False)

    def close(self, code: int, reason: str = "") -> None:
        """End the connection with a close frame; what waits is not sent any more."""
        if self._is_closing:
            return
        self._is_closing = True
        self._farewell = (code, reason)
        # Not cancelled at once: half a frame before the close frame would make that unreadable.
        self._scope.deadline = trio.current_time() + _FAREWELL_AFTER
        self._put.close()

    def suffer(self, fault: Fault) -> None:
        """Let a fault happen to this client; `expire` is not for a line to suffer."""
        self._count.faults[fault.kind] += 1
        if fault.kind.befalls_frames:
            self._mangler.arm(fault)
        elif fault.kind is FaultKind.STALL:
            self._stalled_until = float("inf") if fault.lasts is None else self._now() + fault.lasts
        elif fault.kind is FaultKind.CLOSE:
            self.close(GOING_AWAY)
        elif fault.kind is FaultKind.RESET:
            self._is_reset = self._is_closing = True
            self._scope.cancel()
        elif fault.kind is FaultKind.BLACK_HOLE:
            self._line.go_dead()

    def _queue(self, frames: Sequence[str], *, is_data: bool) -> None:
        if not frames or self._is_closing:
            return
        if self._waiting + len(frames) > self._backlog:
            self._count.too_slow += 1
            _log.warning("client too slow, closed", client=self.number, waiting=self._waiting)
            self.close(TOO_SLOW, "too slow")
            return
        self._waiting += len(frames)
        self._put.send_nowait((frames, is_data))

    async def _send(self) -> None:
        try:
            async for frames, is_data in self._take:
                for frame in frames:
                    # What falls into a stall is lost: a server that hangs does not catch up.
                    if self._is_closing or self._now() < self._stalled_until:
                        continue
                    for sent in self._mangler.pass_on(frame) if is_data else (frame,):
                        await self._socket.send_message(sent)
                        self._count.frames += is_data
                self._waiting -= len(frames)
        except ConnectionClosed:
            pass
        self._scope.cancel()

    async def _receive(self, answer: Callable[["Client", str | bytes], None]) -> None:
        try:
            while True:
                answer(self, await self._socket.get_message())
        except ConnectionClosed:
            self._scope.cancel()
