"""Conditions over several series: judged once a slot, on all of it, and never on half."""

from hypothesis import given, settings, strategies as st

from flowalert.market.series import Series, parse_series
from tests.engine.market import FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN, NINE, SLOT, Market

ABOVE = "foreign.msval > individual.msval"
INSURANCE = parse_series("krx/001/0002")


def test_it_is_judged_when_all_of_its_series_have_reported_the_slot() -> None:
    """In whatever order, and at once."""
    market = Market(f"when: {ABOVE}")
    assert market.slot((FOREIGN, 5)) == []
    assert market.update(3, of=INDIVIDUAL) == ["00:00 firing"]
    assert market.slot((INDIVIDUAL, 9)) == []
    assert market.update(4) == ["00:30 resolved"]


def test_it_is_never_judged_on_half_a_slot() -> None:
    """Between the two updates of a slot it would have been true, and was not."""
    market = Market(f"when: {ABOVE}", f"when: {ABOVE}; mode: event", "when: foreign.msval - individual.msval > 0")
    market.both(0, 5)
    for value in (10, 20, 30):
        assert market.both(value, value + 5) == []


def test_other_series_are_none_of_its_own() -> None:
    """They neither make a slot whole nor are they missed."""
    market = Market(f"when: {ABOVE}")
    assert market.slot((FOREIGN, 5), (INSURANCE, 1), (KOSDAQ_FOREIGN, 1)) == []
    assert market.update(3, of=INDIVIDUAL) == ["00:00 firing"]


def test_three_series_make_a_slot() -> None:
    """As many as the condition names, those of its clauses too."""
    market = Market("when: foreign.msval > 0; levels: {critical: individual.msval > insurance.msval}")
    assert market.slot((FOREIGN, 5), (INDIVIDUAL, 5)) == []
    assert market.update(3, of=INSURANCE) == ["00:00 firing, critical"]


def test_a_closed_slot_is_judged_with_what_has_come() -> None:
    """What has not keeps the value that it had."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    assert market.slot((FOREIGN, 5)) == []
    assert market.close_slot() == ["00:30 firing"]
    assert market.close_slot() == []


def test_a_slot_that_is_closed_later_than_it_was_is_closed() -> None:
    """The edge's clock may be ahead of the slot's time."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    assert market.close_slot(20) == ["00:30 firing"]


def test_a_slot_closed_before_it_is_not_it() -> None:
    """The news of an earlier one may come late."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    assert market.close_slot(-SLOT) == []
    assert market.close_slot() == ["00:30 firing"]


def test_a_slot_that_none_of_its_series_has_reported_is_not_judged() -> None:
    """There is nothing new to judge: the time of day alone is no news."""
    market = Market(f"when: {ABOVE} and time >= 09:01")
    market.both(5, 3)
    market.at += 2 * SLOT
    assert market.close_slot() == []
    assert market.slots(1, of=INSURANCE) == []
    assert market.both(5, 3) == ["02:00 firing"]


def test_the_next_slots_first_update_closes_the_one_before() -> None:
    """Whosever it is: it is judged as of its own time, before the update is taken in."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    assert market.slots(7, of=INSURANCE) == ["00:30 firing"]
    market.slot((FOREIGN, 0))
    assert market.slots(99) == ["01:30 resolved"]
    assert market.transitions[-1].value == 0


def test_another_venues_time_closes_no_slot() -> None:
    """Nor does its closed slot."""
    market = Market(f"when: {ABOVE}", f"when: {ABOVE}; venue: nxt")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    assert market.update(1, of=parse_series("nxt/001/0017"), at=market.at + SLOT) == []
    assert market.close_slot() == ["00:30 firing"]


def test_the_end_of_the_session_closes_its_last_slot() -> None:
    """And resolves what that has opened."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    assert market.close_session(NINE + 60) == ["00:30 firing", "01:00 resolved, session closed"]


def test_a_new_day_closes_the_last_slot_of_the_day_before() -> None:
    """As of then, and it resolves as of then."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 5))
    market.begin_day()
    assert market.slot((FOREIGN, 9)) == ["00:30 firing", "00:30 resolved, session closed"]
    assert market.update(8, of=INDIVIDUAL) == ["00:00 firing"]


def test_what_comes_after_the_sessions_end_for_a_slot_that_was_judged_is_not_judged() -> None:
    """The slot is over; those behind it are slots like any other."""
    market = Market(f"when: {ABOVE}", "when: foreign.msval > individual.msval + insurance.msval")
    market.slot((FOREIGN, 5))
    assert market.close_session() == []
    assert market.update(1, of=INDIVIDUAL) == []
    assert market.update(1, of=INSURANCE) == []
    assert market.slot((FOREIGN, 5), (INDIVIDUAL, 1), (INSURANCE, 1)) == ["00:30 firing", "00:30 firing"]


