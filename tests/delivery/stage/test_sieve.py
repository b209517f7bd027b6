"""What a stage makes of the deliveries that wait."""

from datetime import timedelta

from hypothesis import given, strategies as st

from flowalert.delivery.stage.sieve import Drop, Hold, Verdict, sieve
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Waiting
from tests.delivery.lane_history import lanes
from tests.store.sample import NOW

LATER = NOW + timedelta(minutes=1)
VERDICTS = st.sampled_from([None, Drop("silence 3", "silence 3@now"), Drop("acknowledged"), Hold("rate", LATER)])


@given(lanes(), st.lists(VERDICTS, min_size=20, max_size=20))
def test_each_is_kept_or_in_one_step_with_those_of_its_verdict(each: list[Waiting], verdicts: list[Verdict]) -> None:
    """What is held stays in the state that it has; what is dropped is settled."""
    by_id = dict(enumerate(verdicts))
    sieved = sieve(each, lambda waiting: by_id[waiting.id], NOW)
    assert sieved.kept == tuple(waiting for waiting in each if by_id[waiting.id] is None)
    assert len(sieved.kept) + sum(len(step.ids) for step in sieved.steps) == len(each)
    state = {waiting.id: waiting.state for waiting in each}
    for step in sieved.steps:
        (verdict,) = {by_id[id_] for id_ in step.ids}
        assert isinstance(verdict, Drop | Hold)
        assert step.reason == verdict.reason
        if isinstance(verdict, Hold):
            assert {state[id_] for id_ in step.ids} == {step.state}
            assert (step.next_at, step.settled_at, step.mute) == (LATER, None, "")
        else:
            assert (step.state, step.settled_at) == (DeliveryState.SUPPRESSED, NOW)
            assert (step.next_at, step.mute) == (None, verdict.mute)
    # One step a verdict and state: a burst is a few rows for the store to write, not thousands.
    assert len(sieved.steps) <= 2 + 2
