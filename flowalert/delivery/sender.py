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

    async def send(self, message: Message, *, within: timedelta) -> Outcome: ...
