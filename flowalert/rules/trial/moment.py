"""Times of day in a test, and which of them something can happen at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flowalert.language.literal import resolve_clock
from flowalert.language.mistake import Mistake
from flowalert.market.instant import clock

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)


def parse_clock(text: str) -> int:
    """Return the second of the day of `9:01` or `09:01:30`; raises Mistake."""
    whole = (0, len(text))
    if not _CLOCK.fullmatch(text.strip()):
        raise Mistake(f"{text!r} is no time of day", whole, "write hours, minutes and seconds like 09:01:30")
    return int(resolve_clock(text.strip(), whole).value)


@dataclass(frozen=True, slots=True)
class Moments:
    """The times of one test: `midnight` of its date, the slots, and the events between or behind them."""

    midnight: int
    start: int
    slot: int
    slots: int
    events: frozenset[int] = frozenset()

    @property
    def last(self) -> int:
        """The last slot or event."""
        return max([self.start + max(0, self.slots - 1) * self.slot, *self.events])

    def parse(self, text: str) -> int:
        """Return the exchange time of a time of day; raises Mistake."""
        return self.midnight + parse_clock(text)

    def find(self, text: str) -> int:
        """Return the exchange time of a slot or an event; raises Mistake for a time at which nothing happens."""
        at = self.parse(text)
        if at in self.events or self._is_slot(at):
            return at
        raise Mistake(f"nothing happens at {clock(at)}", (0, len(text)), self._advise(at))

    def _is_slot(self, at: int) -> bool:
        slot, rest = divmod(at - self.start, self.slot)
        return rest == 0 and 0 <= slot < self.slots

    def _advise(self, at: int) -> str:
        if not self.slots:
            return "give the market a line of figures"
        end = self.start + (self.slots - 1) * self.slot
        slots = f"the slots are {clock(self.start)} to {clock(end)}, every {self.slot} s"
        if not self.start <= at <= end:
            return slots
        nearest = min(self._around(at), key=lambda each: abs(each - at))
        return f"{slots}; the nearest is {clock(nearest)}"

    def _around(self, at: int) -> Iterable[int]:
        before = at - (at - self.start) % self.slot
        return before, before + self.slot
