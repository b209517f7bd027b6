"""What delivery asks of the store."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from flowalert.engine.notice import Delivery


class Outbox(Protocol):
    """The deliveries on disk. What it returns is the truth; whatever rings is only a hint to look again."""

    async def next_delivery(self, target: str) -> Delivery | None:
        """Return the oldest delivery of a target that is not settled, due or not."""

    async def save(self, delivery: Delivery) -> None:
        """Write the state of a delivery, on disk when this returns, whether or not it is cancelled."""

    async def release_leases(self, now: datetime) -> int:
        """Let the sends that a stopped service left under way be tried again; return how many there were."""

    async def find_orphans(self, targets: Collection[str]) -> list[Delivery]:
        """Return the deliveries that wait for a target that is none of these."""

    async def find_untold(self, delivery: Delivery) -> str | None:
        """Return why a resolve's target was never told of the firing; None where it was, or may have been."""
