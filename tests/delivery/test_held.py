"""Alerts that come together or too often or at night: groups, quiet hours and rates, over a real store."""

from datetime import timedelta
from pathlib import Path

from flowalert.delivery import Channel
from flowalert.delivery.channel import Escalation, Rate
from flowalert.delivery.outcome import Refused, Retry
from flowalert.delivery.quiet import Quiet, join_hours, parse_hours
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Severity
from flowalert.store import PutBack, Selection, open_clerk, open_store
from tests.delivery.desk import Clock, ScriptedTarget, open_desk
from tests.delivery.scene import alert, grave, heard, names, over, tell
from tests.store.sample import DESK

SENT = DeliveryState.SENT
# The clock begins at 09:51:00.123 in Seoul.
QUIET = Quiet(parse_hours("09:00-15:00"))
TO_THREE = {"hours": 5, "minutes": 9}


async def test_a_burst_is_one_message(tmp_path: Path) -> None:
    """Forty alerts of one commit, when their group has waited."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert(str(number)) for number in range(40)])
        await desk.look()
        assert target.titles == []
        clock.advance(seconds=0.3)
        await desk.look()
        assert target.titles == ["⚠ 알림 40건 · 주의 40"]
        assert names(target.messages[0]) == [str(number) for number in range(40)]
        assert {each.reason for each in await store.deliveries()} == {"accepted, in a message of 40"}


async def test_what_is_critical_goes_at_once_and_the_rest_follows(tmp_path: Path) -> None:
    """In one message each; a rise of what waits goes with what waited of it."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert("a"), grave("b"), alert("c"), alert("d"), grave("c", 2)])
        await desk.look()
        assert heard(target) == [["b", "c"]]
        clock.advance(seconds=1)
        await desk.look()
        assert heard(target) == [["b", "c"], ["a", "d"]]


async def test_messages_keep_their_distance(tmp_path: Path) -> None:
    """What comes soon after one waits for the interval, all of it together."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,), group_interval=timedelta(seconds=30))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert("a")])
        clock.advance(seconds=0.3)
        await desk.look()
        for name in ("b", "c"):
            clock.advance(seconds=10)
            await tell(store, clock, [channel], [alert(name)])
            await desk.look()
        assert heard(target) == [["a"]]
        clock.advance(seconds=10)
        await desk.look()
        assert heard(target) == [["a"], ["b", "c"]]


async def test_quiet_hours_end_with_one_digest(tmp_path: Path) -> None:
    """In them only what is critical is told. What is over by their end is told as that, also after a restart."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,), quiet=QUIET)
    async with open_store(tmp_path / "flow.db") as store:
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await tell(store, clock, [channel], [alert("a"), alert("b")])
            clock.advance(minutes=1)
            await desk.look()
            await tell(store, clock, [channel], [over("b"), grave("c"), alert("d")])
            clock.advance(minutes=1)
            await desk.look()
            assert heard(target) == [["c"]]
            assert {each.reason for each in await store.deliveries(states=[DeliveryState.PENDING])} == {
                "quiet hours until 15:00"
            }
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await desk.look()
            clock.advance(hours=5, minutes=6)
            await desk.look()
            assert heard(target) == [["c"]]
            clock.advance(minutes=1)
            await desk.look()
    assert heard(target) == [["c"], ["a", "d", "b"]]
    assert target.titles[1] == "[늦음] ⚠ 알림 3건 · 주의 2 · 해제 1"


async def test_a_rise_in_quiet_hours_leaves_nothing_stale_for_their_end(tmp_path: Path) -> None:
    """It is told with what waited of its alert, its end too, and the morning has no firing of what is over."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,), quiet=QUIET)
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        for transition in (alert("a"), grave("a", 2), over("a", severity=Severity.CRITICAL)):
            await tell(store, clock, [channel], [transition])
            clock.advance(minutes=1)
            await desk.look()
        assert len(target.titles) == 2
        assert target.titles[1].startswith("✅")
        clock.advance(**TO_THREE)
        await desk.look()
        assert len(target.titles) == 2
        assert {each.state for each in await store.deliveries()} == {SENT}


async def test_hours_that_are_no_longer_in_the_settings_hold_nothing(tmp_path: Path) -> None:
    """What they held goes out after the restart that took them away."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,), quiet=QUIET)
    async with open_store(tmp_path / "flow.db") as store:
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await tell(store, clock, [channel], [alert("a")])
            clock.advance(seconds=1)
            await desk.look()
        assert target.titles == []
        async with open_desk(store, [], clock, channels=[Channel("desk", (target,))]) as desk:
            await desk.look()
        assert heard(target) == [["a"]]


