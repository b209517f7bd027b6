"""`levels`: how severe an alert is when it opens, and how it rises."""

import pytest

from flowalert.engine.transition import Kind, Severity
from tests.engine.market import FOREIGN, INDIVIDUAL, Market

LEVELS = "when: msval >= 1; levels: {critical: msval >= 10}"
THREE = "when: msval >= 1; severity: info; levels: {critical: msval >= 10, warning: msval >= 5}"


@pytest.mark.parametrize(
    ("value", "severity"), [(1, Severity.INFO), (5, Severity.WARNING), (10, Severity.CRITICAL), (99, Severity.CRITICAL)]
)
def test_it_opens_at_the_highest_level_that_holds(value: int, severity: Severity) -> None:
    """In whatever order they are written; else at the rule's own severity."""
    market = Market(THREE)
    market.slots(value)
    assert [each.severity for each in market.transitions] == [severity]


def test_a_level_that_holds_while_a_lower_one_does_not_is_enough() -> None:
    """They are asked each by itself."""
    market = Market("when: msval >= 1; severity: info; levels: {warning: msval >= 10, critical: msval >= 5}")
    assert market.slots(5) == ["00:00 firing, critical"]


def test_it_rises_while_it_fires_and_never_falls() -> None:
    """Each rise is told; the resolve has the highest."""
    market = Market(THREE)
    assert market.slots(1, 5, 4, 5, 20, 1, 10, 0) == [
        "00:00 firing, info",
        "00:30 firing, severity rose",
        "02:00 firing, severity rose, critical",
        "03:30 resolved, critical",
    ]
    assert len({each.alert for each in market.transitions}) == 1
    assert [each.n for each in market.transitions] == [1, 2, 3, 4]


def test_it_rises_over_two_levels_at_once() -> None:
    """Which is one rise."""
    assert Market(THREE).slots(1, 50)[1:] == ["00:30 firing, severity rose, critical"]


def test_the_next_episode_begins_at_its_own_level() -> None:
    """What was before is over."""
    assert Market(LEVELS).slots(10, 0, 1)[-1] == "01:00 firing"


def test_a_level_does_not_open_an_alert() -> None:
    """It says how severe one is."""
    assert Market("when: msval >= 10; levels: {critical: msval >= 1}").slots(5, 9) == []


def test_a_level_that_is_unknown_does_not_hold() -> None:
    """Nobody can say that it is so bad."""
    market = Market("when: msval >= 1; levels: {critical: 'delta(msval, 1m) >= 0'}")
    assert market.slots(1, 1, 1) == ["00:00 firing", "01:00 firing, severity rose, critical"]


def test_it_does_not_rise_while_the_condition_is_false() -> None:
    """An alert that is about to be resolved is no worse for it."""
    market = Market("when: msval >= 1; levels: {critical: msval <= -5}; keep_firing_for: 1m")
    assert market.slots(1, -9, -9, -9) == ["00:00 firing", "01:30 resolved"]


def test_it_rises_while_it_cannot_be_resolved_yet() -> None:
    """An alert that fires on for want of `resolve_when` fires."""
    market = Market("when: msval >= 1; levels: {critical: msval <= -5}; resolve_when: msval == 0")
    assert market.slots(1, -9, 0) == [
        "00:00 firing",
        "00:30 firing, severity rose, critical",
        "01:00 resolved, critical",
    ]


def test_what_is_pending_has_no_level_yet() -> None:
    """That is found when it fires."""
    market = Market(f"{LEVELS}; for: 1m")
    assert market.slots(10, 10, 1) == ["01:00 firing, held for its time"]
    assert market.slots(0, 1, 1, 10)[-1] == "03:00 firing, held for its time, critical"


def test_a_rise_passes_through_a_cooldown() -> None:
    """It is news; with it the cooldown begins anew."""
    market = Market(f"{LEVELS}; cooldown: 90s")
    assert market.slots(1, 0, 1, 10, 0) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, not told",
        "01:30 firing, severity rose, critical",
        "02:00 resolved, critical",
    ]
    assert market.slots(1, 1, 1) == [
        "02:30 firing, not told",
        "03:30 firing, cooldown over, still firing",
    ]


def test_a_rise_passes_though_as_severe_a_one_was_told_before() -> None:
    """That alert is over; of this one people were told less, or nothing."""
    market = Market(f"{LEVELS}; cooldown: 10m")
    assert market.slots(10, 0, 1, 10, 0) == [
        "00:00 firing, critical",
        "00:30 resolved, critical",
        "01:00 firing, not told",
        "01:30 firing, severity rose, critical",
        "02:00 resolved, critical",
    ]


def test_an_opening_that_is_more_severe_than_what_was_told_passes_through_a_cooldown() -> None:
    """One that is as severe, or less, is held back."""
    market = Market(f"{LEVELS}; cooldown: 10m")
    assert market.slots(1, 0, 10, 0, 10, 0) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, critical",
        "01:30 resolved, critical",
        "02:00 firing, critical, not told",
        "02:30 resolved, critical, not told",
    ]


def test_an_event_has_the_level_of_its_moment() -> None:
    """And one that is more severe passes through the cooldown."""
    market = Market("when: delta(msval) >= 1; levels: {critical: delta(msval) >= 10}; cooldown: 10m")
    assert market.slots(1, 2, 20, 40, 41) == [
        "00:00 fired",
        "00:30 fired, not told",
        "01:00 fired, critical, 1 held back",
        "01:30 fired, critical, not told",
        "02:00 fired, not told",
    ]
    assert {each.kind for each in market.transitions} == {Kind.FIRED}


def test_a_level_may_look_at_other_series() -> None:
    """Then the rule is judged on the whole slot."""
    market = Market("when: foreign.msval >= 1; levels: {critical: individual.msval <= -5}")
    assert market.slot((FOREIGN, 1)) == []
    assert market.update(0, of=INDIVIDUAL) == ["00:00 firing"]
    assert market.both(1, -5) == ["00:30 firing, severity rose, critical"]


def test_a_level_may_look_at_the_time_alone() -> None:
    """It rises as the market closes, at the first update from then on."""
    assert Market("when: msval >= 1; levels: {critical: time >= 09:01}").slots(1, 1, 1) == [
        "00:00 firing", "01:00 firing, severity rose, critical",
    ]  # fmt: skip
    named = Market("when: foreign.msval >= 1; levels: {critical: time >= 09:01}")
    assert named.slots(1, 1, 1) == ["00:00 firing", "01:00 firing, severity rose, critical"]
    assert [str(each.scope) for each in named.transitions] == ["krx/001", "krx/001"]
