"""Figures in messages: as people of the market write them, with the English beside on request."""

from flowalert.language.meaning import Meaning
from flowalert.language.template import UNKNOWN, show_number
from flowalert.language.tongue import Tongue
from flowalert.market.amount import SHARES_PER_UNIT
from flowalert.market.sector import Counted

_WON_PER_UNIT = 100_000_000
_STEPS = ((10**12, "tn"), (10**9, "bn"), (10**6, "m"))


def say_amount(value: float | None, meaning: Meaning, counted: Counted | None, tongue: Tongue) -> str:
    """Say a figure in the feed's unit: `-1,234억`, or `-1,234억 (-123.4bn won)`; a dash where it is not known.

    `counted` is what quantities count, where `meaning` does not say it. Ratios, prices and bare numbers read the same
    in both languages, as does what rounds to zero.
    """
    if value is None:
        return UNKNOWN
    shown = show_number(value, meaning, counted)
    if tongue is Tongue.KOREAN or not any(digit in shown for digit in "123456789"):
        return shown
    english = _say_in_english(abs(value), meaning, meaning.counted or counted)
    sign = shown[0] if shown[0] in "+-" else ""
    return shown if english is None else f"{shown} ({sign}{english})"


def _say_in_english(size: float, meaning: Meaning, counted: Counted | None) -> str | None:
    match meaning.won, meaning.quantity, counted:
        case 1, 0, _:
            return f"{_shorten(size * _WON_PER_UNIT)} won"
        case 0, 1, Counted.SHARES:
            return _count(size * SHARES_PER_UNIT, "share")
        case 0, 1, Counted.CONTRACTS:
            return _count(size, "contract")
        case _:
            return None


def _count(number: float, noun: str) -> str:
    shown = _shorten(number)
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"


def _shorten(number: float) -> str:
    """Write `123.4bn`, `3.2tn`, `56,700`: one decimal, in the largest unit of which there is one."""
    for step, unit in _STEPS:
        # What the unit below would round to a thousand of itself is one of this.
        if round(number / step * 1000, 1) >= 1000:
            return f"{number / step:,.1f}".removesuffix(".0") + unit
    return f"{number:,.1f}".removesuffix(".0")
