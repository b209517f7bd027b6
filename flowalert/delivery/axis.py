"""What stands along a chart's axes."""

import math

from flowalert.delivery.amount import say_amount
from flowalert.language.meaning import Meaning
from flowalert.language.tongue import Tongue
from flowalert.market.sector import Counted

_STEPS = (30, 60, 120, 300, 600, 900, 1800)
_CLOCKS = 6


def write_amount(value: float, meaning: Meaning, counted: Counted | None, tongue: Tongue) -> str:
    """Write a figure in one language alone: `-1,234억`, or `-123.4bn won`."""
    said = say_amount(value, meaning, counted, tongue)
    if tongue is Tongue.KOREAN:
        return said
    # In a message the English stands in brackets behind what the market writes; what rounds to zero has none.
    english = said.partition(" (")[2].removesuffix(")")
    return english or said.rstrip("억주계약")


def list_clocks(begin: float, end: float) -> list[int]:
    """Return at most six round exchange times from `begin` to `end`."""
    step = next((each for each in _STEPS if (end - begin) / each < _CLOCKS), _STEPS[-1])
    return list(range(math.ceil(begin / step) * step, math.floor(end) + 1, step))
