"""`crosses…`: armed on the other side, true at the one update beyond."""

import pytest

from tests.engine.market import FOREIGN, Market

BOTH = "crosses(msval, 0)"
ABOVE = "crosses_above(msval, 0)"
BELOW = "crosses_below(msval, 0)"


@pytest.mark.parametrize(
    ("when", "values", "fired"),
    [
        (ABOVE, (5, 6), []),  # the first update only arms, and this one is not on the other side
        (ABOVE, (-5, 5), ["00:30"]),
        (ABOVE, (-5, 5, 6, 7), ["00:30"]),
        (ABOVE, (-5, 5, -5, 5), ["00:30", "01:30"]),
        (ABOVE, (-5, 0), []),  # equality is not beyond
        (ABOVE, (-5, 0, 5), ["01:00"]),
        (ABOVE, (-5, 0, 0, 0, 5), ["02:00"]),
        (ABOVE, (0, 5), []),  # and does not arm
        (ABOVE, (5, 0, 5), []),
        (ABOVE, (-5, 0, -5, 0, 5), ["02:00"]),
        (ABOVE, (-5, None, 5), ["01:00"]),  # unknown leaves it armed
        (ABOVE, (-5, 0, None, 5), ["01:30"]),
        (ABOVE, (None, 5), []),
        (ABOVE, (5, -5), []),
        (BELOW, (5, -5), ["00:30"]),
        (BELOW, (5, 0, -5), ["01:00"]),
        (BELOW, (-5, 0, -5), []),
        (BELOW, (0, -5), []),
        (BOTH, (5, -5, 5), ["00:30", "01:00"]),
        (BOTH, (5, 0, 5, 0, -5), ["02:00"]),
        (f"not {BOTH}", (5, -5, -6), ["00:00", "01:00"]),
    ],
)
def test_a_crossing_is_armed_on_the_other_side(when: str, values: tuple[int | None, ...], fired: list[str]) -> None:
    """Values a slot, and when it fires."""
    assert Market(f"when: {when}").slots(*values) == [f"{each} fired" for each in fired]


def test_levels_of_one_feature_do_not_disturb_each_other() -> None:
    """Many crossings of one series, each armed by itself."""
    levels = [-20, -10, 0, 10, 20]
    market = Market(*[f"when: crosses_above(msval, {level})" for level in levels])
    market.slots(-30, -10, 0, 5, 30)
    assert [(each.rule, each.at - market.at) for each in market.transitions] == [
        ("rule-0", -90), ("rule-1", -60), ("rule-2", -30), ("rule-3", 0), ("rule-4", 0),
    ]  # fmt: skip


def test_a_line_that_moves_can_be_crossed() -> None:
    """One figure over another."""
    assert Market("when: crosses_above(msval, mdvalue + 3)").slots(3, 4, 2, 5) == ["01:30 fired"]


def test_a_new_session_arms_anew() -> None:
    """Yesterday's side does not count."""
    market = Market(f"when: {ABOVE}")
    market.slots(-5)
    market.at += 86_400
    market.standing.clear()
    assert market.slots(5) == []


def test_a_crossing_is_over_at_the_next_update() -> None:
    """As a state it opens at the crossing and resolves right behind it."""
    assert Market(f"when: {ABOVE}; mode: state").slots(-5, 5, 5, 6) == ["00:30 firing", "01:00 resolved"]


def test_only_a_crossing_is_looked_at_again() -> None:
    """It is over at the next update whatever that brings; a level that holds, or is only touched, costs nothing."""
    market = Market("when: msval >= 1", f"when: {BOTH}")
    stream = market.engine._streams[FOREIGN]
    again = []
    for value in (-5, -5, 5, 5, 0, 6):
        market.slots(value)
        again.append(list(stream.again))
    assert again == [[], [], [1], [], [], []]
