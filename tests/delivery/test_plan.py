"""What is decided about all that waits in a lane, whatever waits there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.delivery.channel import Channel, Rate
from flowalert.delivery.plan import Plan, make_plan
from flowalert.delivery.quiet import Quiet, parse_hours
from flowalert.delivery.stage.mute import Inhibition, Mutes
from flowalert.engine.clause import Subject
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.notice import DeliveryState, Occasion
from flowalert.engine.queue import Glance, Lane, Waiting
from flowalert.engine.silence import Silence
from flowalert.engine.transition import Kind, Severity
from flowalert.market.venue import Venue
from tests.delivery.lane_history import ALERTS, lanes
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

MINUTE = timedelta(minutes=1)
LANE = Lane(target="t", channel="desk")
# NOW is a Monday, 09:51:00.123 in Seoul.
QUIET = Quiet(parse_hours("09:00-15:00"))
RETRYING, SUPPRESSED = DeliveryState.RETRYING, DeliveryState.SUPPRESSED


def silence(matcher: str, reason: str = "") -> Silence:
    return Silence(
        id=3,
        matcher=parse_matcher(matcher),
        created_at=NOW - MINUTE,
        starts_at=NOW - MINUTE,
        ends_at=NOW + MINUTE,
        by="kim",
        reason=reason,
    )


def subject(alert: str, rule: str) -> Subject:
    return Subject(alert=alert, rule=rule, venue=Venue.KRX, sector="001", investor="0017", severity=Severity.CRITICAL)


def plan(
    each: Sequence[Waiting], channel: Channel | None = None, mutes: Mutes | None = None, lane: Lane = LANE
) -> Plan:
    glance = Glance(lane=lane, oldest_at=NOW, urgent=False, next_at=None)
    return make_plan(glance, channel or Channel("desk", ()), each, mutes or Mutes(), NOW)


def become(plan: Plan) -> Mapping[int, str]:
    """Return what becomes of each delivery: sent, or the reason for its step."""
    return {each.id: "sent" for each in plan.batch} | {id_: step.reason for step in plan.steps for id_ in step.ids}


CHANNELS = st.builds(
    Channel,
    st.just("desk"),
    st.just(()),
    groups=st.booleans(),
    quiet=st.sampled_from([None, QUIET, Quiet(QUIET.times, Severity.WARNING)]),
    rate=st.sampled_from([None, Rate(2, 60)]),
)
MUTES = st.builds(
    Mutes,
    silences=st.sampled_from([(), (silence("rule=buyers"),), (silence("severity<critical"),)]),
    inhibitions=st.sampled_from([(), (Inhibition(parse_matcher("rule=buyers"), parse_matcher("rule=sellers")),)]),
    firing=st.sampled_from([(), (subject("x", "buyers"),)]),
    acknowledged=st.dictionaries(st.sampled_from(ALERTS), st.just("kim")),
)
USED_UP = replace(LANE, tokens=0.5, tokens_at=NOW)
LANES = st.sampled_from([LANE, USED_UP])


@given(lanes(), CHANNELS, MUTES, LANES)
def test_whatever_waits_is_sent_or_stepped_once_or_left(
    each: list[Waiting], channel: Channel, mutes: Mutes, lane: Lane
) -> None:
    """A step settles a delivery with a reason, or has it wait for a moment to come. What is due is not passed over."""
    decided = plan(each, channel, mutes, lane)
    known = {delivery.id: delivery for delivery in each}
    touched = [delivery.id for delivery in decided.batch] + [id_ for step in decided.steps for id_ in step.ids]
    assert len(touched) == len(set(touched))
    assert set(touched) <= set(known)
    assert [delivery.id for delivery in decided.batch] == sorted(delivery.id for delivery in decided.batch)
    for step in decided.steps:
        assert step.ids
        assert (step.attempts, step.uncertain, step.lease_until) == (0, 0, None)
        if step.state is SUPPRESSED:
            assert (step.settled_at, step.next_at) == (NOW, None)
            assert step.reason
        else:
            assert {known[id_].state for id_ in step.ids} == {step.state}
            assert step.settled_at is None
            assert step.next_at is not None
            assert step.next_at > NOW
    left = [delivery for delivery in each if delivery.id not in touched]
    if not decided.batch:
        assert all(delivery.next_at > NOW for delivery in left)
    if not channel.groups:
        assert len({delivery.alert for delivery in decided.batch}) <= 1


@given(lanes(), CHANNELS, MUTES, LANES)
def test_a_resolve_comes_after_its_firing_and_with_it_or_not_at_all(
    each: list[Waiting], channel: Channel, mutes: Mutes, lane: Lane
) -> None:
    """It is told to whom the firing was told, and to nobody else; and no firing is told after it."""
    decided = plan(each, channel, mutes, lane)
    sent = {delivery.id for delivery in decided.batch}
    suppressed = {id_ for step in decided.steps if step.state is SUPPRESSED for id_ in step.ids}
    for resolve in (delivery for delivery in each if delivery.kind is Kind.RESOLVED):
        firings = [other for other in each if other.alert == resolve.alert and other.kind is Kind.FIRING]
        told = not resolve.firing and not resolve.untold
        if resolve.id in sent:
            assert told or any(other.id in sent for other in firings)
            assert all(
                other.id in sent or other.id in suppressed or other.occasion is Occasion.ESCALATED for other in firings
            )
        if resolve.id in suppressed:
            assert not told
            assert all(other.id in suppressed for other in firings)


@given(lanes(), CHANNELS, MUTES, LANES)
def test_what_is_urgent_and_due_goes_at_once(each: list[Waiting], channel: Channel, mutes: Mutes, lane: Lane) -> None:
    """Neither the group nor hours nor the rate hold it: only an acknowledgement, a silence or an inhibition does."""
    decided = plan(each, channel, mutes, lane)
    sent = {delivery.id for delivery in decided.batch}
    stepped = {id_: step for step in decided.steps for id_ in step.ids}
    urgent = [other for other in each if other.urgent and other.next_at <= NOW and other.kind is Kind.FIRING]
    for delivery in urgent:
        if delivery.id in stepped:
            assert stepped[delivery.id].state is SUPPRESSED
        elif channel.groups and delivery.state is DeliveryState.PENDING:
            assert delivery.id in sent


@given(lanes(), CHANNELS, LANES)
def test_a_silence_mutes_no_resolve_of_what_was_told(each: list[Waiting], channel: Channel, lane: Lane) -> None:
    """Whoever read that it fires reads that it is over."""
    decided = plan(each, channel, Mutes(silences=(silence("rule=buyers"), silence("rule=sellers"))), lane)
    suppressed = {id_ for step in decided.steps if step.state is SUPPRESSED for id_ in step.ids}
    for delivery in each:
        if delivery.kind is Kind.RESOLVED and not delivery.firing and not delivery.untold:
            assert delivery.id not in suppressed


@given(lanes(), CHANNELS, MUTES, LANES)
def test_what_is_suppressed_by_a_mute_names_it_and_what_is_held_is_no_mute(
    each: list[Waiting], channel: Channel, mutes: Mutes, lane: Lane
) -> None:
    """So that it is told when the mute ends."""
    for step in plan(each, channel, mutes, lane).steps:
        muted = step.reason.startswith(("silence", "inhibited"))
        assert bool(step.mute) == muted
        assert not step.mute or step.state is SUPPRESSED


def test_the_stages_stand_in_their_order() -> None:
    """What is silenced is not held for the hours' end, and what the hours hold takes no part in the rate."""
    each = [
        waiting(1, rule="buyers"),
        waiting(2, severity=Severity.INFO),
        waiting(3),
        waiting(4, severity=Severity.CRITICAL, urgent=True),
    ]
    channel = Channel("desk", (), quiet=Quiet(QUIET.times, Severity.WARNING), rate=Rate(2, 60))
    decided = plan(each, channel, Mutes(silences=(silence("rule=buyers", "deployment"),)), USED_UP)
    assert become(decided) == {
        1: "silence 3: deployment",
        2: "quiet hours until 15:00",
        3: "the rate of 2/1m is used up; it comes with the next message",
        4: "sent",
    }


