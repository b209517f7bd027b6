"""The amounts of a condition: found, moved, and written as a person wrote them."""

import pytest
from hypothesis import given, strategies as st

from flowalert.engine.hindsight.amount import find_amounts, place_amounts, round_amount, write_amount
from flowalert.language.condition import read_condition
from flowalert.market.sector import Counted
from tests.engine.market import read_rules


def test_amounts_stand_in_their_order_each_with_the_way_that_is_easier() -> None:
    """Under `not` the easier way turns around; a time of day and what is inside a call are no amounts."""
    rule = read_rules(
        "when: delta(msval, 5m) <= -300억 and not (msvolume >= 1.5만주 or 20 > abs(msval)) and time > 10:00"
        " and count(msval > 7, 10m) == 3 and crosses_above(msvol, 4)"
    ).rules[0]
    found = [(each.value, each.easing) for each in find_amounts(rule.condition.tree)]
    assert found == [(-300, 1), (15, 1), (20, -1), (3, 0), (4, -1)]


def test_easing_makes_room_on_the_easier_side() -> None:
    """A share of the amount's size, whatever its sign; toward zero where neither side is easier."""
    rule = read_rules("when: msval >= 300 or msval <= -300 or msval >= -300 or msval == 300 or msval == -300").rules[0]
    assert [each.ease(0.1) for each in find_amounts(rule.condition.tree)] == [270, -270, -330, 270, -270]


def test_placed_amounts_read_back_as_they_were_placed() -> None:
    """The text that is written means what was placed: it can be pasted."""
    rule = read_rules(
        "when: delta(msval) <= -3_00억 and not msvolume >= 1.5만주 or 5 <= abs(msval); cooldown: 5m"
    ).rules[0]
    placed = place_amounts(rule, {0: -420, 1: 22, 2: 17.5})
    assert placed.condition.text == "delta(msval) <= -420억 and not msvolume >= 2.2만주 or 17.5 <= abs(msval)"
    again = read_condition(placed.condition.text, Counted.SHARES)
    assert (again.form, again.tree) == (placed.condition.form, placed.condition.tree)
    assert placed.cooldown == 300


@given(value=st.integers(-10_000, 10_000).filter(bool), unit=st.sampled_from(["", "억", "조", "천만원", " 억"]))
def test_any_value_is_written_in_the_unit_that_stands_there(value: int, unit: str) -> None:
    """What is written in the place of an amount has the value that was meant, to the last digit."""
    condition = read_condition(f"msval >= 25{unit}", Counted.SHARES)
    (amount,) = find_amounts(condition.tree)
    written = write_amount(condition.text, amount, value)
    assert written.endswith(unit)
    (read,) = find_amounts(read_condition(f"msval >= {written}", Counted.SHARES).tree)
    assert read.value == pytest.approx(value)


def test_a_folded_amount_is_written_anew() -> None:
    """Where arithmetic stands, a plain amount takes its place."""
    rule = read_rules("when: msval >= 2 * 300억").rules[0]
    assert place_amounts(rule, {0: 750}).condition.text == "msval >= 750억"


@pytest.mark.parametrize(
    ("value", "whole", "rounded"), [(437.2, False, 440), (-0.0123, False, -0.012), (2.46, True, 2), (1200, True, 1200)]
)
def test_amounts_are_rounded_to_two_digits(value: float, whole: bool, rounded: float) -> None:
    """Nobody writes a third digit; of what has whole values, no fraction either."""
    assert round_amount(value, whole=whole) == rounded
