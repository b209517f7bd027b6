"""Amounts as people write them."""

import pytest
from hypothesis import given, strategies as st

from flowalert.market.amount import format_number, format_percent, format_quantity, format_won
from flowalert.market.sector import Counted

amounts = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)


@pytest.mark.parametrize(
    ("eok", "written"),
    [
        (-1234, "-1,234억"),
        (32_000, "+3.2조"),
        (0, "0억"),
        (0.5, "+0.5억"),
        (-0.04, "0억"),
        (0.04, "0억"),
        (-0.06, "-0.1억"),
        (12.34, "+12.3억"),
        (99.94, "+99.9억"),
        (99.96, "+100억"),
        (-300, "-300억"),
        (9_999, "+9,999억"),
        (9_999.4, "+9,999억"),
        (9_999.6, "+1조"),
        (-10_000, "-1조"),
        (999_400, "+99.9조"),
        (999_600, "+100조"),
        (12_345_678, "+1,235조"),
    ],
)
def test_won_is_written_in_the_largest_unit_there_is_one_of(eok: float, written: str) -> None:
    """억 below a 조, one decimal below a hundred, and no sign for what rounds to nothing."""
    assert format_won(eok, signed=True) == written
    assert format_won(eok, signed=False) == written.removeprefix("+")


@pytest.mark.parametrize(
    ("units", "counted", "written"),
    [
        (123, Counted.SHARES, "+12.3만주"),
        (1, Counted.SHARES, "+1,000주"),
        (-1, Counted.SHARES, "-1,000주"),
        (0.5, Counted.SHARES, "+500주"),
        (0.00001, Counted.SHARES, "0주"),
        (9.999, Counted.SHARES, "+9,999주"),
        (10, Counted.SHARES, "+1만주"),
        (99_994, Counted.SHARES, "+9,999만주"),
        (99_998, Counted.SHARES, "+1억주"),
        (-250_000, Counted.SHARES, "-2.5억주"),
        (1500, Counted.CONTRACTS, "+1,500계약"),
        (-12_345, Counted.CONTRACTS, "-1.2만계약"),
        (9_999.7, Counted.CONTRACTS, "+1만계약"),
        (-0.01, Counted.CONTRACTS, "0계약"),
        (0, Counted.CONTRACTS, "0계약"),
    ],
)
def test_quantities_say_what_they_count(units: float, counted: Counted, written: str) -> None:
    """The wire's thousands of shares become shares; contracts are contracts."""
    assert format_quantity(units, counted, signed=True) == written


@pytest.mark.parametrize(
    ("number", "written", "percent"),
    [
        (0, "0", "0%"),
        (0.3, "+0.3", "+30%"),
        (-0.004, "0", "-0.4%"),
        (-0.00004, "0", "0%"),
        (1234.5678, "+1,234.57", "+123,456.78%"),
        (100, "+100", "+10,000%"),
    ],
)
def test_bare_numbers_and_percentages(number: float, written: str, percent: str) -> None:
    """Two decimals at most, none that say nothing, and no sign for zero."""
    assert format_number(number, signed=True) == written
    assert format_percent(number, signed=True) == percent


@given(amount=amounts)
def test_a_sign_stands_for_something(amount: float) -> None:
    """What reads as zero has no sign, and what does not has its own."""
    for text in (
        format_won(amount, signed=True),
        format_quantity(amount, Counted.SHARES, signed=True),
        format_quantity(amount, Counted.CONTRACTS, signed=True),
        format_number(amount, signed=True),
    ):
        zero = not any(digit in text for digit in "123456789")
        assert text[0].isdigit() if zero else text[0] == ("-" if amount < 0 else "+")


@given(amount=amounts)
def test_no_unit_is_used_past_its_end(amount: float) -> None:
    """Ten thousand of a unit are one of the next."""
    assert not format_won(amount, signed=False).lstrip("-").startswith("10,000억")
    for counted in Counted:
        text = format_quantity(amount / 100, counted, signed=False).lstrip("-")
        assert not text.startswith(("10,000주", "10,000만", "10,000계약"))


@given(less=amounts, more=amounts)
def test_rounding_keeps_the_order(less: float, more: float) -> None:
    """A larger amount never reads as a smaller one."""
    less, more = sorted((less, more))
    assert _read(format_won(less, signed=True)) <= _read(format_won(more, signed=True))


def _read(text: str) -> float:
    number = float(text[:-1].replace(",", ""))
    return number * 10_000 if text.endswith("조") else number
