"""Events and states: what opens, what fires and what resolves."""

import pytest

from flowalert.engine.transition import Kind, Severity
from tests.engine.market import Market


def test_an_event_fires_at_every_update_for_which_it_holds() -> None:
    """It happened, each time, and there is nothing to resolve."""
    market = Market("when: delta(msval) >= 100억")
    assert market.slots(0, 100, 200, 250, 350) == ["00:30 fired", "01:00 fired", "02:00 fired"]
    assert market.engine.list_open() == []
    assert len({each.alert for each in market.transitions}) == 3


def test_the_exchanges_own_change_counts_from_the_first_update() -> None:
    """`delta(msval)` is `p_msval`: it is known where this process has seen no update before."""
    market = Market("when: delta(msval) >= 100억")
    assert market.update(5000, change=100, at=market.at) == ["59:30 fired"]


def test_a_state_opens_when_it_becomes_true_and_resolves_when_it_becomes_false() -> None:
    """Once each, however long it lasts."""
    market = Market("when: msval >= 100억")
    assert market.slots(0, 100, 150, 120, 99, 98, 100) == ["00:30 firing", "02:00 resolved", "03:00 firing"]


def test_a_state_that_is_true_at_the_first_update_opens_there() -> None:
    """What was before nobody knows, and nobody needs to."""
    assert Market("when: msval >= 100억").slots(100) == ["00:00 firing"]


def test_the_rules_own_mode_wins() -> None:
    """An impulse as a state, and a level as an event."""
    assert Market("when: delta(msval) >= 1; mode: state").slots(0, 5, 9, 9, 9) == ["00:30 firing", "01:30 resolved"]
    assert Market("when: msval >= 1; mode: event").slots(0, 5, 5, 0) == ["00:30 fired", "01:00 fired"]


def test_a_resolve_carries_the_value_the_peak_and_the_time_it_lasted() -> None:
    """The present value, the furthest it went while it was open, and since when."""
    market = Market("when: msval <= -100억")
    market.slots(-500, 0, -100, -300, -200, -50, 0)
    resolve = market.transitions[-1]
    assert (resolve.kind, resolve.value, resolve.peak, resolve.at - resolve.opened_at) == (Kind.RESOLVED, -50, -300, 90)
    assert resolve.values == {"msval": -50}


@pytest.mark.parametrize(
    ("when", "values", "peak"),
    [
        ("msval >= 10", (10, 40, 20, 0), 40),
        ("abs(msval) >= 10", (10, -40, 20, 0), -40),
        ("not msval > -10", (-10, -40, -20, 0), -40),
        ("msval != 0", (10, 20, -30, 0), -30),
    ],
)
def test_the_peak_lies_the_way_the_condition_looks(when: str, values: tuple[int, ...], peak: int) -> None:
    """The highest, the lowest, or the furthest from zero with its sign kept."""
    market = Market(f"when: {when}")
    market.slots(*values)
    assert market.transitions[-1].peak == peak


def test_unknown_neither_opens_nor_resolves() -> None:
    """A blank figure keeps the last state, and what it hides is judged when it is seen again."""
    market = Market("when: msval >= 100억")
    assert market.slots(0, None, 100, None, 150, None) == ["01:00 firing"]
    assert market.slots(None, 0) == ["03:30 resolved"]
    assert market.slots(None, 100) == ["04:30 firing"]


def test_unknown_in_one_part_can_be_decided_by_the_other() -> None:
    """Kleene's logic: a false part ends an `and` whatever the other is."""
    market = Market("when: msval >= 100억 and msvol >= 0")
    assert market.slots(100, None, 0) == ["00:00 firing", "01:00 resolved"]
    other = Market("when: msval >= 100억 or msvol >= 0")
    assert other.slots(None) == ["00:00 firing"]


def test_a_transition_says_who_and_what() -> None:
    """Its scope by codes and by names, its severity, and every figure that decided or is to be shown."""
    market = Market("when: msval >= 100억 and msvol >= 0; severity: critical; message: {{ mdvalue }}")
    market.slots(100)
    (fired,) = market.transitions
    assert (str(fired.scope), fired.scope.korean) == ("krx/001/0017", "코스피 외국인")
    assert (fired.rule, fired.severity, fired.n, fired.told) == ("rule-0", Severity.CRITICAL, 1, True)
    assert fired.values == {"msval": 100, "msvol": 0, "mdvalue": 0}


def test_transitions_of_one_update_come_in_the_order_of_the_rules() -> None:
    """Whatever their thresholds are, and whichever of many have fired."""
    market = Market("when: msval >= 30", "when: msval >= 10", "when: delta(msval) > 0", "when: msval >= 20")
    market.slots(0)
    market.transitions.clear()
    market.slots(40)
    assert [each.rule for each in market.transitions] == ["rule-0", "rule-1", "rule-2", "rule-3"]
    many = Market(*[f"when: msval >= {10 if number in (1, 8, 17, 32) else 1000}" for number in range(40)])
    many.slots(40)
    assert [each.rule for each in many.transitions] == ["rule-1", "rule-8", "rule-17", "rule-32"]
