"""Round values along an axis."""

import math

_ABOUT = 6


def find_ticks(low: float, high: float) -> list[float]:
    """Return about six round values that reach from `low` or just below to `high`; one where the two are the same."""
    if high <= low:
        return [low]
    rough = (high - low) / _ABOUT
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in (1, 2, 5, 10) if size * each >= rough)
    return [number * step for number in range(math.floor(low / step), math.floor(high / step) + 1)]
