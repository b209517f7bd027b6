"""What attempts make of a delivery, as a pure function."""

from datetime import timedelta

from hypothesis import given, strategies as st

from flowalert.delivery.attempt import Policy, back_off, begin, finish
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.engine.notice import Delivery, DeliveryState
from tests.store.sample import DESK, NOW, notice, transition

POLICY = Policy()
OUTCOME = st.one_of(
    st.builds(Sent),
    st.builds(Retry, st.just("HTTP 500"), st.none() | st.floats(0, 1e6)),
    st.builds(Refused, st.just("HTTP 400")),
    st.builds(Unknown, st.just("no answer")),
)
JITTER = st.floats(0, 1)


def fresh() -> Delivery:
    return Delivery(
        id=1,
        notice=notice(transition(), DESK),
        target=DESK,
        state=DeliveryState.PENDING,
        created_at=NOW,
        next_at=NOW,
    )


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
    """`after` is honoured where it is longer than our own wait, and is above the cap too."""
    begun = begin(fresh(), NOW, POLICY)
    assert finish(begun, Retry("429", 900), NOW, POLICY, 1).next_at == NOW + timedelta(seconds=900)
    assert finish(begun, Retry("429", 0), NOW, POLICY, 0).next_at == NOW + timedelta(seconds=2)


def test_what_was_shortened_says_so() -> None:
    """The reason has by how much; the record keeps the whole text."""
    begun = begin(fresh(), NOW, POLICY)
    sent = finish(begun, Sent("shortened from 5,120 to 4,090 characters"), NOW, POLICY, 0)
    assert sent.reason == "sent, shortened from 5,120 to 4,090 characters"
    assert sent.notice == begun.notice


def test_what_went_without_its_picture_says_so() -> None:
    """It is sent all the same."""
    begun = begin(fresh(), NOW, POLICY)
    sent = finish(begun, Sent(pictureless="without its picture: HTTP 413"), NOW, POLICY, 0)
    assert (sent.state, sent.reason) == (DeliveryState.SENT, "sent, without its picture: HTTP 413")


def test_a_refusal_is_final_at_once() -> None:
    """It goes dead with the service's reason, and its attempt is not counted as a possible duplicate."""
    dead = finish(begin(fresh(), NOW, POLICY), Refused("HTTP 400 Bad Request"), NOW, POLICY, 0)
    assert (dead.state, dead.reason, dead.settled_at, dead.uncertain) == (
        DeliveryState.DEAD,
        "HTTP 400 Bad Request",
        NOW,
        0,
    )


def test_it_gives_up_in_time_and_says_after_what() -> None:
    """A retry that would come past `give_up_after` is not waited for."""
    late = NOW + POLICY.give_up_after - timedelta(seconds=1)
    dead = finish(begin(fresh(), late, POLICY), Retry("HTTP 503"), late, POLICY, 0)
    assert (dead.state, dead.reason) == (DeliveryState.DEAD, "gave up after 1 attempts: HTTP 503")


@given(st.lists(st.tuples(OUTCOME, JITTER), min_size=1, max_size=40))
def test_a_delivery_ends_settled_and_explained(outcomes: list[tuple[Outcome, float]]) -> None:
    """Whatever the outcomes: attempts and uncertain ones are counted, time goes on, and the end is given in words."""
    delivery, now = fresh(), NOW
    unknown = 0
    for outcome, jitter in outcomes:
        delivery = begin(delivery, now, POLICY)
        assert delivery.state is DeliveryState.SENDING
        assert delivery.lease_until == now + POLICY.send_within
        delivery = finish(delivery, outcome, now, POLICY, jitter)
        unknown += isinstance(outcome, Unknown)
        assert delivery.uncertain == unknown
        assert delivery.reason
        assert delivery.lease_until is None
        assert (delivery.settled_at is not None) == delivery.state.settled
        if delivery.state.settled:
            assert (delivery.state is DeliveryState.SENT) == isinstance(outcome, Sent)
            return
        assert now < delivery.next_at < delivery.created_at + POLICY.give_up_after
        now = delivery.next_at
