"""Conditions over several series: what is of one slot, what looks back, and the timers."""

import pytest

from flowalert.language.code import Value
from flowalert.market.series import parse_series
from tests.engine.market import FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN, SLOT, Gauge, Market

ABOVE = "foreign.msval > individual.msval"
INSURANCE = parse_series("krx/001/0002")


@pytest.mark.parametrize(
    "part", ["delta(individual.msval) > 0", "individual.p_msval > 0", "individual.crosses_above(msval, 0)"]
)
def test_what_is_momentary_is_unknown_for_a_slot_that_its_series_has_not_reported(part: str) -> None:
    """A change is of one slot: what was the news before is none now, and none is no news that there is none."""
    market = Market(*(f"when: {part} and foreign.msval >= 0; mode: {mode}" for mode in ("event", "state")))
    assert market.both(0, -1) == []
    assert market.both(0, 5) == ["00:30 fired", "00:30 firing"]
    market.slot((FOREIGN, 0))
    assert market.close_slot() == []
    assert market.both(0, 5) == ["01:30 resolved"]


def test_a_change_over_a_window_is_as_of_its_series_latest() -> None:
    """It is about the last five minutes, not about one slot."""
    market = Market("when: individual.delta(msval, 1m) > 0 and foreign.msval >= 0")
    market.both(0, 0)
    market.both(0, 0)
    assert market.both(0, 5) == ["01:00 firing"]
    market.slot((FOREIGN, 0))
    assert market.close_slot() == []
    assert market.both(0, 5) == ["02:00 resolved"]


def test_a_crossing_of_one_series_is_its_own() -> None:
    """Each of its updates arms it, those too that no judgement looked at; what it was at is told at its own slot."""
    market = Market("when: individual.crosses_above(msval, 0) and foreign.msval > 0; mode: event")
    market.both(5, 3)
    market.slot((INDIVIDUAL, -3), (FOREIGN, 5))
    market.close_slot()
    assert market.both(5, 3) == ["01:00 fired"]
    assert market.both(5, 4) == []
    # A correction brings it below and back above: the last word of the slot is a crossing.
    market.slot((INDIVIDUAL, -3))
    market.update(3, of=INDIVIDUAL)
    assert market.update(5) == ["02:00 fired"]


def test_a_line_of_another_series_can_be_crossed() -> None:
    """Armed by a judgement on the other side, and true at one alone."""
    market = Market("when: crosses(foreign.msval, individual.msval)")
    assert market.both(1, 3) == []
    assert market.both(5, 3) == ["00:30 fired"]
    assert market.both(6, 3) == []
    assert market.both(3, 3) == []
    assert market.both(2, 3) == ["02:00 fired"]


def test_what_mixes_series_has_one_reading_a_judgement() -> None:
    """Corrections and half slots are none."""
    market = Market("when: sum(foreign.msval + individual.msval, 2 updates) >= 7")
    market.both(1, 1)
    market.update(90)
    market.slot((FOREIGN, 2))
    market.update(3)
    assert market.update(2, of=INDIVIDUAL) == ["00:30 firing"]
    assert market.transitions[0].value == 7


@pytest.mark.parametrize(
    ("expression", "answers"),
    [
        ("sum(foreign.msval + individual.msval, 1m)", [None, None, 8, 14]),
        ("avg(foreign.msval - individual.msval, 2 updates)", [None, 0.5, 2.0, 5.0]),
        ("highest(foreign.msval - individual.msval, session)", [0, 1, 3, 7]),
        ("delta(foreign.msval - individual.msval)", [None, 1, 2, 4]),
        ("individual.delta(foreign.msval - msval)", [None, 1, 2, 4]),
        ("prev(foreign.msval + individual.msval)", [None, 2, 3, 5]),
        ("streak(foreign.msval > individual.msval)", [0, 1, 2, 3]),
        ("count(foreign.msval > individual.msval, 2 updates)", [None, 1, 2, 2]),
        ("ema(foreign.msval + individual.msval, 1 update)", [2.0, 3.0, 5.0, 9.0]),
        ("foreign.sum(msval, 2 updates) - individual.msval", [None, 2, 5, 11]),
        ("foreign.msval / (individual.msval + 1)", [0.5, 1.0, 2.0, 4.0]),
    ],
)
def test_functions_look_at_several_series(expression: str, answers: list[Value]) -> None:
    """As at one."""
    market = Market(f"when: foreign.msval > individual.msval - 9; mode: event; message: {{{{ {expression} }}}}")
    for value in (1, 2, 4, 8):
        market.both(value, 1)
    assert [list(each.values.values())[-1] for each in market.transitions] == answers


