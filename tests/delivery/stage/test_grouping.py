"""When a lane has its next message, and what is in it."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.delivery.channel import Channel
from flowalert.delivery.stage.grouping import choose, find_opening
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Glance, Lane, Waiting
from flowalert.engine.transition import Severity
from tests.delivery.lane_history import lanes
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

SECOND = timedelta(seconds=1)
LANE = Lane(target="t", channel="desk")
CHANNEL = Channel("desk", (), group_wait=5 * SECOND, group_interval=30 * SECOND)
SINGLE = replace(CHANNEL, groups=False)
GLANCE = Glance(lane=LANE, oldest_at=NOW, urgent=False, next_at=None)


def with_lane(glance: Glance, **parts: datetime) -> Glance:
    return replace(glance, lane=replace(LANE, **parts))


def test_a_lane_where_nothing_may_go_out_opens_with_the_first_that_may() -> None:
    """Or never, where nothing waits."""
    assert find_opening(replace(GLANCE, oldest_at=None), CHANNEL, NOW) is None
    assert find_opening(replace(GLANCE, oldest_at=None, next_at=NOW + SECOND), CHANNEL, NOW) == NOW + SECOND


def test_a_group_waits_for_others_and_for_the_message_before() -> None:
    """Counted from its oldest; a channel that does not group waits for neither."""
    assert find_opening(GLANCE, CHANNEL, NOW) == NOW + 5 * SECOND
    before = with_lane(GLANCE, last_at=NOW - 10 * SECOND)
    assert find_opening(before, CHANNEL, NOW) == NOW + 20 * SECOND
    assert find_opening(before, SINGLE, NOW) == NOW


def test_what_is_urgent_waits_as_long_as_the_service_asked_and_no_longer() -> None:
    """Neither for its group nor for the pause between attempts."""
    urgent = replace(with_lane(GLANCE, last_at=NOW, blocked_until=NOW + 60 * SECOND), urgent=True)
    assert find_opening(urgent, CHANNEL, NOW) == NOW
    asked = replace(urgent, lane=replace(urgent.lane, asked_until=NOW + 60 * SECOND))
    assert find_opening(asked, CHANNEL, NOW) == NOW + 60 * SECOND
    # Its notices keep their order.
    assert find_opening(urgent, SINGLE, NOW) == NOW + 60 * SECOND


def test_a_stop_waits_for_no_group_but_for_the_target() -> None:
    """What is due goes out before the end; what a target asked for is kept to."""
    before = with_lane(GLANCE, last_at=NOW)
    assert find_opening(before, CHANNEL, NOW, closing=True) == NOW
    for part in ("blocked_until", "asked_until"):
        blocked = with_lane(GLANCE, **{part: NOW + 60 * SECOND})
        assert find_opening(blocked, CHANNEL, NOW, closing=True) == NOW + 60 * SECOND


MOMENTS = st.none() | st.integers(-600, 600).map(lambda seconds: NOW + seconds * SECOND)


@given(
    st.builds(Lane, target=st.just("t"), channel=st.just("desk"), last_at=MOMENTS, blocked_until=MOMENTS,
              asked_until=MOMENTS),
    st.integers(0, 600),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_no_lane_opens_before_it_may(lane: Lane, age: int, urgent: bool, groups: bool, closing: bool) -> None:
    """Whatever it remembers; and one that opens is not before its moment when that has come."""
    oldest_at = NOW - age * SECOND
    glance = Glance(lane=lane, oldest_at=oldest_at, urgent=urgent, next_at=None)
    channel = replace(CHANNEL, groups=groups)
    opens = find_opening(glance, channel, NOW, closing=closing)
    assert opens is not None
    assert lane.asked_until is None or opens >= lane.asked_until
    hurried = urgent and groups
    if not hurried:
        assert lane.blocked_until is None or opens >= lane.blocked_until
    if groups and not hurried and not closing:
        assert opens >= oldest_at + channel.group_wait
        assert lane.last_at is None or opens >= lane.last_at + channel.group_interval
    then = max(opens, NOW)
    again = find_opening(glance, channel, then, closing=closing)
    assert again is not None
    assert again <= then


@given(lanes())
def test_a_message_has_all_or_the_alerts_that_are_urgent(each: list[Waiting]) -> None:
    """In order; in a channel that does not group the first has its turn, and what is urgent waits for its own."""
    alerts = {other.alert for other in each if other.urgent and other.state is DeliveryState.PENDING}
    wanted = tuple(other for other in each if not alerts or other.alert in alerts)
    assert choose(each, CHANNEL) == wanted
    assert choose(each, SINGLE) == tuple(each[:1])


def test_what_is_urgent_goes_alone_with_its_own_alert() -> None:
    """Tried before it waits like the others."""
    each = [waiting(1), waiting(2, alert="a"), waiting(3, alert="a", severity=Severity.CRITICAL, urgent=True)]
    assert [other.id for other in choose(each, CHANNEL)] == [2, 3]
    tried = [*each[:2], replace(each[2], state=DeliveryState.RETRYING)]
    assert [other.id for other in choose(tried, CHANNEL)] == [1, 2, 3]
