"""What a picture asks of the store: what was decided, and on what grounds."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from flowalert.engine.transition import Transition
from flowalert.market.entry import Entry


class Evidence(Protocol):
    """The journal and the alerts on disk; to read them holds up nobody who writes there."""

    async def transitions(self, alert_id: str) -> list[Transition]:
        """Return every transition of an alert, told or not, in order."""

    def read_open_session(self) -> AsyncGenerator[Sequence[Entry], None]:
        """Yield, in chunks and in order, the entries of the day of each venue."""
