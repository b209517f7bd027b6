"""What becomes of a resolve while its firing waits."""

from datetime import timedelta

from flowalert.delivery.stage.following import follow_firings
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Step
from flowalert.engine.transition import Kind
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

MINUTE = timedelta(minutes=1)
FIRST, SECOND = waiting(1, alert="a"), waiting(2, alert="a")
RESOLVE = waiting(3, alert="a", kind=Kind.RESOLVED, firing=2)


def drop(*ids: int) -> Step:
    return Step(ids=ids, state=DeliveryState.SUPPRESSED, reason="silence 3", settled_at=NOW, mute="silence 3@now")


def hold(*ids: int, minutes: int) -> Step:
    return Step(ids=ids, state=DeliveryState.PENDING, reason="quiet hours", next_at=NOW + minutes * MINUTE)


def test_it_goes_with_the_first_that_goes() -> None:
    """Whatever becomes of the others."""
    assert follow_firings([FIRST, RESOLVE], [FIRST, SECOND, RESOLVE], [drop(2)], NOW).kept == (FIRST, RESOLVE)


def test_it_waits_for_the_first_that_may_go() -> None:
    """For the same reason; and that is no mute of it."""
    waits = [hold(1, minutes=5), hold(2, minutes=3)]
    (step,) = follow_firings([RESOLVE], [FIRST, SECOND, RESOLVE], waits, NOW).steps
    assert (step.ids, step.reason, step.next_at) == ((3,), "quiet hours", NOW + 3 * MINUTE)
    (step,) = follow_firings([RESOLVE], [FIRST, SECOND, RESOLVE], [drop(1), hold(2, minutes=3)], NOW).steps
    assert step.next_at == NOW + 3 * MINUTE


def test_it_is_dropped_with_the_last() -> None:
    """Nobody was told, and nobody is muted who would have to be told later."""
    (step,) = follow_firings([RESOLVE], [FIRST, SECOND, RESOLVE], [drop(1, 2)], NOW).steps
    assert (step.ids, step.state) == ((3,), DeliveryState.SUPPRESSED)
    assert (step.reason, step.mute) == ("the firing was not told: suppressed, silence 3", "")


def test_one_whose_firing_was_told_waits_for_nothing() -> None:
    """Nor does it share the lot of a reminder."""
    told = waiting(3, alert="a", kind=Kind.RESOLVED)
    assert follow_firings([told], [SECOND, told], [drop(2)], NOW).kept == (told,)
    assert follow_firings([told], [SECOND, told], [hold(2, minutes=3)], NOW).kept == (told,)
