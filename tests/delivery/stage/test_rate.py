"""How many messages a target is sent, over any time."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.delivery.channel import Rate
from flowalert.delivery.stage.rate import hold_by_rate, refill, take
from flowalert.engine.queue import Lane
from flowalert.engine.transition import Severity
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

RATE = Rate(3, 60)
LANE = Lane(target="t", channel="desk")
RATES = st.builds(Rate, st.integers(1, 20), st.integers(1, 3_600))
SECOND = timedelta(seconds=1)


def next_moment(lane: Lane, rate: Rate, now: datetime) -> datetime | None:
    """Return until when a delivery that is not urgent is held; None where it may go."""
    sieved = hold_by_rate([waiting(1)], lane, rate, now)
    if sieved.kept:
        return None
    (step,) = sieved.steps
    return step.next_at


@given(RATES, st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=80))
def test_no_window_has_more_than_twice_the_count(rate: Rate, looks: list[tuple[float, bool]]) -> None:
    """A full bucket and what runs into it meanwhile; an urgent message goes anyway, and is paid for by the others."""
    lane, now = LANE, NOW
    sent: list[datetime] = []
    for wait, urgent in looks:
        now += timedelta(seconds=wait * rate.seconds / rate.count)
        until = next_moment(lane, rate, now)
        if until is None or urgent:
            lane = take(lane, rate, now)
        if until is None and not urgent:
            sent.append(now)
    for begin in sent:
        within = [each for each in sent if begin <= each < begin + timedelta(seconds=rate.seconds)]
        assert len(within) <= 2 * rate.count


@given(RATES, st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=40))
def test_a_clock_that_is_set_gives_no_more_than_a_full_bucket_and_no_negative_wait(
    rate: Rate, jumps: list[float]
) -> None:
    """Back or forth: what is held waits for one token, and for what urgent messages took before."""
    lane, now = LANE, NOW
    for jump in jumps:
        now += timedelta(seconds=jump)
        filled = refill(lane, rate, now)
        assert -rate.count <= filled.tokens <= rate.count
        burst = 0
        while next_moment(lane, rate, now) is None:
            lane = take(lane, rate, now)
            burst += 1
        assert burst <= rate.count
        until = next_moment(lane, rate, now)
        assert until is not None
        assert timedelta(0) < until - now <= timedelta(seconds=rate.seconds * (1 + 1 / rate.count)) + SECOND
        lane = take(lane, rate, now)  # something urgent


@given(RATES, st.integers(1, 60))
def test_what_is_held_may_go_when_its_wait_is_over(rate: Rate, messages: int) -> None:
    """Never a moment too early, or it would be looked at again and again."""
    lane = LANE
    for _ in range(messages):
        lane = take(lane, rate, NOW)
    until = next_moment(lane, rate, NOW)
    if until is not None:
        assert next_moment(lane, rate, until) is None


def test_a_debt_is_one_filling_at_most() -> None:
    """However many critical alerts there were, the others are told within two fillings."""
    lane = LANE
    for _ in range(100):
        lane = take(lane, RATE, NOW)
    assert lane.tokens == -3
    until = next_moment(lane, RATE, NOW)
    assert until is not None
    assert timedelta(seconds=80) < until - NOW < timedelta(seconds=81)


def test_what_is_urgent_passes_and_the_rest_is_held_with_the_reason() -> None:
    """The reason is for whoever asks where his message is."""
    lane = replace(LANE, tokens=0.0, tokens_at=NOW)
    each = [waiting(1), waiting(2, urgent=True, severity=Severity.CRITICAL), waiting(3)]
    sieved = hold_by_rate(each, lane, RATE, NOW)
    assert [other.id for other in sieved.kept] == [2]
    (step,) = sieved.steps
    assert step.ids == (1, 3)
    assert step.reason == "the rate of 3/1m is used up; it comes with the next message"


def test_a_channel_without_a_rate_pays_for_nothing() -> None:
    """And holds nothing."""
    assert take(LANE, None, NOW) is LANE
    assert hold_by_rate([waiting(1)], LANE, None, NOW).kept
