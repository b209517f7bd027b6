"""Figures in messages, in both languages."""

import re

import pytest
from hypothesis import given, strategies as st

from flowalert.delivery.amount import say_amount
from flowalert.language.meaning import BARE, NET_QUANTITY, NET_RATIO, NET_WON, QUANTITY, WON, Meaning, Sort
from flowalert.language.tongue import Tongue
from flowalert.market.sector import Counted

PRICE = Meaning(Sort.NUMBER, won=1, quantity=-1)
SIZES = {"": 1, "m": 10**6, "bn": 10**9, "tn": 10**12}


@pytest.mark.parametrize(
    ("value", "meaning", "counted", "english"),
    [
        (-1234, NET_WON, None, "-1,234억 (-123.4bn won)"),
        (300, WON, None, "300억 (30bn won)"),
        (5, NET_WON, None, "+5억 (+500m won)"),
        (9_999, NET_WON, None, "+9,999억 (+999.9bn won)"),
        (9_999.6, NET_WON, None, "+1조 (+1tn won)"),
        (-32_000, NET_WON, None, "-3.2조 (-3.2tn won)"),
        (123, NET_QUANTITY, Counted.SHARES, "+12.3만주 (+123,000 shares)"),
        (12_345, QUANTITY, Counted.SHARES, "1,234만주 (12.3m shares)"),
        (-40, NET_QUANTITY, Counted.CONTRACTS, "-40계약 (-40 contracts)"),
        (1, NET_QUANTITY, Counted.CONTRACTS, "+1계약 (+1 contract)"),
        (0, NET_WON, None, "0억"),
        (0.001, NET_WON, None, "0억"),
        (3, QUANTITY, None, "3"),
        (-2.5, NET_RATIO, None, "-2.5"),
        (0.7, PRICE, Counted.SHARES, "0.7"),
        (12, BARE, Counted.SHARES, "12"),
        (None, NET_WON, None, "–"),
    ],
)
def test_the_english_stands_beside_what_the_market_writes(
    value: float | None, meaning: Meaning, counted: Counted | None, english: str
) -> None:
    """Amounts and quantities have it; what reads the same in both languages, or rounds to zero, has none."""
    assert say_amount(value, meaning, counted, Tongue.ENGLISH) == english
    assert say_amount(value, meaning, counted, Tongue.KOREAN) == english.partition(" ")[0]


@given(st.one_of(st.integers(-(10**8), 10**8), st.floats(-(10**8), 10**8)))
def test_the_english_is_the_same_amount(eok: float) -> None:
    """With its sign, to a tenth of the unit in which it is written, of which there is less than a thousand."""
    said = say_amount(eok, NET_WON, None, Tongue.ENGLISH)
    match = re.fullmatch(r"(?P<korean>\S+)( \((?P<number>[-+][\d,.]+)(?P<unit>m|bn|tn|) won\))?", said)
    assert match is not None, said
    if match["number"] is None:
        assert match["korean"] == "0억"
        return
    number, size = float(match["number"].replace(",", "")), SIZES[match["unit"]]
    assert match["number"][0] == match["korean"][0]
    assert abs(number * size - eok * 10**8) <= 0.0501 * size
    assert 1 <= abs(number) < 1000 or match["unit"] == "tn"
