"""What waits to be sent, what could not be, and how long the journal is: figures that are quick to find."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import apsw
from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.market.moment import from_ms, to_ms

# A trading day and its night.
RECENT = timedelta(hours=24)


class Backlog(Struct, frozen=True, kw_only=True):
    """The deliveries that wait, by state, and when the oldest of them was made; those of the last day that are dead.

    `entries` is the length of the journal.
    """

    waiting: Mapping[DeliveryState, int]
    oldest_at: datetime | None
    dead: int
    entries: int

    @property
    def total(self) -> int:
        """How many deliveries wait, in whatever state."""
        return sum(self.waiting.values())


NOTHING = Backlog(waiting={}, oldest_at=None, dead=0, entries=0)


def read_backlog(connection: apsw.Connection, now: datetime) -> Backlog:
    """Count what the indices know; the settled, of which there are ever more, are not looked through."""
    waiting: dict[DeliveryState, int] = {}
    oldest: int | None = None
    for state, count, made in connection.execute(
        "SELECT state, count(*), min(created_at) FROM deliveries WHERE settled_at IS NULL GROUP BY state ORDER BY state"
    ):
        waiting[DeliveryState(state)] = count
        oldest = made if oldest is None else min(oldest, made)
    dead = connection.execute(
        "SELECT count(*) FROM deliveries WHERE state = ? AND settled_at >= ?",
        (DeliveryState.DEAD.value, to_ms(now - RECENT)),
    ).get
    entries = connection.execute(
        # Numbers are given without holes, and what is dropped is dropped from the beginning.
        "SELECT coalesce((SELECT max(seq) FROM journal) - (SELECT min(seq) FROM journal) + 1, 0)"
    ).get
    return Backlog(waiting=waiting, oldest_at=None if oldest is None else from_ms(oldest), dead=dead, entries=entries)