async def test_what_a_rate_holds_is_told_together(tmp_path: Path) -> None:
    """With the next message that there is; what is critical goes before it, and nothing is lost."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,), rate=Rate(2, 60))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        for name in "abcde":
            await tell(store, clock, [channel], [alert(name)])
            clock.advance(seconds=2)
            await desk.look()
        assert heard(target) == [["a"], ["b"]]
        held = await store.deliveries(states=[DeliveryState.PENDING])
        assert {each.reason for each in held} == {"the rate of 2/1m is used up; it comes with the next message"}
        await tell(store, clock, [channel], [grave("f")])
        await desk.look()
        assert heard(target)[2:] == [["f"]]
        # Two that were taken at 2 and 4 s, and one more at 10 s: it takes a minute for the next.
        clock.advance(seconds=45)
        await desk.look()
        assert len(heard(target)) == 3
        clock.advance(seconds=10)
        await desk.look()
        assert heard(target)[3:] == [["c", "d", "e"]]
        assert {each.state for each in await store.deliveries()} == {SENT}


async def test_a_weekend_that_ends_with_a_hiccup_loses_nothing(tmp_path: Path) -> None:
    """What was held for longer than a target is tried is tried as long as anything else."""
    clock, target = Clock(), ScriptedTarget(DESK, [Retry("HTTP 503"), Retry("HTTP 503")])
    channel = Channel("desk", (target,), quiet=Quiet(join_hours(map(parse_hours, ("mon-tue", "wed 00:00-08:00")))))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert("a"), alert("b")])
        clock.advance(seconds=1)
        await desk.look()
        clock.advance(days=2)
        for _ in range(3):
            await desk.look()
            clock.advance(seconds=5)
        assert {each.state for each in await store.deliveries()} == {SENT}
    assert heard(target) == [["a", "b"]] * 3


async def test_what_is_retried_by_hand_goes_out_at_once(tmp_path: Path) -> None:
    """In quiet hours and with the rate used up too: somebody waits for it."""
    clock, target = Clock(), ScriptedTarget(DESK, [Refused("HTTP 403 Forbidden")])
    channel = Channel("desk", (target,))
    async with open_store(tmp_path / "flow.db") as store:
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await tell(store, clock, [channel], [alert("a")])
            clock.advance(seconds=1)
            await desk.look()
            assert [each.state for each in await store.deliveries()] == [DeliveryState.DEAD]
        strict = Channel("desk", (target,), quiet=QUIET, rate=Rate(1, 3600), group_wait=timedelta(hours=1))
        async with open_desk(store, [], clock, channels=[strict]) as desk:
            await tell(store, clock, [strict], [alert("b")])
            async with open_clerk(tmp_path / "flow.db") as clerk:
                assert isinstance(await clerk.put_back(Selection(ids=(1,)), by="kim", now=clock()), PutBack)
            await desk.look()
        assert heard(target) == [["a"], ["a"]]
        assert [each.state for each in await store.deliveries()] == [DeliveryState.PENDING, SENT]


async def test_a_target_that_asks_for_time_gets_it_from_all_of_its_channels(tmp_path: Path) -> None:
    """What is critical waits too: the service would refuse it."""
    clock, target = Clock(), ScriptedTarget(DESK, [Retry("HTTP 429 Too Many Requests", 60)])
    channels = [
        Channel("desk", (target,), escalation=Escalation("boss", timedelta(seconds=10))),
        Channel("boss", (target,)),
    ]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        await desk.look()
        for _ in range(5):
            clock.advance(seconds=11)
            await desk.look()
        assert len(target.titles) == 1
        clock.advance(seconds=6)
        await desk.look()
    assert heard(target) == [["a"]] * 3
