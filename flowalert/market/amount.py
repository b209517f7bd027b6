"""Amounts as people write them: `-1,234억`, `+3.2조`, `12.3만주`."""

from flowalert.market.sector import Counted

EOK_PER_JO = 10_000
SHARES_PER_UNIT = 1_000


def format_won(eok: float, *, signed: bool) -> str:
    """Write an amount of 억원; `signed` puts a plus before what is above zero."""
    if abs(eok) >= EOK_PER_JO - 0.5:
        return _sign(eok, signed) + _short(abs(eok) / EOK_PER_JO) + "조"
    return _sign(eok, signed) + _short(abs(eok)) + "억"


def format_quantity(units: float, counted: Counted, *, signed: bool) -> str:
    """Write a quantity in the wire's unit: thousands of shares, or contracts."""
    if counted is Counted.CONTRACTS:
        return _sign(units, signed) + _large(abs(units)) + "계약"
    return _sign(units, signed) + _large(abs(units) * SHARES_PER_UNIT) + "주"


def format_number(number: float, *, signed: bool) -> str:
    """Write a bare number, grouped by thousands, with at most two decimals."""
    text = f"{abs(number):,.2f}".rstrip("0").rstrip(".")
    return (_sign(number, signed) if text != "0" else "") + text


def format_percent(ratio: float, *, signed: bool) -> str:
    """Write a ratio (0.3) as a percentage (`30%`)."""
    return format_number(ratio * 100, signed=signed) + "%"


def _sign(number: float, signed: bool) -> str:  # noqa: FBT001 - private, and each call reads well
    if number < 0:
        return "-"
    return "+" if signed and number > 0 else ""


def _large(count: float) -> str:
    if count >= 99_999_500:
        return _short(count / 100_000_000) + "억"
    if count >= 9_999.5:
        return _short(count / 10_000) + "만"
    return _short(count)


def _short(number: float) -> str:
    """One decimal below a hundred, and none above: what people read at a glance."""
    text = f"{number:,.1f}" if number < 99.95 else f"{number:,.0f}"
    return text.removesuffix(".0")
