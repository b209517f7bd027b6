"""Durations of the settings: of the wall clock, and so to the millisecond."""

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator

_DURATION = re.compile(r"([0-9]{1,300}(?:\.[0-9]{1,9})?)\s*(ms|[^\W\d_]*)")
_UNITS = {
    "ms": 0.001,
    "s": 1, "sec": 1, "초": 1,
    "m": 60, "min": 60, "분": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "시간": 3600,
    "d": 86_400, "day": 86_400, "days": 86_400, "일": 86_400,
}  # fmt: skip
# In seconds: ten years. Much more, and a moment that far away is none that Python knows.
LONGEST = 3650 * 86_400
_WANTED = "write a number and a unit, like 300ms, 90s, 2m or 1h"


def _read_duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None or not (match[2] in _UNITS or (float(match[1]) == 0 and not match[2])):
        raise ValueError(_WANTED)
    seconds = float(match[1]) * _UNITS.get(match[2], 0)
    if seconds > LONGEST:
        raise ValueError("write at most ten years, 3650d")
    return seconds


def _read_patience(value: Any) -> Any:
    return math.inf if value == "off" else _read_duration(value)


Duration = Annotated[float, BeforeValidator(_read_duration, json_schema_input_type=str | float)]
"""Seconds, from `300ms`, `90s`, `2m`, `1h`, `1d` or `0`."""

Patience = Annotated[float, BeforeValidator(_read_patience, json_schema_input_type=str | float)]
"""The same, or `off`: infinite."""