def test_a_rise_takes_along_what_was_held_of_its_alert() -> None:
    """Told when the quiet ends, the first notice would say less than what is known by then."""
    later = NOW + 60 * MINUTE
    held = waiting(1, alert="a", next_at=later, reason="quiet hours until 15:00")
    risen = waiting(2, alert="a", severity=Severity.CRITICAL, urgent=True)
    other = waiting(3, alert="b", next_at=later)
    assert [each.id for each in plan([held, risen, other], Channel("desk", (), quiet=QUIET)).batch] == [1, 2]


def test_a_resolve_takes_along_what_is_to_be_tried_again_of_its_alert() -> None:
    """Or a firing would be told after its end."""
    again = waiting(1, alert="a", state=RETRYING, next_at=NOW + MINUTE, reminder=True, fires=False)
    resolve = waiting(2, alert="a", kind=Kind.RESOLVED, fires=False)
    assert [each.id for each in plan([again, resolve]).batch] == [1, 2]


def test_a_reminder_that_is_dropped_takes_no_resolve_with_it() -> None:
    """While the firing itself goes out, its end is told."""
    each = [
        waiting(1, alert="a", fires=False),
        waiting(2, alert="a", fires=False, reminder=True),
        waiting(3, alert="a", fires=False, kind=Kind.RESOLVED, firing=2),
    ]
    decided = plan(each, mutes=Mutes(acknowledged={"a": "kim"}))
    assert become(decided) == {1: "sent", 2: "acknowledged by kim", 3: "sent"}


def test_a_resolve_waits_with_its_firing() -> None:
    """Until the same moment, for the same reason, although itself it need not."""
    each = [
        waiting(1, alert="a", state=RETRYING, next_at=NOW + MINUTE, reason="HTTP 503", fires=False),
        waiting(2, alert="a", kind=Kind.RESOLVED, severity=Severity.CRITICAL, urgent=True, firing=1, fires=False),
    ]
    decided = plan(each)
    assert not decided.batch
    (step,) = decided.steps
    assert (step.ids, step.reason, step.next_at) == ((2,), "HTTP 503", NOW + MINUTE)


def test_an_escalation_that_is_not_due_stays() -> None:
    """What the channel is told of the alert anyway does not stand for it."""
    each = [
        waiting(1, alert="a", created_at=NOW + MINUTE, occasion=Occasion.ESCALATED),
        waiting(2, alert="a"),
    ]
    decided = plan(each)
    assert ([delivery.id for delivery in decided.batch], decided.steps) == ([2], ())
