"""What a channel's quiet hours hold."""

from datetime import timedelta

from hypothesis import given, strategies as st

from flowalert.delivery.quiet import LONGEST, Quiet, parse_hours
from flowalert.delivery.stage.hours import hold_in_quiet
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Severity
from tests.delivery.lane_history import lanes
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

HOUR = timedelta(hours=1)
# NOW is 09:51:00.123 in Seoul.
QUIET = Quiet(parse_hours("09:00-15:00"), Severity.WARNING)


@given(lanes(), st.sampled_from(Severity))
def test_what_matters_enough_passes_and_the_rest_is_held_to_the_end(each: list[Waiting], least: Severity) -> None:
    """From the channel's severity on, and what is urgent: critical, or put back by a person."""
    sieved = hold_in_quiet(each, Quiet(QUIET.times, least), NOW)
    assert sieved.kept == tuple(other for other in each if other.severity >= least or other.urgent)
    for step in sieved.steps:
        assert (step.next_at, step.reason) == (QUIET.ends_at(NOW), "quiet hours until 15:00")
    assert len(sieved.kept) + sum(len(step.ids) for step in sieved.steps) == len(each)


def test_nothing_is_held_without_hours_or_outside_them() -> None:
    """All goes on to the next stage."""
    each = [waiting(1, severity=Severity.INFO)]
    assert hold_in_quiet(each, None, NOW).kept == tuple(each)
    assert hold_in_quiet(each, QUIET, NOW + 6 * HOUR).kept == tuple(each)


def test_hours_without_a_gap_hold_for_a_week() -> None:
    """Then it is told all the same: nothing waits for ever."""
    endless = Quiet(parse_hours("00:00-24:00"))
    each = [waiting(1), waiting(2, created_at=NOW - LONGEST + HOUR), waiting(3, created_at=NOW - LONGEST)]
    sieved = hold_in_quiet(each, endless, NOW)
    assert [other.id for other in sieved.kept] == [3]
    assert {step.ids: step.next_at for step in sieved.steps} == {(1,): NOW + LONGEST, (2,): NOW + HOUR}
