"""Acknowledgements and escalation, over a real store."""

from datetime import timedelta
from pathlib import Path

from flowalert.delivery import Channel
from flowalert.delivery.channel import Escalation
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Reason, Severity, Transition
from flowalert.store import Store, open_clerk, open_store
from tests.delivery.desk import Clock, Desk, ScriptedTarget, open_desk
from tests.delivery.scene import alert, grave, heard, over, tell, text
from tests.store.sample import DESK, PHONE

SENT, SUPPRESSED = DeliveryState.SENT, DeliveryState.SUPPRESSED
MINUTE = timedelta(minutes=1)
CHIEF = type(DESK)("cccccccccccccccc", "mailto")


async def acknowledge(path: Path, clock: Clock, *transitions: Transition) -> None:
    async with open_clerk(path) as clerk:
        await clerk.acknowledge([each.alert for each in transitions], by="kim", now=clock())


async def go_on(desk: Desk, clock: Clock, **by: float) -> None:
    """Let time go by, and what is due then be done."""
    clock.advance(**by)
    await desk.look()


async def reasons(store: Store, state: DeliveryState) -> list[str]:
    return [each.reason for each in reversed(await store.deliveries(states=[state]))]


async def test_an_acknowledgement_ends_reminders_but_no_rise(tmp_path: Path) -> None:
    """And its withdrawal brings them back. The end of the alert is told in any case."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert("a")])
        await go_on(desk, clock, seconds=1)
        await acknowledge(path, clock, alert("a"))
        await tell(store, clock, [channel], [alert("a", n=2, reason=Reason.REPEATED)])
        await go_on(desk, clock, seconds=1)
        assert len(target.titles) == 1
        assert await reasons(store, SUPPRESSED) == ["acknowledged by kim"]
        await tell(store, clock, [channel], [grave("a", 3, reason=Reason.SEVERITY_ROSE)])
        await desk.look()
        assert len(target.titles) == 2
        async with open_clerk(path) as clerk:
            await clerk.withdraw_acknowledgement([alert("a").alert], by="kim", now=clock())
        await tell(store, clock, [channel], [alert("a", n=4, reason=Reason.REPEATED)])
        await go_on(desk, clock, seconds=1)
        assert len(target.titles) == 3
        await acknowledge(path, clock, alert("a"))
        await tell(store, clock, [channel], [over("a")])
        await go_on(desk, clock, seconds=1)
    assert len(target.titles) == 4
    assert target.titles[3].startswith("✅")


def ladder() -> tuple[list[ScriptedTarget], list[Channel]]:
    """Return three targets and their channels, each climbing to the next after five minutes."""
    targets = [ScriptedTarget(each) for each in (DESK, PHONE, CHIEF)]
    return targets, [
        Channel("desk", (targets[0],), escalation=Escalation("boss", 5 * MINUTE)),
        Channel("boss", (targets[1],), escalation=Escalation("chief", 5 * MINUTE, Severity.WARNING)),
        Channel("chief", (targets[2],)),
    ]


async def test_what_nobody_acknowledges_climbs(tmp_path: Path) -> None:
    """Step by step, with the cause, over a restart; once, however often it is told below. All hear of its end."""
    clock, (targets, channels) = Clock(), ladder()
    desk_target, boss, chief = targets
    async with open_store(tmp_path / "flow.db") as store:
        async with open_desk(store, [], clock, channels=channels) as desk:
            await tell(store, clock, channels, [grave("a"), alert("b")])
            await go_on(desk, clock, minutes=1)
            await tell(store, clock, channels, [grave("a", 2, reason=Reason.REPEATED)])
            await go_on(desk, clock, minutes=3, seconds=59)
            assert (len(boss.titles), len(chief.titles)) == (0, 0)
        clock.advance(seconds=1)
        async with open_desk(store, [], clock, channels=channels) as desk:
            await desk.look()
            assert (heard(boss), heard(chief)) == ([["a"]], [])
            assert "desk 채널에서 아무도 확인하지 않았습니다" in text(boss.messages[0])
            await go_on(desk, clock, minutes=5)
            assert heard(chief) == [["a"]]
            assert "boss 채널에서 아무도 확인하지 않았습니다" in text(chief.messages[0])
            await go_on(desk, clock, hours=1)
            await tell(store, clock, channels, [over("a", severity=Severity.CRITICAL)])
            await go_on(desk, clock, seconds=1)
    assert heard(boss) == heard(chief) == [["a"], ["a"]]
    assert boss.titles[1].startswith("✅")
    assert heard(desk_target)[-1] == ["a"]


async def test_an_acknowledgement_cancels_the_climb(tmp_path: Path) -> None:
    """Of the steps that are still to come."""
    clock, (targets, channels), path = Clock(), ladder(), tmp_path / "flow.db"
    async with open_store(path) as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        await go_on(desk, clock, minutes=5)
        await acknowledge(path, clock, grave("a"))
        await go_on(desk, clock, minutes=5)
        await go_on(desk, clock, hours=1)
        assert [heard(each) for each in targets] == [[["a"]], [["a"]], []]
        assert await reasons(store, SUPPRESSED) == ["acknowledged by kim"]


async def test_what_is_over_does_not_climb(tmp_path: Path) -> None:
    """Nor does its end, where nobody heard of it."""
    clock, (targets, channels) = Clock(), ladder()
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        await go_on(desk, clock, minutes=1)
        await tell(store, clock, channels, [over("a", severity=Severity.CRITICAL)])
        await go_on(desk, clock, minutes=1)
        await go_on(desk, clock, hours=1)
        assert [heard(each) for each in targets] == [[["a"], ["a"]], [], []]
        left = await reasons(store, SUPPRESSED)
    assert sorted(left) == [
        *["over before anybody had to be told"] * 2,
        *["the firing was not told: suppressed, over before anybody had to be told"] * 2,
    ]


async def test_a_rise_climbs_when_it_is_grave_enough(tmp_path: Path) -> None:
    """Counted from the rise."""
    clock, (targets, channels) = Clock(), ladder()
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [alert("a")])
        await go_on(desk, clock, minutes=10)
        await tell(store, clock, channels, [grave("a", 2, reason=Reason.SEVERITY_ROSE)])
        await go_on(desk, clock, minutes=4)
        assert targets[1].titles == []
        await go_on(desk, clock, minutes=1)
    assert heard(targets[1]) == [["a"]]
