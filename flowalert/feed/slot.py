"""When a slot is closed: a second after its last update, or at the next slot's first."""

import math
from collections.abc import Iterable

from flowalert.market.entry import Entry, SlotClosed, Update
from flowalert.market.venue import Venue

CLOSES_AFTER = 1.0


class Slot:
    """The newest slot of a venue; `due` is the trio time at which it closes, endless once it has."""

    __slots__ = ("at", "due")

    def __init__(self) -> None:
        self.at = -1
        self.due = math.inf


class Slots:
    """The newest slot of each venue, changed by every update and by `close_due`. Times are trio's.

    An update of a slot already closed does not open it again: conditions over several series were judged.
    """

    def __init__(self) -> None:
        self._slots = {venue: Slot() for venue in Venue}

    def newest(self, venue: Venue) -> Slot:
        """Return the newest slot of a venue, the same object for ever."""
        return self._slots[venue]

    def prime(self, entries: Iterable[Entry], now: float) -> None:
        """Go on from a journal; a slot that it leaves open is due a second from now."""
        for entry in entries:
            if isinstance(entry, Update):
                self.take(entry, now)
            elif isinstance(entry, SlotClosed):
                slot = self._slots[entry.venue]
                if entry.at >= slot.at:
                    slot.at, slot.due = entry.at, math.inf

    def take(self, update: Update, now: float) -> SlotClosed | None:
        """Note an update; return the slot that it closes by being of the next one."""
        slot = self._slots[update.series.venue]
        if update.at == slot.at:
            if slot.due != math.inf:
                slot.due = now + CLOSES_AFTER
            return None
        if update.at < slot.at:
            return None
        closed = SlotClosed(update.series.venue, slot.at) if slot.due != math.inf else None
        slot.at, slot.due = update.at, now + CLOSES_AFTER
        return closed

    def close_due(self, now: float) -> list[SlotClosed]:
        """Close and return the slots whose time has come."""
        closed = []
        for venue, slot in self._slots.items():
            if slot.due <= now:
                slot.due = math.inf
                closed.append(SlotClosed(venue, slot.at))
        return closed

    def next_due(self) -> float:
        """Return when the next slot closes, infinity if none is open."""
        return min(slot.due for slot in self._slots.values())
