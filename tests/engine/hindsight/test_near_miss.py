"""How close rules came without firing."""

import pytest

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.near_miss import KEPT, NearMiss
from tests.engine.market import NINE, Market


def find(market: Market) -> tuple[NearMiss, ...]:
    """Return the near misses of the market's first rule."""
    market.close_session()
    rulebook = market.engine.rulebook
    backtest = Backtest(rulebook)
    backtest.run(market.entries)
    backtest.finish()
    return backtest.near_misses.of(rulebook.rules[0].name)


def test_how_far_one_amount_was_missed_is_exact() -> None:
    """The furthest that the figure went counts, and the time is when it came closest."""
    market = Market("when: msval <= -300")
    market.slots(0, -245, -291, -250, 0)
    (miss,) = find(market)
    assert (miss.at - NINE, miss.value) == (60, -291)
    assert miss.short == pytest.approx(0.03)


def test_what_led_to_a_firing_is_no_near_miss() -> None:
    """Neither on the way there nor on the way back."""
    market = Market("when: msval <= -300")
    market.slots(0, -291, -300, -291, -250, 0)
    assert find(market) == ()


def test_an_event_that_nearly_was() -> None:
    """An update that would have been enough for an easier rule, and was not for this one."""
    market = Market("when: abs(delta(msval)) >= 100")
    market.slots(0, -90, -89, 50, 50, -60)
    (miss,) = find(market)
    assert (miss.at - NINE, miss.value) == (30, -90)
    assert miss.short == pytest.approx(0.1)


def test_several_amounts_are_eased_together() -> None:
    """Then what was lacking is the share by which all of them would have had to be easier."""
    market = Market("when: msval >= 100 and delta(msval, 2 updates) >= 100")
    market.slots(0, 0, 92, 92, 92)
    (miss,) = find(market)
    assert miss.short == 0.1


def test_a_condition_that_did_not_hold_for_long_enough() -> None:
    """The time that it held is told, of the time that was asked for."""
    market = Market("when: msval >= 100; for: 2m")
    market.slots(0, 120, 120, 120, 0)
    miss = find(market)[0]
    assert (miss.held, miss.at - NINE, miss.short) == (90, 30, 0.25)


def test_a_small_count_is_missed_by_one() -> None:
    """A share of 3 is less than one, and yet 2 was close."""
    market = Market("when: streak(delta(msval) > 0) >= 3")
    market.slots(0, 1, 2, 0)
    (miss,) = find(market)
    assert miss.value == 2
    assert miss.short == pytest.approx(1 / 3)


def test_the_closest_are_kept() -> None:
    """However many there were, the best few are told, the closest first."""
    market = Market("when: delta(msval) >= 1000")
    for number in range(400):
        market.slots(0, 801 + number * 7 % 190)
    misses = find(market)
    shorts = [miss.short for miss in misses]
    assert len(misses) == KEPT
    assert shorts == sorted(shorts)
    assert shorts[0] == pytest.approx(0.01)


def test_a_rule_without_an_amount_has_none() -> None:
    """Nothing can be eased about a crossing of zero."""
    market = Market("when: crosses(msval, 0)")
    market.slots(5, 1, 5)
    assert find(market) == ()


def test_variants_change_nothing_about_the_rules_themselves() -> None:
    """What is told is the same with near misses and without."""
    market = Market("when: msval >= 100; for: 30s; cooldown: 2m", "when: delta(msval) <= -50; limit: 2/session")
    market.slots(*[(number * 37) % 160 for number in range(200)])
    found = []
    for near_misses in (True, False):
        backtest = Backtest(market.engine.rulebook, near_misses=near_misses)
        found.append(backtest.run(market.entries) + backtest.finish())
    assert found[0] == found[1]
    assert len(found[0]) > 20
