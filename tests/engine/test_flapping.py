"""An alert that comes and goes: that is told once, and then that it has calmed down."""

import pytest

from flowalert.engine.transition import Hold, Reason
from tests.engine.market import SLOT, Market

RULE = "when: msval >= 1"
FLAPS = (1, 0) * 3


def test_the_fourth_opening_within_ten_minutes_says_so() -> None:
    """Those behind it are told to nobody."""
    market = Market(RULE)
    market.slots(*FLAPS)
    assert market.slots(1, 0, 1, 0, 1) == [
        "03:00 firing, comes and goes too often",
        "03:30 resolved",
        "04:00 firing, not told (flapping)",
        "04:30 resolved, not told",
        "05:00 firing, not told (flapping)",
    ]
    assert market.transitions[-1].hold is Hold.FLAPPING


@pytest.mark.parametrize(("seconds", "flaps"), [(600, True), (601, False)])
def test_four_in_more_than_ten_minutes_are_no_flapping(seconds: int, flaps: bool) -> None:
    """From the first of them to the fourth."""
    market = Market(RULE)
    market.slots(*FLAPS)
    market.at += seconds - 6 * SLOT
    market.transitions.clear()
    market.slots(1)
    assert [each.reason is Reason.FLAPPING for each in market.transitions] == [flaps]


def test_what_fires_on_is_told_when_it_has_been_calm_for_ten_minutes() -> None:
    """Since the last opening, with what else was held back; it resolves aloud."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1, 0, 1)
    assert market.slots(*[1] * 19) == []
    assert market.slots(1) == ["15:00 firing, no longer comes and goes, still firing, 1 held back"]
    assert market.slots(0) == ["15:30 resolved"]


def test_a_closed_slot_tells_that_it_is_calm() -> None:
    """The series itself may be silent."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1)
    assert market.close_slot(599) == []
    assert market.close_slot(600) == ["14:00 firing, no longer comes and goes, still firing"]


def test_what_is_over_before_it_is_calm_is_not_told_late() -> None:
    """Only what still fires is."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1, 0)
    assert market.close_slot(900) == []


def test_an_opening_after_ten_calm_minutes_is_told_as_ever() -> None:
    """It says how many nobody heard of, and flapping begins anew."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1, 0)
    market.at += 600 - 2 * SLOT
    assert market.slots(1, 0, 1, 0, 1, 0, 1) == [
        "14:00 firing, 1 held back",
        "14:30 resolved",
        "15:00 firing",
        "15:30 resolved",
        "16:00 firing",
        "16:30 resolved",
        "17:00 firing, comes and goes too often",
    ]


def test_each_opening_begins_the_ten_minutes_anew() -> None:
    """Told or not: it is as restless as it was."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0)
    for _ in range(4):
        market.at += 590 - 2 * SLOT
        assert market.slots(1, 0)[0].endswith("firing, not told (flapping)")


def test_what_a_cooldown_holds_back_does_not_flap() -> None:
    """Nobody was bothered by it."""
    market = Market(f"{RULE}; cooldown: 3m")
    said = market.slots(*(1, 0) * 10)
    assert not [each for each in said if "comes and goes" in each]


def test_a_rise_does_not_pass_through_it() -> None:
    """It belongs to what comes and goes."""
    market = Market(f"{RULE}; levels: {{critical: msval >= 10}}")
    market.slots(*FLAPS, 1, 0)
    assert market.slots(1, 10, 0) == [
        "04:00 firing, not told (flapping)",
        "04:30 firing, severity rose, critical, not told (flapping)",
        "05:00 resolved, critical, not told",
    ]


def test_a_rise_is_not_what_makes_it_flap() -> None:
    """Openings are."""
    market = Market(f"{RULE}; severity: info; levels: {{warning: msval >= 5, critical: msval >= 10}}")
    said = market.slots(1, 5, 10, 0, 1, 5, 10, 0)
    assert not [each for each in said if "comes and goes" in each]


def test_a_repetition_passes_through_it() -> None:
    """The one that was told that it comes and goes is told still."""
    market = Market(f"{RULE}; repeat: 60s")
    market.slots(*FLAPS)
    assert market.slots(1, 1, 1) == [
        "03:00 firing, comes and goes too often", "04:00 firing, still firing",
    ]  # fmt: skip


def test_events_do_not_flap() -> None:
    """They do not come and go; each is by itself."""
    market = Market("when: delta(msval) >= 1")
    assert all(each.endswith("fired") for each in market.slots(*range(1, 12)))


def test_keeping_it_firing_is_what_helps() -> None:
    """One that recovers comes and goes in one episode."""
    market = Market(f"{RULE}; keep_firing_for: 2m")
    assert market.slots(*(1, 0) * 8) == ["00:00 firing"]


def test_a_new_session_is_calm() -> None:
    """Yesterday's restlessness is over."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1, 0)
    market.begin_day()
    assert market.slots(1, 0, 1)[-1] == "01:00 firing"


def test_each_scope_flaps_by_itself() -> None:
    """What foreigners do says nothing of individuals."""
    market = Market(f"{RULE}; sectors: [kospi, kosdaq]")
    market.slots(*FLAPS)
    market.transitions.clear()
    market.slots(1)
    assert [each.reason for each in market.transitions] == [Reason.FLAPPING]


def test_what_the_late_telling_of_it_finds_unknown_waits() -> None:
    """For the next update that is known."""
    market = Market(RULE)
    market.slots(*FLAPS, 1, 0, 1, None)
    assert market.close_slot(600) == []
    market.at += 600
    assert market.slots(1) == ["15:00 firing, no longer comes and goes, still firing"]


def test_what_the_limit_holds_is_not_told_when_it_is_calm() -> None:
    """The one that says that it comes and goes was the last that there was room for."""
    market = Market(f"{RULE}; limit: 4/session")
    assert market.slots(*FLAPS, 1, 0)[6] == "03:00 firing, comes and goes too often"
    market.slots(1)
    assert market.close_slot(600) == []
