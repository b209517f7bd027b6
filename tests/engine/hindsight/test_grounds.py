"""The grounds of a transition, beside what the engine itself answered at that moment."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.engine.hindsight.grounds import Grounds, find_grounds
from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.engine.why import Comparison, Why
from tests.engine.market import Market, read_rules

RULES = (
    "when: msval <= -3 and not (delta(msval, 1m) > p_msval or crosses(msval, 0))",
    "when: abs(delta(msval)) >= 4 and -2 < msval * 2 + p_msval",
    "when: crosses_below(msval, 0)",
    "when: crosses_above(msval, avg(msval, 2m))",
    "when: crosses_above(msval, 2) or msval >= 6; mode: state",
    "when: 5 <= highest(msval, session) or streak(msval > 0) >= 3; keep_firing_for: 1m",
    "when: msval > 2; for: 1m; cooldown: 3m; repeat: 2m; resolve_when: msval < p_msval",
    "when: msval / p_msval > 1 and time >= 09:01; levels: {critical: msval > 7}",
    "when: p_msval > 1 and msval < 9; limit: 2/10m",
)


def look(market: Market, made: Transition) -> tuple[Grounds, Why]:
    """Return the grounds of the last transition, and what the engine answers now, at the same update."""
    (why,) = market.engine.why("rule-0")
    return find_grounds(market.engine.rulebook.by_name["rule-0"], made), why


@pytest.mark.parametrize("rule", RULES)
@given(values=st.lists(st.integers(-10, 10) | st.none(), min_size=2, max_size=12))
def test_they_say_what_the_engine_said(rule: str, values: list[int | None]) -> None:
    """Of each comparison of the condition: as it is written, with its values, and whether it held."""
    market = Market(rule)
    for value in values:
        before = len(market.transitions)
        market.slots(value)
        for made in market.transitions[before:]:
            grounds, why = look(market, made)
            assert not grounds.is_changed
            assert [(each.text, each.clause) for each in grounds.comparisons] == [
                (each.text, each.clause) for each in why.comparisons
            ]
            for one, other in zip(grounds.comparisons, why.comparisons, strict=True):
                _compare(one, other, is_kept=one.text not in grounds.unkept)


def _compare(found: Comparison, wanted: Comparison, *, is_kept: bool) -> None:
    if found.left == wanted.left:
        assert found.left_value in (wanted.left_value, *([] if is_kept else [None]))
    elif None not in (found.left_value, wanted.left_value, wanted.right_value):
        # The distance of two figures stands for both.
        assert found.left_value == pytest.approx(wanted.left_value - wanted.right_value)  # type: ignore[operator]
    if is_kept and "crosses" not in found.text:
        assert found.holds is wanted.holds
    else:
        assert found.holds in (wanted.holds, None)


def test_a_crossing_follows_from_what_was_decided() -> None:
    """Alone it must have been; beside another comparison that holds it may have been or not."""
    market = Market("when: crosses_below(msval, 0)")
    market.slots(5, -5)
    grounds, _ = look(market, market.transitions[-1])
    assert [(each.left_value, each.holds) for each in grounds.comparisons] == [(-5, True)]
    market = Market("when: crosses_below(msval, 0) or msval < -3; mode: state")
    market.slots(5, -5)
    grounds, _ = look(market, market.transitions[-1])
    assert [each.holds for each in grounds.comparisons] == [None, True]


def test_what_no_transition_keeps_is_said_to_be_unkept() -> None:
    """A level over a figure that the condition does not have."""
    market = Market("when: msval > 2; levels: {critical: 'delta(msval, 1m) > 3', warning: 'msval > 3'}; severity: info")
    market.slots(1, 5)
    grounds, _ = look(market, market.transitions[-1])
    assert grounds.unkept == ("delta(msval, 1m) > 3",)
    assert {each.text: each.holds for each in grounds.comparisons} == {
        "msval > 2": True,
        "delta(msval, 1m) > 3": None,
        "msval > 3": True,
    }


def test_a_rule_that_cannot_have_decided_is_another() -> None:
    """Its expressions are others, or its amounts would not have let it fire."""
    market = Market("when: msval > 2")
    market.slots(1, 5)
    (made,) = market.transitions
    for other, is_changed in (
        ("when: msval > 2", False),
        ("when: msval > 3", False),
        ("when: msval > 7", True),
        ("when: msval > 2 and p_msval > 0", True),
    ):
        rule = read_rules(other).by_name["rule-0"]
        assert find_grounds(rule, made).is_changed is is_changed, other
    # Why else it came about says nothing of the condition.
    told = replace(made, kind=Kind.RESOLVED, reason=Reason.SESSION_CLOSED)
    assert not find_grounds(read_rules("when: msval > 7").by_name["rule-0"], told).is_changed
