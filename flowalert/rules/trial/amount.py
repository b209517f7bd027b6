"""An amount as people write it, `-350억`, and the figure that is expected of it."""

import re
from dataclasses import dataclass

from flowalert.language.literal import resolve_literal
from flowalert.language.meaning import Meaning
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Number, Span
from flowalert.market.sector import Counted

_PART = re.compile(r"([+-]?)([0-9]+(?:_[0-9]+)*(?:\.([0-9]+))?)\s*([^\W\d_]*|%)")

# What the arithmetic of floats may leave over.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Amount:
    """An expected figure in the feed's unit, right to `tolerance`: to as many decimals as were written."""

    text: str
    value: int | float
    tolerance: float

    def agrees(self, seen: float | None) -> bool:
        """Tell whether a figure is the expected one."""
        return seen is not None and abs(seen - self.value) <= self.tolerance + _ROUNDING * abs(self.value)


def parse_amount(text: str, counted: Counted | None, span: Span) -> Number:
    """Return what a signed amount stands for, in the feed's unit; raises Mistake."""
    sign, digits, _, unit = _take_apart(text, span)
    number = resolve_literal(digits, unit, counted, span)
    return Number(-number.value, number.meaning, span) if sign == "-" else number


def read_amount(text: str, meaning: Meaning, counted: Counted | None) -> Amount:
    """Read the figure that is expected of something of a meaning; raises Mistake."""
    whole = (0, len(text))
    written = text.strip()
    number = parse_amount(written, counted, whole)
    if not meaning.agrees(number.meaning):
        raise Mistake(f"{written} is {number.meaning.words}, and the rule is about {meaning.words}", whole)
    _, _, decimals, unit = _take_apart(written, whole)
    if not decimals:
        return Amount(written, number.value, _ROUNDING)
    step = resolve_literal("0." + "0" * (len(decimals) - 1) + "1", unit, counted, whole)
    return Amount(written, number.value, step.value / 2 + _ROUNDING)


def _take_apart(text: str, span: Span) -> tuple[str, str, str, str]:
    match = _PART.fullmatch(text)
    if match is None:
        raise Mistake(f"{text!r} is no amount", span, "write it like -350, -350억 or 12천주")
    sign, digits, decimals, unit = match.groups(default="")
    return sign, digits, decimals, unit
