"""Reading one figure that is not plainly written."""

import re
from typing import Annotated

from msgspec import Meta

LARGEST = 10**15  # beyond it a float, which conditions compute in, no longer holds every integer
Number = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]

# Bounded on purpose: Python's int() takes quadratic time over text without end.
_WRITTEN = re.compile(r"\s*([+-]?)0*([0-9]{1,16})(?:\.0{0,16})?\s*", re.ASCII)


def read_figure(value: object) -> int | None:
    """Return the number that a JSON value means; a blank or a null is None, unknown.

    This gateway writes `"+12"`, `" 12"`, `"0012"`, `""` and null beside `"12"` and `12`.
    Raises ValueError for what is no whole number within ±10**15.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        written = _WRITTEN.fullmatch(value)
        if written is None:
            raise ValueError("no whole number")
        number = int(written[1] + written[2])
    elif isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError("no whole number")
    else:
        number = int(value)
    if not -LARGEST <= number <= LARGEST:
        raise ValueError("beyond 10**15")
    return number
