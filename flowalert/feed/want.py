"""What one connection is to be registered for."""

from collections.abc import Iterable

import trio

from flowalert.feed.protocol import MARKET_STATUS, Subject, subject_of
from flowalert.market.series import name_place
from flowalert.market.venue import Venue

Key = tuple[Venue, str]


class Want:
    """The places of one connection, and whether the market's status belongs to it.

    `change` alone changes it and then fires `changed`, which is a new event each time.
    """

    def __init__(self, *, with_status: bool) -> None:
        self.keys: tuple[Key, ...] = ()
        self.places: dict[Subject, str] = {}
        self.changed = trio.Event()
        self._with_status = with_status

    def change(self, keys: Iterable[Key]) -> None:
        """Want exactly these places from now on."""
        self.keys = tuple(dict.fromkeys(keys))
        self.places = {subject_of(*key): name_place(*key) for key in self.keys}
        self.changed.set()
        self.changed = trio.Event()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All registrations, in the order in which they are asked for: what rules wait for comes first."""
        return (*self.places, *((MARKET_STATUS,) if self._with_status else ()))

    @property
    def venues(self) -> set[Venue]:
        return {venue for venue, _ in self.keys}