def test_a_gap_in_one_of_them_breaks_what_mixes_them() -> None:
    """And a slot that one of them did not report does; what is about the other alone goes on."""
    market = Market("when: streak(foreign.msval + individual.msval > 0) >= 2", "when: foreign.streak(msval > 0) >= 3")
    market.both(1, 1)
    assert market.both(1, 1) == ["00:30 firing"]
    market.slot((FOREIGN, 1))
    assert market.close_slot() == ["01:00 resolved"]
    market.transitions.clear()
    assert market.both(1, 1) == ["01:30 firing"]
    market.at += 2 * SLOT
    market.standing[INDIVIDUAL] = 50
    assert market.both(1, 1) == ["03:00 resolved"]
    assert market.engine.gaps == {INDIVIDUAL: 1}
    assert market.both(1, 1) == ["03:30 firing"]


def test_texts_tell_of_series_that_the_condition_does_not_name() -> None:
    """As of their latest update; they are not waited for."""
    gauge = Gauge("individual.sum(msval, 2 updates)")
    assert gauge.read(1) == [None]
    gauge.update(3, of=INDIVIDUAL)
    assert gauge.slots(4, of=INDIVIDUAL) == []
    assert gauge.read(1) == [7]
    gauge.begin_day()
    assert gauge.read(1) == [None]


def test_its_timers_run_in_slots() -> None:
    """A closed slot runs them, though nobody has reported."""
    market = Market(f"when: {ABOVE}; for: 60s")
    market.both(5, 3)
    assert market.close_slot(59) == []
    assert market.close_slot(60) == ["01:00 firing, held for its time"]


def test_it_is_judged_before_its_timers_are_looked_at() -> None:
    """False at the very slot at which the time is over: it has not held."""
    market = Market(f"when: {ABOVE}; for: 60s")
    market.both(5, 3)
    market.both(5, 3)
    market.slot((FOREIGN, 0))
    assert market.close_slot() == []
    other = Market(f"when: {ABOVE}; for: 60s")
    other.both(5, 3)
    other.both(5, 3)
    other.slot((FOREIGN, 0))
    assert other.slots(1, of=INSURANCE) == []


def test_a_lost_feed_of_one_freezes_the_waiting_for_both() -> None:
    """The time in which nobody could see does not count, be it until the one that was lost is heard of again."""
    market = Market("when: kosdaq.foreign.msval > foreign.msval; sectors: kospi; for: 60s")
    market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5))
    market.lose("krx/301")
    assert market.close_slot(90) == []
    market.at += 120
    assert market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5)) == []
    assert market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5)) == []
    assert market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5)) == ["03:30 firing, held for its time"]


def test_missed_updates_of_one_freeze_the_waiting() -> None:
    """From the update that shows them, although the slot is not whole yet."""
    market = Market(f"when: {ABOVE}; for: 60s")
    market.both(5, 3)
    assert market.miss(3, 5) == []
    assert market.update(3, of=INDIVIDUAL) == []
    assert market.both(5, 3) == []
    assert market.both(5, 3) == ["03:00 firing, held for its time"]


def test_a_feed_that_came_back_for_one_has_not_yet_for_the_slot() -> None:
    """The first update after a loss does not run the timer that the loss has frozen."""
    market = Market(f"when: {ABOVE}; for: 60s")
    market.both(5, 3)
    market.lose()
    market.at += 120
    assert market.slot((FOREIGN, 5)) == []
    assert market.update(3, of=INDIVIDUAL) == []
