"""`resolve_when`: an alert ends when its condition is false and this one is true."""

import pytest

from tests.engine.market import FOREIGN, INDIVIDUAL, Market

RULE = "when: msval >= 10; resolve_when: msval <= 3"


def test_it_resolves_when_the_condition_is_false_and_this_one_true() -> None:
    """Between the two it keeps firing, silently, in one episode."""
    market = Market(RULE)
    assert market.slots(10, 9, 4, 10, 9, 5, 3) == ["00:00 firing", "03:00 resolved"]
    assert market.slots(9, 10) == ["04:00 firing"]


def test_it_does_not_resolve_while_the_condition_holds() -> None:
    """This one being true is not enough."""
    assert Market("when: msval >= 10; resolve_when: mdvalue >= 0").slots(10, 11, 9) == [
        "00:00 firing",
        "01:00 resolved",
    ]


@pytest.mark.parametrize("when", ["msval >= 10", "msval >= 10 or msval < -100"])
def test_it_may_become_true_long_after_the_condition_became_false(when: str) -> None:
    """It is asked at each update while the alert is open, whatever the condition does."""
    market = Market(f"when: {when}; resolve_when: delta(msval, 1m) == 0")
    assert market.slots(10, 5, 4, 3, 2, 2, 2) == ["00:00 firing", "03:00 resolved"]


def test_an_unknown_on_either_side_does_not_resolve() -> None:
    """Nobody can say that it is over."""
    market = Market("when: msval >= 10; resolve_when: delta(msval + mdvalue) == 0")
    assert market.slots(10, 5, None, 5) == ["00:00 firing"]
    assert market.slots(5) == ["02:00 resolved"]
    blank = Market("when: msval >= 10; resolve_when: mdvalue >= 0")
    assert blank.slots(10, None, 5) == ["00:00 firing", "01:00 resolved"]


def test_what_is_pending_ends_without_it() -> None:
    """There is nothing to resolve yet."""
    assert Market(f"{RULE}; for: 1m").slots(10, 9, 10, 10) == []


def test_the_peak_is_of_the_whole_episode() -> None:
    """The dip in between is a part of it."""
    market = Market(RULE)
    market.slots(10, 50, 5, 20, 3)
    assert (market.transitions[-1].peak, market.transitions[-1].value) == (50, 3)


def test_it_may_look_at_another_series() -> None:
    """Then the rule is judged on the whole slot."""
    market = Market("when: foreign.msval >= 10; resolve_when: individual.msval > foreign.msval")
    assert market.both(10, 50) == ["00:00 firing"]
    assert market.both(5, 0) == []
    assert market.slot((FOREIGN, 5)) == []
    assert market.update(6, of=INDIVIDUAL) == ["01:00 resolved"]


def test_it_does_not_change_how_often_a_rule_fires() -> None:
    """A condition that comes and goes in between opens nothing."""
    market = Market("when: msval >= 10; resolve_when: msval <= 0", "when: msval >= 10")
    market.slots(*(10, 5) * 3, 0)
    assert [each.rule for each in market.transitions].count("rule-0") == 2
    assert [each.rule for each in market.transitions].count("rule-1") == 6
