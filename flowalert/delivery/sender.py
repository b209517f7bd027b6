"""What delivery asks of a target."""

from datetime import timedelta
from typing import Protocol

from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome
from flowalert.engine.notice import Address


class Sender(Protocol):
    """Brings messages to one place."""

    @property
    def address(self) -> Address: ...

    @property
    def easel(self) -> "Sender | None":
        """Return who brings pictures there beside the texts, None where the place takes none."""

    async def send(self, message: Message, *, within: timedelta) -> Outcome: ...
