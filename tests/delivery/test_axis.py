"""What stands along a chart's axes."""

import pytest
from hypothesis import given, strategies as st

from flowalert.delivery.axis import list_clocks, write_amount, write_level, write_ticks
from flowalert.language.meaning import NET_QUANTITY, NET_RATIO, NET_WON, Meaning
from flowalert.language.tongue import Tongue
from flowalert.market.instant import clock
from flowalert.market.sector import Counted
from tests.engine.market import NINE


@pytest.mark.parametrize(
    ("value", "meaning", "counted", "korean", "english"),
    [
        (-1234, NET_WON, None, "-1,234억", "-123.4bn won"),
        (0, NET_WON, None, "0억", "0"),
        (0, NET_QUANTITY, Counted.SHARES, "0주", "0"),
        (5, NET_QUANTITY, Counted.SHARES, "+5,000주", "+5,000 shares"),
        (-40, NET_QUANTITY, Counted.CONTRACTS, "-40계약", "-40 contracts"),
        (-2.5, NET_RATIO, None, "-2.5", "-2.5"),
        (7, NET_QUANTITY, None, "+7", "+7"),
    ],
)
def test_an_amount_is_in_one_language(
    value: float, meaning: Meaning, counted: Counted | None, korean: str, english: str
) -> None:
    """Where there is no room for both, or no font for one."""
    assert write_amount(value, meaning, counted, Tongue.KOREAN) == korean
    assert write_amount(value, meaning, counted, Tongue.ENGLISH) == english


@pytest.mark.parametrize(
    ("value", "meaning", "counted", "korean", "english"),
    [
        (30_050, NET_WON, None, "3조 50억", "3.005 trillion won"),
        (-0.5, NET_WON, None, "-5,000만원", "-50 million won"),
        (0, NET_WON, None, "0", "0"),
        (-12.5, NET_QUANTITY, Counted.SHARES, "-1만 2,500주", "-12,500 shares"),
        (40, NET_QUANTITY, Counted.CONTRACTS, "40계약", "40 contracts"),
        (2.5, NET_RATIO, None, "2.5", "2.5"),
    ],
)
def test_a_level_is_written_to_the_last_digit(
    value: float, meaning: Meaning, counted: Counted | None, korean: str, english: str
) -> None:
    """It is what the rule compares with, and in one language."""
    assert write_level(value, meaning, counted, Tongue.KOREAN) == korean
    assert write_level(value, meaning, counted, Tongue.ENGLISH) == english


def test_no_two_ticks_read_the_same() -> None:
    """Rounded they may: then all are written to the last digit."""
    assert write_ticks([28_000, 29_000, 30_000], NET_WON, None, Tongue.KOREAN) == ["+2.8조", "+2.9조", "+3조"]
    near = [30_000, 30_050, 30_100]
    assert write_ticks(near, NET_WON, None, Tongue.KOREAN) == ["3조", "3조 50억", "3조 100억"]
    assert write_ticks(near, NET_WON, None, Tongue.ENGLISH) == [
        "3 trillion won", "3.005 trillion won", "3.01 trillion won",
    ]  # fmt: skip


def test_clocks_are_round() -> None:
    """As a person reads a clock."""
    shown = [clock(at) for at in list_clocks(NINE + 100, NINE + 3700)]
    assert shown == ["09:15:00", "09:30:00", "09:45:00", "10:00:00"]
    assert [clock(at) for at in list_clocks(NINE - 600, NINE)] == [
        "08:50:00", "08:52:00", "08:54:00", "08:56:00", "08:58:00", "09:00:00",
    ]  # fmt: skip


@given(st.integers(0, 10**9), st.integers(600, 7200))
def test_there_are_some_clocks_and_not_too_many(begin: int, length: int) -> None:
    """Within the axis, whatever its length: from ten minutes to two hours."""
    clocks = list_clocks(begin, begin + length)
    assert 2 <= len(clocks) <= 6
    assert all(begin <= at <= begin + length for at in clocks)