def test_a_late_update_is_judged_with_the_next_slot() -> None:
    """Its slot has been judged; what it says still counts."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 2))
    market.close_slot()
    assert market.update(0, of=INDIVIDUAL) == []
    assert market.slot((FOREIGN, 2)) == []
    assert market.close_slot() == ["01:00 firing"]


def test_an_update_of_an_older_slot_neither_makes_the_newest_whole_nor_is_it_judged() -> None:
    """It is the series' latest all the same."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.slot((FOREIGN, 2))
    market.at += SLOT
    market.update(2)
    assert market.update(0, of=INDIVIDUAL, at=market.at - SLOT) == []
    assert market.close_slot() == ["01:00 firing"]


def test_a_slot_that_closed_before_any_of_it_came_is_not_judged() -> None:
    """Late is late for all of them."""
    market = Market(f"when: {ABOVE}")
    market.both(1, 3)
    market.close_slot(SLOT)
    assert market.both(5, 3) == []
    assert market.both(5, 3) == ["01:00 firing"]


def test_a_correction_before_the_slot_is_whole_counts() -> None:
    """The last word of each series is what is judged, and a second word makes nobody else's first."""
    market = Market(f"when: {ABOVE}")
    market.slot((FOREIGN, 1))
    assert market.update(9) == []
    assert market.update(3, of=INDIVIDUAL) == ["00:00 firing"]
    assert market.transitions[0].value == 9


def test_a_correction_behind_the_judgement_counts_in_the_next() -> None:
    """Once a slot is once."""
    market = Market(f"when: {ABOVE}; mode: event")
    assert market.both(1, 3) == []
    assert market.update(9) == []
    assert market.update(4, of=INDIVIDUAL) == []
    assert market.slot((INDIVIDUAL, 4)) == []
    assert market.close_slot() == ["00:30 fired"]


def test_a_series_that_has_never_reported_is_unknown() -> None:
    """Of the present session: yesterday does not count."""
    market = Market(f"when: {ABOVE} or individual.msval > 100", "when: not (individual.msval > 9)")
    market.slot((FOREIGN, 5))
    assert market.close_slot() == []
    market.update(1, of=INDIVIDUAL)
    market.begin_day()
    market.transitions.clear()
    market.slot((FOREIGN, 5))
    assert market.close_slot() == []


def test_a_series_whose_feed_is_lost_is_unknown() -> None:
    """What it was before nobody should rely on; until it is heard of again the alert stays as it is."""
    market = Market("when: kosdaq.foreign.msval > foreign.msval; sectors: kospi")
    market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5))
    market.lose("krx/301")
    market.slot((FOREIGN, 9))
    assert market.close_slot() == []
    market.find("krx/301")
    market.slot((FOREIGN, 9))
    assert market.close_slot() == []
    assert market.slot((FOREIGN, 9), (KOSDAQ_FOREIGN, 5)) == ["01:30 resolved"]


def test_kleene_decides_where_one_series_is_enough() -> None:
    """What is missing matters only where it could."""
    market = Market(
        "when: foreign.msval > 5 or individual.msval > 5", "when: foreign.msval > 5 and individual.msval > 5"
    )
    market.slot((FOREIGN, 9))
    assert market.close_slot() == ["00:00 firing"]
    assert market.both(9, 9) == ["00:30 firing"]
    market.lose()
    market.slot((FOREIGN, 0))
    assert market.close_slot() == ["01:00 resolved"]


orders = st.permutations((FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN))
slots = st.lists(
    st.tuples(orders, st.lists(st.integers(-3, 3), min_size=3, max_size=3), st.integers(0, 3)), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(many=slots)
def test_the_order_in_which_a_slot_comes_does_not_matter(many: list[tuple[list[Series], list[int], int]]) -> None:
    """Nor whether somebody said that it is closed, where another follows."""
    rules = (
        "when: foreign.msval > individual.msval",
        "when: foreign.delta(msval) > 0 and individual.msval > 0",
        "when: delta(foreign.msval - individual.msval) > 2",
        "when: kosdaq.foreign.msval > individual.msval or kospi.foreign.crosses(msval, 0)",
        "when: sum(foreign.msval - kosdaq.foreign.msval, 3 updates) > 2; for: 30s; keep_firing_for: 30s",
    )
    markets = [Market(*rules), Market(*rules)]
    for shuffled, values, silent in many:
        reports = list(zip((FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN), values, strict=True))
        reports = [each for number, each in enumerate(reports) if number != silent]
        markets[0].slot(*reports)
        markets[0].close_slot()
        markets[1].slot(*sorted(reports, key=lambda each: shuffled.index(each[0])))
    markets[1].close_slot()
    first, second = ([(each.rule, each.id, each.values) for each in market.transitions] for market in markets)
    assert sorted(first, key=str) == sorted(second, key=str)
