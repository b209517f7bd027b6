"""Sessions, and the updates that belong to none."""

import pytest

from flowalert.engine.transition import Kind, Reason
from flowalert.market.series import Series, parse_series
from tests.engine.market import FOREIGN, INDIVIDUAL, NINE, Market

DAY = 86_400


def test_the_end_of_the_session_resolves_what_is_open_with_that_reason() -> None:
    """In the order of series and rules, with the last values."""
    market = Market("when: msval >= 1; investors: [foreign, 개인]", "when: msval >= 2")
    market.slots(5)
    market.update(3, of=INDIVIDUAL)
    market.transitions.clear()
    assert market.close_session(NINE + 23_400) == ["30:00 resolved, session closed"] * 3
    assert [(each.rule, each.scope.investor, each.value) for each in market.transitions] == [
        ("rule-0", "0008", 3), ("rule-0", "0017", 5), ("rule-1", "0017", 5),
    ]  # fmt: skip
    assert market.close_session(NINE + 23_400) == []


def test_the_alerts_of_a_series_are_resolved_in_the_order_of_the_rules() -> None:
    """Not in that in which they opened."""
    market = Market("when: msval >= 5", "when: msval >= 1")
    market.slots(1, 5)
    market.close_session()
    assert [each.rule for each in market.transitions] == ["rule-1", "rule-0", "rule-0", "rule-1"]


def test_rows_after_the_session_open_nothing_that_was_true_before() -> None:
    """After hours the same rows go on; what becomes true anew is an update like any other."""
    market = Market("when: msval >= 1")
    market.slots(5)
    market.close_session()
    assert market.slots(5, None, 5) == []
    assert market.slots(0, 5) == ["02:30 firing"]


def test_a_new_date_begins_a_new_session() -> None:
    """What is open is resolved, with the reason, as of the last moment of the day before; values begin anew."""
    market = Market("when: msval >= 1", "when: delta(msval, 1 update) >= 1")
    market.slots(5)
    market.at += DAY
    market.standing.clear()
    assert market.slots(7) == ["00:00 resolved, session closed", "00:30 firing"]
    resolved, opened = market.transitions[1:]
    assert (resolved.reason, resolved.at, resolved.value) == (Reason.SESSION_CLOSED, NINE, 5)
    assert resolved.alert != opened.alert
    assert market.engine.gaps == {}


def test_the_end_of_another_day_ends_nothing() -> None:
    """A session that is not open cannot close."""
    market = Market("when: msval >= 1")
    market.slots(5)
    assert market.close_session(NINE - DAY) == []
    assert market.close_session(NINE + DAY) == []
    assert len(market.engine.list_open()) == 1


def test_the_end_of_one_venue_ends_no_other() -> None:
    """NXT trades on when KRX has closed."""
    market = Market("when: msval >= 1; venue: nxt", "when: msval >= 1")
    market.slots(5)
    market.update(5, of=parse_series("nxt/001/0017"))
    assert market.close_session() == ["00:00 resolved, session closed"]
    assert [str(each.scope) for each in market.engine.list_open()] == ["nxt/001/0017"]


@pytest.mark.parametrize("of", [FOREIGN, INDIVIDUAL])
def test_an_update_of_a_day_before_is_stale(of: Series) -> None:
    """Dropped and counted, whether its series has been seen today or not: it changes nothing."""
    market = Market("when: msval >= 9; investors: [foreign, 개인]")
    market.slots(5)
    assert market.update(99, of=of, at=NINE - DAY) == []
    assert market.engine.stale == 1
    assert market.slots(10, of=of) == ["00:30 firing"]


def test_an_update_older_than_its_series_last_is_stale() -> None:
    """The values of the later one stand."""
    market = Market("when: msval >= 9")
    market.slots(5, 5)
    assert market.update(99, at=NINE) == []
    assert market.engine.stale == 1
    market.standing.clear()
    assert market.update(5, at=market.at, change=0) == []


def test_a_late_update_of_another_series_is_none() -> None:
    """Each series has its own latest; the exchange's time has gone on all the same."""
    market = Market("when: msval >= 9; investors: [foreign, 개인]")
    market.slots(1, 1)
    assert market.update(9, of=INDIVIDUAL, at=NINE) == ["00:00 firing"]
    assert market.engine.stale == 0


def test_a_second_publication_at_one_time_is_a_correction() -> None:
    """It takes the place of the first: the change counts from the publication before, for both."""
    market = Market("when: delta(msvalue + msval, 1 update) >= 10", "when: msval >= 10")
    market.slots(0, 9)
    assert market.update(10, change=10) == ["00:30 firing", "00:30 firing"]
    assert market.engine.gaps == {}
    assert market.slots(12) == ["01:00 resolved"]


def test_a_correction_may_be_chained_to_what_it_corrects() -> None:
    """Whichever of the two the exchange counts from, nothing was missed."""
    market = Market("when: delta(msvalue + msval, 1 update) >= 10")
    market.slots(0, 9)
    assert market.update(11, change=2) == ["00:30 firing"]
    assert market.engine.gaps == {}


def test_episodes_of_one_publication_are_told_apart() -> None:
    """Two corrections can open an alert twice at one time: each has an identity of its own."""
    market = Market("when: msval >= 1")
    market.slots(0, 1)
    market.update(0)
    market.update(1)
    opened = [each for each in market.transitions if each.kind is Kind.FIRING]
    assert len({each.alert for each in opened}) == 2
    assert len({each.id for each in market.transitions}) == len(market.transitions)
