"""`keep_firing_for`: false, and perhaps soon true again."""

import pytest

from flowalert.engine.transition import Reason
from tests.engine.market import FOREIGN, INDIVIDUAL, SLOT, Market

RULE = "when: msval >= 1; keep_firing_for: 60s"


def phases(market: Market) -> list[str]:
    return [each.phase.value for each in market.engine.list_open()]


def test_it_resolves_once_it_has_been_false_for_its_time() -> None:
    """Counted from the first update that is false; the reason is the condition."""
    market = Market(RULE)
    assert market.slots(1, 0) == ["00:00 firing"]
    assert phases(market) == ["recovering"]
    assert market.slots(0, 0) == ["01:30 resolved"]
    assert market.transitions[-1].reason is Reason.CONDITION


def test_it_fires_on_without_a_word_when_it_is_true_again() -> None:
    """It is one episode, and the next false begins to count anew."""
    market = Market(RULE)
    assert market.slots(1, 0, 0, 1, 0, 0) == ["00:00 firing"]
    assert market.slots(0) == ["03:00 resolved"]
    assert len({each.alert for each in market.transitions}) == 1


def test_true_at_the_very_time_it_fires_on() -> None:
    """Its own update comes before the timer."""
    market = Market(RULE)
    market.slots(1, 0, 0)
    market.at += SLOT
    assert market.update(9, of=INDIVIDUAL) == []
    assert market.update(1) == []
    assert market.close_slot(600) == []
    assert phases(market) == ["firing"]


def test_a_closed_slot_runs_the_timer() -> None:
    """A series that says nothing new recovers all the same."""
    market = Market(RULE)
    market.slots(1, 0)
    assert market.close_slot(59) == []
    assert market.close_slot(60) == ["01:30 resolved"]


def test_other_series_later_updates_run_the_timer() -> None:
    """Once the exchange's time is past it."""
    market = Market(RULE)
    market.slots(1, 0)
    assert market.slots(9, 9, of=INDIVIDUAL) == []
    assert market.slots(9, of=INDIVIDUAL) == ["02:00 resolved"]


def test_an_unknown_neither_resolves_nor_fires_on() -> None:
    """The next that is known decides: false, and the time is over; true, and nothing was."""
    for value, said in ((0, ["02:30 resolved"]), (1, [])):
        market = Market(RULE)
        assert market.slots(1, 0, None, None) == ["00:00 firing"]
        assert market.close_slot(15) == []
        assert phases(market) == ["recovering"]
        market.at += SLOT
        assert market.slots(value) == said


def test_missed_updates_freeze_it() -> None:
    """What nobody could see does not count."""
    market = Market(RULE)
    market.slots(1, 0, 0)
    assert market.miss(3, 0) == []
    assert market.slots(0) == ["03:30 resolved"]


def test_a_lost_feed_freezes_it() -> None:
    """No timer runs out while the feed is lost, and the time until the next update does not count."""
    market = Market(RULE)
    market.slots(1, 0)
    market.lose()
    assert market.close_slot(300) == []
    market.find()
    market.at += 300
    assert market.slots(0, 0) == []
    assert market.slots(0) == ["07:00 resolved"]


def test_a_rule_with_resolve_when_recovers_from_when_it_could_resolve() -> None:
    """And fires on as soon as it could not any more, though its condition is false."""
    market = Market("when: msval >= 10; resolve_when: msval <= 3; keep_firing_for: 60s")
    assert market.slots(10, 5, 5, 5) == ["00:00 firing"]
    assert phases(market) == ["firing"]
    market.slots(3)
    assert phases(market) == ["recovering"]
    market.slots(5)
    assert phases(market) == ["firing"]
    assert market.slots(3, 3, 3) == ["04:00 resolved"]


def test_a_resolve_when_that_is_unknown_leaves_it_recovering() -> None:
    """It neither fires on by that nor is it resolved; the next that is known decides."""
    market = Market("when: msval >= 10; resolve_when: delta(msval + mdvalue) < 0; keep_firing_for: 60s")
    assert market.slots(10, 5) == ["00:00 firing"]
    assert market.miss(2, 4) == []
    assert phases(market) == ["recovering"]
    assert market.close_slot(60) == []
    market.at += 2 * SLOT
    assert market.slots(3) == ["03:30 resolved"]


def test_the_peak_and_the_time_are_those_of_the_whole_episode() -> None:
    """With what it did while it recovered."""
    market = Market("when: abs(msval) >= 10; keep_firing_for: 2m")
    market.slots(10, 0, -30, 0, 0, 0, 0, 0)
    resolved = market.transitions[-1]
    assert (resolved.at - resolved.opened_at, resolved.peak) == (7 * SLOT, -30)


@pytest.mark.parametrize("told", [True, False])
def test_it_is_resolved_as_quietly_as_it_fired(told: bool) -> None:
    """Recovering is told to nobody."""
    market = Market(f"{RULE}; cooldown: 10m")
    market.slots(*() if told else (1, 0, 0, 0), 1, 0, 0, 0)
    assert [each.told for each in market.transitions[-2:]] == [told, told]


def test_the_end_of_the_session_resolves_it() -> None:
    """With that reason, however long it had to go."""
    market = Market(RULE)
    market.slots(1, 0)
    assert market.close_session() == ["00:30 resolved, session closed"]


def test_a_joined_condition_recovers_too() -> None:
    """From a slot, and by closed slots."""
    market = Market("when: foreign.msval > individual.msval; keep_firing_for: 60s")
    market.both(5, 3)
    assert market.both(0, 3) == []
    market.slot((FOREIGN, 0))
    assert market.close_slot() == []
    assert market.close_slot(SLOT) == ["01:30 resolved"]
