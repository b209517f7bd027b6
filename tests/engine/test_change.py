"""Changes over time: the exchange's own, over a duration, over updates, and across gaps."""

import pytest
from msgspec import structs

from flowalert.market.entry import Update
from tests.engine.market import Market


def test_a_change_over_a_duration_is_unknown_until_it_reaches_back_so_far() -> None:
    """Then it counts from the value that stood so long ago."""
    market = Market("when: delta(msval, 1m) >= 10")
    assert market.slots(0, 50) == []
    assert market.slots(50) == ["01:00 firing"]
    assert market.slots(59) == ["01:30 resolved"]


def test_a_change_over_a_duration_counts_from_what_stood_then() -> None:
    """Between two publications the earlier one stands."""
    market = Market("when: delta(msval, 45s) >= 10")
    assert market.slots(0, 5, 11) == ["01:00 firing"]


def test_a_change_over_updates_counts_publications() -> None:
    """However far apart they are."""
    market = Market("when: delta(msval, 2 updates) >= 10")
    market.slots(0, 5)
    market.at += 600
    assert market.slots(10) == ["11:00 firing"]


def test_a_change_is_unknown_across_a_gap() -> None:
    """Where the exchange gives no change of its own, what was missed is missed."""
    market = Market("when: delta(mdvalue + msval) >= 1; mode: event")
    market.slots(0)
    assert market.miss(3, 50) == []
    assert sum(market.engine.gaps.values()) == 1
    assert market.slots(51) == ["02:30 fired"]


def test_the_exchanges_own_change_holds_across_a_gap() -> None:
    """It is the change since the publication before, whether we have seen that or not."""
    market = Market("when: delta(msval) >= 1")
    market.slots(0)
    assert market.miss(3, 50) == ["02:00 fired"]
    assert market.transitions[-1].value == 1


def test_a_gap_starts_a_change_over_updates_anew() -> None:
    """None of its publications may be missing."""
    market = Market("when: delta(msval, 2 updates) >= 1")
    market.slots(0, 1)
    assert market.miss(2, 5) == []
    assert market.slots(6) == []
    assert market.slots(7) == ["03:00 firing"]


def test_a_gap_within_a_duration_does_not_matter_and_one_at_its_beginning_does() -> None:
    """The ends decide: what stood at the beginning must be known."""
    market = Market("when: delta(msval, 2m) >= 1")
    market.slots(0, 1)
    assert market.miss(2, 5) == ["02:00 firing"]
    other = Market("when: delta(msval, 100s) >= 1")
    other.slots(0)
    other.miss(3, 5)
    assert other.slots(6, 7) == []
    assert other.slots(8, 9) == ["04:00 firing"]


def test_a_gap_is_counted_once() -> None:
    """A correction that does not follow either is of the same gap, and the updates behind it follow it."""
    market = Market("when: msval >= 1000")
    market.slots(0, 1)
    market.miss(2, 5)
    market.update(9, change=3)
    market.slots(6, 7)
    assert sum(market.engine.gaps.values()) == 1


@pytest.mark.parametrize(("blank", "gaps"), [(None, 1), ("msval", 0), ("p_msval", 0)])
def test_a_blank_proves_no_gap(blank: str | None, gaps: int) -> None:
    """Only figures that contradict each other do."""
    market = Market("when: msval >= 1000")
    market.slots(0, 5)
    last = market.entries[-1]
    assert isinstance(last, Update)
    update = structs.replace(last, at=last.at + 30, msval=7)
    market.enter(update if blank is None else structs.replace(update, **{blank: None}))
    assert sum(market.engine.gaps.values()) == gaps


def test_the_difference_of_an_update_without_its_own_change_is_not_made_up() -> None:
    """`delta(msval)` is the exchange's figure: blank, it is unknown."""
    market = Market("when: delta(msval) >= 1")
    market.slots(0)
    market.at += 30
    market.standing.clear()
    assert market.slots(None) == []


def test_division_by_nothing_is_unknown() -> None:
    """And so neither fires nor resolves."""
    market = Market("when: 10 / msval >= 2")
    assert market.slots(0, 5, 0, 10) == ["00:30 firing", "01:30 resolved"]


def test_a_figure_beyond_all_bounds_is_unknown() -> None:
    """No sum grows past what a journal and a message can hold."""
    market = Market("when: msval * msval * msval > 5; mode: event")
    assert market.slots(10**7, 3) == ["00:30 fired"]
