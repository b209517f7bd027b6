"""Amounts as people write them: `-1,234억`, `+3.2조`, `12.3만주`."""

from collections.abc import Sequence

from flowalert.market.sector import Counted

SHARES_PER_UNIT = 1_000

# Korean counts in steps of ten thousand.
_STEP = 10_000
_WON = ("억", "조")
_SHARES = ("주", "만주", "억주")
_CONTRACTS = ("계약", "만계약", "억계약")


def format_won(eok: float, *, signed: bool) -> str:
    """Write an amount of 억원; `signed` puts a plus before what is above zero."""
    return _shorten(eok, _WON, signed=signed)


def format_quantity(units: float, counted: Counted, *, signed: bool) -> str:
    """Write a quantity in the wire's unit: thousands of shares, or contracts."""
    if counted is Counted.CONTRACTS:
        return _shorten(units, _CONTRACTS, signed=signed)
    return _shorten(units * SHARES_PER_UNIT, _SHARES, signed=signed)


def format_number(number: float, *, signed: bool) -> str:
    """Write a bare number, grouped by thousands, with at most two decimals."""
    text = f"{abs(number):,.2f}".rstrip("0").rstrip(".")
    return text if text == "0" else _sign(number, signed=signed) + text


def format_percent(ratio: float, *, signed: bool) -> str:
    """Write a ratio (0.3) as a percentage (`30%`)."""
    return format_number(ratio * 100, signed=signed) + "%"


def _shorten(count: float, units: Sequence[str], *, signed: bool) -> str:
    """Write a count of the first unit in the largest unit of which there is one; what rounds to zero has no sign."""
    left = abs(count)
    for unit in units:
        shown = _round(left)
        if shown < _STEP or unit == units[-1]:
            break
        left /= _STEP
    return (_sign(count, signed=signed) if shown else "") + f"{shown:,.1f}".removesuffix(".0") + unit


def _round(number: float) -> float:
    """Keep one decimal below a hundred, and none above: what people read at a glance."""
    return round(number, 1) if number < 100 else round(number)


def _sign(number: float, *, signed: bool) -> str:
    if number < 0:
        return "-"
    return "+" if signed and number > 0 else ""
