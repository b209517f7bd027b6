"""What befalls the feed while the service lives and dies: one trouble after the other, by chance."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import trio

from flowalert.simulator.fault import Fault, FaultKind
from flowalert.simulator.server import Simulator
from tests.fault import proxy as ways
from tests.fault.proxy import Proxy

_FRAME_FAULTS = (FaultKind.DROP, FaultKind.REPEAT, FaultKind.REORDER, FaultKind.GARBLE)


@dataclass
class Trouble:
    """Brings troubles about. What changes: `spoiled`, the frames that may have been lost on a connection that stood."""

    simulator: Simulator
    proxy: Proxy
    chance: random.Random
    spoiled: int = 0
    times: int = 0
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)

    async def run(self) -> None:
        """Bring about one after the other, until the scope is cancelled; then all is well again."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self._spoil, self._spoil, self._spoil, self._spoil, self._reset, self._cut, self._send_garbage,
            self._stall, self._trickle, self._refuse, self._close_after_upgrade, self._expire,
        )  # fmt: skip
        with self.scope:
            while True:
                await trio.sleep(self.chance.uniform(0.1, 1.2))
                self.times += 1
                try:
                    await self.chance.choice(kinds)()
                finally:
                    self.proxy.mend()

    def lose(self) -> None:
        """Reset the connection."""
        self.proxy.drop()

    async def _spoil(self) -> None:
        """Let frames be dropped, repeated, sent late or garbled, on a connection that stands."""
        kind, count = self.chance.choice(_FRAME_FAULTS), self.chance.randint(1, 5)
        befallen = self.simulator.inject(Fault(kind, count=count))
        if kind is not FaultKind.REPEAT:
            self.spoiled += count * befallen

    async def _reset(self) -> None:
        self.lose()

    async def _cut(self) -> None:
        self.proxy.down = ways.cut
        await trio.sleep(0.3)

    async def _send_garbage(self) -> None:
        if self.proxy.clients:
            await self.proxy.inject(b"\xff" * 64)

    async def _stall(self) -> None:
        self.proxy.down = ways.hold
        await self._end_soon()

    async def _trickle(self) -> None:
        self.proxy.down = ways.trickle
        await self._end_soon()

    async def _end_soon(self) -> None:
        await trio.sleep(self.chance.uniform(0.1, 0.5))
        self.lose()

    async def _refuse(self) -> None:
        self.proxy.shut()
        self.lose()
        try:
            await trio.sleep(self.chance.uniform(0.1, 0.4))
        finally:
            with trio.CancelScope(shield=True):
                await self.proxy.open()

    async def _close_after_upgrade(self) -> None:
        self.proxy.down = ways.close_after_upgrade
        self.lose()
        await trio.sleep(0.3)

    async def _expire(self) -> None:
        self.simulator.expire_tokens()
        self.lose()
