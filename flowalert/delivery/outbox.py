"""What delivery asks of the store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from flowalert.engine.clause import Subject
from flowalert.engine.notice import Delivery, Notice
from flowalert.engine.queue import Glance, Lane, Muted, Step, Version, Waiting
from flowalert.engine.silence import Silence
from flowalert.engine.transition import Transition


class Outbox(Protocol):
    """The deliveries on disk. What it returns is the truth; whatever rings is only a hint to look again."""

    async def glances(self, target: str, now: datetime) -> list[Glance]:
        """Return how much waits for a target, by lane; those where nothing does are left out."""

    async def waiting(self, lane: Lane) -> list[Waiting]:
        """Return what waits in a lane, in the order of its making."""

    async def begin(self, lane: Lane, steps: Iterable[Step], ids: Sequence[int]) -> list[Delivery]:
        """Do as `advance`, and return the deliveries of these ids, in the order of their making."""

    async def advance(self, lane: Lane, steps: Iterable[Step]) -> None:
        """Write what becomes of deliveries of a lane, and the lane, on disk when this returns, cancelled or not."""

    async def version(self) -> Version:
        """Return what is another whenever what mutes alerts may have changed."""

    async def silences(self, *, now: datetime | None = None) -> list[Silence]:
        """Return the silences that are not over at a moment of the wall clock."""

    async def acknowledged(self) -> Mapping[str, str]:
        """Return the alerts that somebody has acknowledged, with who did."""

    async def firing(self) -> Sequence[Subject]:
        """Return the alerts that fire."""

    async def release_leases(self, now: datetime) -> int:
        """Let the sends that a stopped service left under way be tried again; return how many there were."""

    async def orphans(self, lanes: Collection[tuple[str, str]]) -> list[tuple[Lane, list[Waiting]]]:
        """Return what waits in lanes that are none of these (target, channel)."""

    async def muted(self) -> list[Muted]:
        """Return the alerts that fire and that somebody was not told of, as they were muted."""

    async def unreached(self, channel: str, fallback: str, *, late: timedelta, now: datetime) -> list[Transition]:
        """Return what a channel's targets refused, or could not be told for so long, and its fallback was not told."""

    async def tell_unmuted(self, free: Sequence[Muted], notices: Sequence[Notice], now: datetime) -> int:
        """Write notices about alerts that are muted no longer, and forget that they were; return as `tell`."""

    async def tell(self, notices: Sequence[Notice], now: datetime) -> int:
        """Write notices of transitions that were told before; return how many deliveries that made."""
