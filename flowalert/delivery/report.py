"""What delivery says of its work while it goes on."""

from datetime import datetime

from msgspec import Struct

from flowalert.engine.notice import Address, DeliveryState


class Report(Struct, frozen=True, kw_only=True):
    """What became of `count` deliveries of one channel to one target, after an attempt or a decision was written.

    `title` is that of their message, empty where none was sent. `attempts` are those of the one that was tried most.
    `waited` has, of those that were sent, the seconds of each since it was asked for.
    """

    channel: str
    target: Address
    state: DeliveryState
    reason: str
    count: int
    title: str = ""
    attempts: int = 0
    uncertain: int = 0
    next_at: datetime | None = None
    waited: tuple[float, ...] = ()
