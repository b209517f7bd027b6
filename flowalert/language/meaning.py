"""What an expression stands for: an amount, a quantity, a ratio, a time, a text or a truth.

A number's dimension is kept as powers of won and of quantity, so that `msval / msvol` is a price and is
not compared with an amount by mistake.
"""

import enum
from dataclasses import dataclass, field
from decimal import Decimal

from flowalert.market.instant import clock
from flowalert.market.sector import Counted

# The window that reaches back to the session's first update.
SESSION_WORD = "session"


class Sort(enum.Enum):
    """The sort of thing that an expression stands for."""

    NUMBER = "a number"
    TRUTH = "a condition"
    TEXT = "a text"
    CLOCK = "a time of day"
    DURATION = "a duration"
    UPDATES = "a count of updates"
    SESSION = "the session"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The sort, and for numbers the dimension.

    `bare` marks a number without a unit, which takes the unit of what it meets. `net` marks what can be
    above or below zero as a rule, so that people want to see its sign. `counted` is what a quantity counts, None
    where that is not known or both.
    """

    sort: Sort
    won: int = 0
    quantity: int = 0
    bare: bool = False
    net: bool = False
    counted: Counted | None = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """The meaning as an error message names it."""
        if self.sort is not Sort.NUMBER:
            return str(self.sort.value)
        if self.bare:
            return "a bare number"
        return _DIMENSION_WORDS.get((self.won, self.quantity), "a number of another dimension")

    def agrees(self, other: "Meaning") -> bool:
        """Tell whether the two can be compared, added or subtracted."""
        if self.sort is not other.sort:
            return False
        if self.sort is not Sort.NUMBER or self.bare or other.bare:
            return True
        if None not in (self.counted, other.counted) and self.counted is not other.counted and self.quantity:
            return False
        return (self.won, self.quantity) == (other.won, other.quantity)

    def spell(self, value: float) -> str:
        """Write a constant of this meaning so that it reads back as the same."""
        match self.sort:
            case Sort.DURATION:
                per, unit = next((each for each in _DURATIONS if value and value % each[0] == 0), (1, "s"))
                return f"{value / per:g}{unit}"
            case Sort.UPDATES:
                return f"{value} updates"
            case Sort.SESSION:
                return SESSION_WORD
            case Sort.CLOCK:
                return clock(int(value))
            case _:
                # The language has no exponents: 1e-05 would not read back.
                return format(Decimal(repr(value)), "f")


_DURATIONS = ((3600, "h"), (60, "m"))

_DIMENSION_WORDS = {
    (1, 0): "an amount of won",
    (0, 1): "a quantity",
    (1, -1): "a price",
    (0, 0): "a ratio",
}

TRUTH = Meaning(Sort.TRUTH)
TEXT = Meaning(Sort.TEXT)
CLOCK = Meaning(Sort.CLOCK)
DURATION = Meaning(Sort.DURATION)
UPDATES = Meaning(Sort.UPDATES)
SESSION = Meaning(Sort.SESSION)
BARE = Meaning(Sort.NUMBER, bare=True)
RATIO = Meaning(Sort.NUMBER)
NET_RATIO = Meaning(Sort.NUMBER, net=True)
WON = Meaning(Sort.NUMBER, won=1)
QUANTITY = Meaning(Sort.NUMBER, quantity=1)
NET_WON = Meaning(Sort.NUMBER, won=1, net=True)
NET_QUANTITY = Meaning(Sort.NUMBER, quantity=1, net=True)
