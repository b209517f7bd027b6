"""What attempts make of a lane and of the deliveries in a message, as pure functions."""

from datetime import timedelta

from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.delivery.attempt import Policy, back_off, begin, finish
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.delivery.quiet import Quiet, join_hours, parse_hours
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Lane
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

POLICY = Policy()
LANE = Lane(target="t", channel="desk")
OUTCOME = st.one_of(
    st.builds(Sent),
    st.builds(Retry, st.just("HTTP 500"), st.none() | st.floats(0, 1e6)),
    st.builds(Refused, st.just("HTTP 400")),
    st.builds(Unknown, st.just("no answer")),
)
JITTER = st.floats(0, 1)


@given(st.integers(1, 10_000), JITTER)
def test_waits_grow_to_the_cap_and_jitter_takes_at_most_half(attempts: int, jitter: float) -> None:
    """The wait is never above the cap, nor below half of what it would be without jitter."""
    full = back_off(attempts, POLICY, 0)
    assert full / 2 <= back_off(attempts, POLICY, jitter) <= full <= POLICY.retry_at_most
    assert full <= back_off(attempts + 1, POLICY, 0)


def test_the_first_wait_is_short() -> None:
    """A hiccup of a service delays an alert by seconds."""
    assert [back_off(n, POLICY, 0).total_seconds() for n in (1, 2, 3, 9)] == [2, 4, 8, 300]


def test_what_the_service_asks_for_is_waited_for() -> None:
    """`after` is honoured where it is longer than our own wait, and is above the cap too; only then for all."""
    lane, (step,) = finish(LANE, [waiting(1)], Retry("429", 900), NOW, POLICY, 1)
    assert step.next_at == lane.blocked_until == lane.asked_until == NOW + timedelta(seconds=900)
    lane, (step,) = finish(LANE, [waiting(1)], Retry("429", 0), NOW, POLICY, 0)
    assert step.next_at == lane.blocked_until == lane.asked_until == NOW + timedelta(seconds=2)
    lane, (step,) = finish(LANE, [waiting(1)], Retry("500"), NOW, POLICY, 0)
    assert (lane.blocked_until, lane.asked_until) == (NOW + timedelta(seconds=2), None)


def test_a_lane_remembers_its_failures_until_something_is_taken() -> None:
    """What comes new while a target is down waits with the rest, longer each time."""
    lane = LANE
    waits = []
    for _ in range(3):
        lane, _ = finish(lane, [waiting(1)], Retry("500"), NOW, POLICY, 0)
        assert lane.blocked_until is not None
        waits.append((lane.blocked_until - NOW).total_seconds())
    assert waits == [2, 4, 8]
    for outcome in (Sent(), Refused("HTTP 400")):
        assert finish(lane, [waiting(1)], outcome, NOW, POLICY, 0)[0] == LANE


def test_what_was_shortened_says_so() -> None:
    """The reason has by how much, and with how many others it went out; the record keeps the whole text."""
    shortened = Sent("shortened from 5,120 to 4,090 characters")
    _, (step,) = finish(LANE, [waiting(1)], shortened, NOW, POLICY, 0)
    assert step.reason == "accepted, shortened from 5,120 to 4,090 characters"
    _, (step,) = finish(LANE, [waiting(1), waiting(2)], shortened, NOW, POLICY, 0)
    assert step.reason == "accepted, in a message of 2, shortened from 5,120 to 4,090 characters"
    assert step.ids == (1, 2)


def test_what_went_without_its_picture_says_so() -> None:
    """It is sent all the same."""
    _, (step,) = finish(LANE, [waiting(1)], Sent(pictureless="without its picture: HTTP 413"), NOW, POLICY, 0)
    assert (step.state, step.reason) == (DeliveryState.SENT, "accepted, without its picture: HTTP 413")


def test_a_refusal_is_final_at_once() -> None:
    """It goes dead with the service's reason, and its attempt is not counted as a possible duplicate."""
    _, (step,) = finish(LANE, [waiting(1)], Refused("HTTP 400 Bad Request"), NOW, POLICY, 0)
    assert (step.state, step.reason, step.settled_at, step.uncertain) == (
        DeliveryState.DEAD,
        "HTTP 400 Bad Request",
        NOW,
        0,
    )


def test_it_gives_up_in_time_and_says_after_what() -> None:
    """A retry that would come past `give_up_after` is not waited for, whatever else is in the message."""
    late = NOW + POLICY.give_up_after - timedelta(seconds=1)
    batch = [waiting(1), waiting(2, created_at=late), waiting(3, attempts=4)]
    _, steps = finish(LANE, batch, Retry("HTTP 503"), late, POLICY, 0)
    assert {step.ids: (step.state, step.reason) for step in steps} == {
        (1,): (DeliveryState.DEAD, "gave up after 1 attempt: HTTP 503"),
        (3,): (DeliveryState.DEAD, "gave up after 5 attempts: HTTP 503"),
        (2,): (DeliveryState.RETRYING, "HTTP 503"),
    }


def test_what_hours_held_is_tried_for_as_long_as_anything_else() -> None:
    """Counted from their end: a weekend is longer than the day in which a target may come back."""
    quiet = Quiet(join_hours([parse_hours("sat-sun"), parse_hours("mon 00:00-08:00")]))
    # A Saturday at 09:51 in Seoul; the hours end on Monday at 08:00.
    saturday, monday = NOW - timedelta(days=2), NOW - timedelta(hours=1, minutes=51, milliseconds=123)
    held = [waiting(1, created_at=saturday)]
    _, (step,) = finish(LANE, held, Retry("HTTP 503"), monday, POLICY, 0, quiet)
    assert step.state is DeliveryState.RETRYING
    _, (step,) = finish(LANE, held, Retry("HTTP 503"), monday + POLICY.give_up_after, POLICY, 0, quiet)
    assert step.state is DeliveryState.DEAD
    _, (step,) = finish(LANE, held, Retry("HTTP 503"), monday, POLICY, 0)
    assert step.state is DeliveryState.DEAD


@given(st.lists(st.tuples(OUTCOME, JITTER), min_size=1, max_size=40))
def test_a_delivery_ends_settled_and_explained(outcomes: list[tuple[Outcome, float]]) -> None:
    """Whatever the outcomes: attempts and uncertain ones are counted, time goes on, and the end is given in words."""
    lane, delivery, now = LANE, waiting(1), NOW
    for outcome, jitter in outcomes:
        lane, lease = begin(lane, [delivery], None, now, POLICY)
        assert (lease.state, lease.attempts, lease.uncertain) == (DeliveryState.SENDING, 1, 0)
        assert lease.lease_until == now + POLICY.send_within
        assert lane.last_at == now
        lane, (step,) = finish(lane, [delivery], outcome, now, POLICY, jitter)
        assert step.uncertain == isinstance(outcome, Unknown)
        assert step.reason
        assert step.lease_until is None
        assert (step.settled_at is not None) == step.state.settled
        if step.state.settled:
            assert (step.state is DeliveryState.SENT) == isinstance(outcome, Sent)
            return
        assert step.next_at is not None
        assert now < step.next_at < delivery.created_at + POLICY.give_up_after
        now = step.next_at
        delivery = replace(delivery, attempts=delivery.attempts + 1)
