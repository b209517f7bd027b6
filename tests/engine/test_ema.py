"""`ema(x, w)`: a mean in which the past fades, by publications or by time."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from tests.engine.market import SLOT, Gauge


def fade(mean: float, value: int, seconds: int, over: int) -> float:
    """One step of the mean over a duration, by the definition."""
    return mean + (value - mean) * (1 - math.exp(-2 * seconds / over))


def test_over_updates_each_has_the_weight_of_two_in_so_many_and_one() -> None:
    """Known once there are as many; the first stands for all that was before it."""
    assert Gauge("ema(msval, 3 updates)").read(8, 0, 2, 10) == [None, None, 3.0, 6.5]
    assert Gauge("ema(msval, 1 update)").read(8, 0, 2) == [8.0, 0.0, 2.0]


def test_over_a_duration_the_weight_is_of_the_time_that_has_passed() -> None:
    """Known once the session reaches back so far, however many there were."""
    gauge = Gauge("ema(msval, 1m)")
    second = fade(8, 0, 30, 60)
    third = fade(second, 2, 30, 60)
    assert gauge.read(8, 0, 2) == [None, None, third]
    gauge.at += 300 - SLOT
    assert gauge.read(10) == [fade(third, 10, 300, 60)]


def test_two_halves_of_a_time_fade_as_much_as_the_whole() -> None:
    """What is published twice as often is no other mean."""
    often, seldom = Gauge("ema(msval, 2m)"), Gauge("ema(msval, 2m)")
    often.read(8, 2, 2, 2, 2, 2, 2)
    seldom.read(8)
    for _ in range(3):
        seldom.at += SLOT
        seldom.read(2)
    assert isinstance(often.value, float)
    assert math.isclose(often.value, seldom.value or 0, rel_tol=1e-12)


def test_a_blank_is_unknown_and_left_out() -> None:
    """Of updates the next goes on from the one before; of a duration the time runs on."""
    assert Gauge("ema(msval, 2 updates)").read(3, None, 9, 9) == [None, None, 7.0, 7.0 + 2 * (2 / 3)]
    assert Gauge("ema(msval, 1m)").read(8, None, 2) == [None, None, fade(8, 2, 60, 60)]


def test_a_blank_at_first_is_where_a_duration_begins_and_no_value_of_the_mean() -> None:
    """The first that is known is."""
    assert Gauge("ema(msval, 1m)").read(None, 4, 4) == [None, None, 4.0]
    assert Gauge("ema(msval, 2 updates)").read(None, 4, 4) == [None, None, 4.0]


def test_missed_updates_start_a_count_anew_and_a_duration_goes_on() -> None:
    """Of so many in a row none may be missing; time passes whether it is seen or not."""
    updates, duration = Gauge("ema(msval, 2 updates)"), Gauge("ema(msval, 1m)")
    for gauge in (updates, duration):
        gauge.read(8, 8, 8)
        gauge.miss(2, 20)
    assert updates.value is None
    assert updates.read(50) == [40.0]
    assert duration.value == fade(8, 20, 90, 60)


def test_a_blank_behind_missed_updates_starts_a_count_anew_all_the_same() -> None:
    """The gap was before it."""
    gauge = Gauge("ema(msval, 2 updates)")
    gauge.read(8, 8)
    gauge.miss(2, 20)
    gauge.update(None)
    assert gauge.read(5, 5) == [None, 5.0]


@pytest.mark.parametrize("window", ["2 updates", "1m"])
def test_a_correction_counts_from_the_mean_before_what_it_corrects(window: str) -> None:
    """As if the first had never been sent, were it a figure or a blank."""
    corrected, right = Gauge(f"ema(msval, {window})"), Gauge(f"ema(msval, {window})")
    right.read(3, 5, 7)
    corrected.read(1)
    corrected.update(3)
    corrected.read(5, 1000)
    corrected.update(None)
    assert corrected.value is None
    corrected.update(7)
    assert corrected.value == right.value
    assert corrected.read(9) == right.read(9)


@pytest.mark.parametrize("window", ["2 updates", "1m"])
def test_a_new_session_starts_it_anew(window: str) -> None:
    """Yesterday has faded altogether."""
    gauge = Gauge(f"ema(msval, {window})")
    gauge.read(1000, 1000, 1000)
    gauge.begin_day()
    assert gauge.read(4, 4, 4)[-1] == 4.0
    assert gauge.read(4)[0] == 4.0


@settings(max_examples=60, deadline=None)
@given(
    many=st.lists(st.tuples(st.integers(1, 300), st.integers(-(10**9), 10**9)), min_size=1, max_size=30),
    window=st.sampled_from(("30s", "2m", "1 updates", "5 updates")),
)
def test_a_mean_stays_within_what_it_has_seen(many: Sequence[tuple[int, int]], window: str) -> None:
    """Whatever comes, and however unevenly."""
    gauge = Gauge(f"ema(msval, {window})")
    for seconds, value in many:
        gauge.at += seconds - SLOT
        gauge.slots(value)
        seen = [value for _, value in many]
        if gauge.value is not None:
            assert min(seen) - 1e-6 <= gauge.value <= max(seen) + 1e-6
