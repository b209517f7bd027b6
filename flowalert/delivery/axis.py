"""What stands along a chart's axes."""

import math
from collections.abc import Sequence

from flowalert.delivery.amount import say_amount
from flowalert.language.figure import say_figure
from flowalert.language.meaning import Meaning
from flowalert.language.tongue import Tongue
from flowalert.market.sector import Counted

_STEPS = (30, 60, 120, 300, 600, 900, 1800)
_CLOCKS = 6


def write_amount(value: float, meaning: Meaning, counted: Counted | None, tongue: Tongue) -> str:
    """Write a figure in one language alone, rounded as messages have it: `-1,234억`, or `-123.4bn won`."""
    said = say_amount(value, meaning, counted, tongue)
    if tongue is Tongue.KOREAN:
        return said
    # What rounds to zero has no English in a message.
    return said.rstrip("억주계약") if " (" not in said else _split(said)[1]


def write_level(value: float, meaning: Meaning, counted: Counted | None, tongue: Tongue) -> str:
    """Write what a rule compares with, to the last digit: `3조 50억`, or `3.005 trillion won`."""
    said = say_figure(value, meaning, counted, tongue)
    if tongue is Tongue.KOREAN or " (" not in said:
        return said
    return _split(said)[0]


def write_ticks(values: Sequence[float], meaning: Meaning, counted: Counted | None, tongue: Tongue) -> list[str]:
    """Write the values along an axis: rounded, and to the last digit where two of them would read the same."""
    rounded = [write_amount(value, meaning, counted, tongue) for value in values]
    if len(set(rounded)) == len(rounded):
        return rounded
    return [write_level(value, meaning, counted, tongue) for value in values]


def _split(said: str) -> tuple[str, str]:
    """Take `-1,234억 (-123.4bn won)` apart: what stands before the bracket, and in it."""
    first, _, second = said.partition(" (")
    return first, second.removesuffix(")")


def list_clocks(begin: float, end: float) -> list[int]:
    """Return at most six round exchange times from `begin` to `end`."""
    step = next((each for each in _STEPS if (end - begin) / each < _CLOCKS), _STEPS[-1])
    return list(range(math.ceil(begin / step) * step, math.floor(end) + 1, step))
