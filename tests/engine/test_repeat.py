"""`repeat`: an alert that goes on is told again."""

from flowalert.engine.transition import Reason
from tests.engine.market import INDIVIDUAL, SLOT, Market

RULE = "when: msval >= 1; repeat: 60s"


def test_it_is_told_again_while_it_fires() -> None:
    """Each time so long after the last, with the values of then."""
    market = Market(RULE)
    assert market.slots(1, 2, 3, 4, 5, 0, 0) == [
        "00:00 firing",
        "01:00 firing, still firing",
        "02:00 firing, still firing",
        "02:30 resolved",
    ]
    again = market.transitions[1]
    assert (again.n, again.value, again.peak, again.reason) == (2, 3, 3, Reason.REPEATED)


def test_a_closed_slot_tells_it_again() -> None:
    """The series itself may be silent."""
    market = Market(RULE)
    market.slots(1)
    assert market.close_slot(59) == []
    assert market.close_slot(60) == ["01:00 firing, still firing"]
    assert market.close_slot(119) == []
    assert market.close_slot(120) == ["02:00 firing, still firing"]


def test_after_a_long_silence_it_is_told_once() -> None:
    """And from then on, not as often as it would have been."""
    market = Market(RULE)
    market.slots(1)
    assert market.close_slot(300) == ["05:00 firing, still firing"]
    assert market.close_slot(359) == []
    assert market.close_slot(360) == ["06:00 firing, still firing"]


def test_its_own_update_comes_before_the_timer() -> None:
    """What resolves at that very time is not told to go on."""
    market = Market(RULE)
    market.slots(1, 1)
    market.at += SLOT
    assert market.update(9, of=INDIVIDUAL) == []
    assert market.update(0) == ["01:00 resolved"]


def test_what_is_unknown_is_not_told_again() -> None:
    """But at the next update that is known."""
    market = Market(RULE)
    assert market.slots(1, None, None, None) == ["00:00 firing"]
    assert market.close_slot(SLOT) == []
    market.at += SLOT
    assert market.slots(1) == ["02:30 firing, still firing"]


def test_a_lost_feed_tells_nothing_again() -> None:
    """Nobody knows whether it still fires; the next update says so."""
    market = Market(RULE)
    market.slots(1)
    market.lose()
    assert market.close_slot(600) == []
    market.at += 600
    assert market.slots(1) == ["10:30 firing, still firing"]


def test_it_counts_from_the_last_that_was_told() -> None:
    """A rise in severity is one."""
    market = Market(f"{RULE}; levels: {{critical: msval >= 10}}")
    assert market.slots(1, 10, 10, 10) == [
        "00:00 firing",
        "00:30 firing, severity rose, critical",
        "01:30 firing, still firing, critical",
    ]


def test_a_cooldown_does_not_hold_it_back() -> None:
    """Whoever asks to be told again is; it begins the cooldown of the next alert anew."""
    market = Market(f"{RULE}; cooldown: 10m")
    assert market.slots(1, 1, 1, 0, 1) == [
        "00:00 firing",
        "01:00 firing, still firing",
        "01:30 resolved",
        "02:00 firing, not told",
    ]


def test_what_was_never_told_is_not_told_again() -> None:
    """It is told late, when the cooldown is over, and again from then on."""
    market = Market(f"{RULE}; cooldown: 2m")
    assert market.slots(1, 0, *[1] * 7) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, not told",
        "02:30 firing, cooldown over, still firing",
        "03:30 firing, still firing",
    ]


def test_it_is_not_told_again_while_it_recovers() -> None:
    """It is on its way out; true again, it is told if it was due."""
    market = Market(f"{RULE}; keep_firing_for: 5m")
    assert market.slots(1, 0, 0, 0, 0) == ["00:00 firing"]
    assert market.slots(1) == ["02:30 firing, still firing"]


def test_a_pending_alert_is_not_told_at_all() -> None:
    """It repeats from when it fires."""
    market = Market(f"{RULE}; for: 90s")
    assert market.slots(*[1] * 6) == ["01:30 firing, held for its time", "02:30 firing, still firing"]


def test_it_ends_with_the_session() -> None:
    """No timer is left."""
    market = Market(RULE)
    market.slots(1)
    market.close_session()
    assert market.close_slot(600) == []


def test_a_joined_condition_repeats_too() -> None:
    """Though nobody reports."""
    market = Market("when: foreign.msval > individual.msval; repeat: 60s")
    market.both(5, 3)
    assert market.close_slot(60) == ["01:00 firing, still firing"]
    assert market.close_slot(120) == ["02:00 firing, still firing"]
