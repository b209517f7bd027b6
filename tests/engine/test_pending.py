"""`for`: true, but not yet for long enough."""

import pytest

from flowalert.market.series import parse_series
from tests.engine.market import FOREIGN, INDIVIDUAL, SLOT, Market


def test_it_fires_once_it_has_held_for_its_time() -> None:
    """At the first update at which the time is over, and not before."""
    market = Market("when: msval >= 1; for: 90s")
    assert market.slots(0, 1, 1, 1) == []
    assert market.slots(1) == ["02:00 firing, held for its time"]
    assert market.transitions[0].opened_at == market.at - 90


def test_it_fires_once_it_has_held_for_its_updates() -> None:
    """The update that made it true is the first."""
    market = Market("when: msval >= 1; for: 3 updates")
    assert market.slots(0, 1, 1) == []
    assert market.slots(1) == ["01:30 firing, held for its time"]
    assert Market("when: msval >= 1; for: 1 update").slots(1) == ["00:00 firing"]


@pytest.mark.parametrize("span", ["60s", "3 updates"])
def test_one_false_ends_the_waiting(span: str) -> None:
    """Without a word, and the next true begins anew."""
    market = Market(f"when: msval >= 1; for: {span}")
    assert market.slots(1, 1, 0, 1, 1) == []
    assert market.slots(1) == ["02:30 firing, held for its time"]


@pytest.mark.parametrize("span", ["60s", "3 updates"])
def test_an_unknown_neither_ends_the_waiting_nor_fires(span: str) -> None:
    """It fires at the next update that is known to be true."""
    market = Market(f"when: msval >= 1; for: {span}")
    assert market.slots(1, 1, None, None) == []
    assert market.slots(1) == ["02:00 firing, held for its time"]


def test_unknown_updates_do_not_count() -> None:
    """`for: 3 updates` wants three that are true."""
    assert Market("when: msval >= 1; for: 3 updates").slots(1, None, 1, None) == []


def test_a_closed_slot_runs_the_timers() -> None:
    """A series that says nothing new fires at its time all the same."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1)
    assert market.close_slot(59) == []
    assert market.close_slot(60) == ["01:00 firing, held for its time"]
    assert market.close_slot(90) == []


def test_other_series_later_updates_run_the_timers() -> None:
    """Once the exchange's time is past it; at the very time the series' own update may be still to come."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1)
    assert market.slots(7, 7, of=INDIVIDUAL) == []
    assert market.slots(7, of=INDIVIDUAL) == ["01:30 firing, held for its time"]


def test_another_venues_time_runs_no_timers() -> None:
    """Each venue has its own session and its own clock."""
    market = Market("when: msval >= 1; for: 60s", "when: msval >= 1; venue: nxt")
    market.slots(1)
    assert market.update(1, of=parse_series("nxt/001/0017"), at=market.at + 600) == ["10:00 firing"]
    assert market.close_slot(60) == ["01:00 firing, held for its time"]


def test_a_series_own_update_at_its_time_comes_before_the_timer() -> None:
    """False at the very time: it has not held."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1, 1)
    market.at += SLOT
    assert market.update(7, of=INDIVIDUAL) == []
    assert market.update(0) == []
    assert market.close_slot() == []


def test_a_gap_freezes_the_waiting() -> None:
    """What nobody could see does not count: the missed time is added, and the gap counted."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1, 1)
    assert market.miss(3, 5) == []
    assert market.engine.gaps == {FOREIGN: 1}
    assert market.slots(5) == ["03:00 firing, held for its time"]


def test_a_lost_feed_freezes_the_waiting() -> None:
    """No timer runs out while the feed is lost, and the time until the next update does not count."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1, 1)
    market.lose()
    assert market.close_slot(300) == []
    assert market.slots(1, of=INDIVIDUAL) == []
    market.find()
    assert market.close_slot(600) == []
    market.at += 600
    assert market.slots(1) == []
    assert market.slots(1) == ["12:00 firing, held for its time"]
    assert market.engine.gaps == {}


def test_a_feed_that_is_lost_elsewhere_freezes_nothing_here() -> None:
    """A lost connection names its places."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1)
    market.lose("krx/301", "nxt/001")
    assert market.close_slot(60) == ["01:00 firing, held for its time"]
    other = Market("when: msval >= 1; for: 60s")
    other.slots(1)
    other.lose("krx/301", "krx/001")
    assert other.close_slot(60) == []


def test_a_feed_that_was_lost_before_the_first_update_freezes_nothing() -> None:
    """There was nothing to miss."""
    market = Market("when: msval >= 1; for: 60s")
    market.lose()
    market.slots(1)
    assert market.close_slot(60) == ["01:00 firing, held for its time"]


def test_what_waits_at_the_end_of_the_session_ends_without_a_word() -> None:
    """Nobody was told, so there is nothing to resolve, and no timer is left."""
    market = Market("when: msval >= 1; for: 60s")
    market.slots(1)
    assert [each.phase.value for each in market.engine.list_open()] == ["pending"]
    assert market.close_session() == []
    assert market.engine.list_open() == []
    assert market.close_slot(60) == []
