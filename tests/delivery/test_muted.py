"""Alerts that somebody has silenced, or that another alert inhibits, over a real store."""

from datetime import timedelta
from pathlib import Path

from flowalert.delivery import Channel, Inhibition
from flowalert.delivery.announcement import announce_again
from flowalert.delivery.outcome import Retry
from flowalert.delivery.rendering import Occurrence
from flowalert.delivery.stage.sieve import Drop, sieve
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.notice import Cause, DeliveryState, Occasion
from flowalert.engine.queue import Lane
from flowalert.engine.recurrence import Times, parse_times
from flowalert.engine.transition import Kind, Reason
from flowalert.market.venue import Venue
from flowalert.store import open_clerk, open_store
from tests.delivery.desk import Clock, ScriptedTarget, open_desk
from tests.delivery.ending import queue_of
from tests.delivery.scene import alert, grave, heard, over, tell, text
from tests.store.sample import DESK, PHONE

SENT, SUPPRESSED = DeliveryState.SENT, DeliveryState.SUPPRESSED
HOUR = timedelta(hours=1)
AGAIN = "알림이 멈춰 있던 사이 시작되어 아직 이어지고 있습니다"


async def silence(path: Path, clock: Clock, matcher: str, length: timedelta | None = HOUR, times: Times = ()) -> int:
    """Silence alerts by hand, beside the service; return the silence's number."""
    async with open_clerk(path) as clerk:
        added = await clerk.add_silence(
            parse_matcher(matcher),
            starts_at=clock(),
            ends_at=None if length is None else clock() + length,
            times=times,
            by="kim",
            reason="system test",
            now=clock(),
        )
    return added.id


async def test_what_is_silenced_is_told_when_the_silence_is_over(tmp_path: Path) -> None:
    """Suppressed with the reason meanwhile; then at once what still fires, once, with the cause."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await silence(path, clock, "rule=rule-a|rule-b")
        await tell(store, clock, [channel], [alert("a"), alert("b"), alert("c")])
        clock.advance(seconds=1)
        await desk.look()
        assert heard(target) == [["c"]]
        muted = await store.deliveries(states=[SUPPRESSED])
        assert {each.reason for each in muted} == {"silence 1: system test"}
        await tell(store, clock, [channel], [over("b")])
        clock.advance(minutes=59)
        await desk.look()
        assert heard(target) == [["c"]]
        clock.advance(minutes=1)
        await desk.look()
        clock.advance(seconds=1)
        await desk.look()
        assert heard(target) == [["c"], ["a"]]
        assert text(target.messages[1]).split("\n")[1] == AGAIN
        (again,) = [each for each in await store.deliveries() if each.notice.cause.occasion is Occasion.UNMUTED]
        assert again.notice.cause.of == "silence 1@2026-11-23T09:51:00"
        (resolve,) = [each for each in await store.deliveries() if each.notice.kind is Kind.RESOLVED]
        assert (resolve.state, resolve.reason) == (
            SUPPRESSED,
            "the firing was not told: suppressed, silence 1: system test",
        )
        clock.advance(hours=2)
        await desk.look()
        await tell(store, clock, [channel], [over("a")])
        clock.advance(seconds=1)
        await desk.look()
    assert heard(target) == [["c"], ["a"], ["a"]]
    assert target.titles[2].startswith("✅")


async def test_a_silence_that_is_ended_early_is_over(tmp_path: Path) -> None:
    """What is critical is told in the same moment."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        number = await silence(path, clock, "rule=rule-a", None)
        await tell(store, clock, [channel], [grave("a")])
        await desk.look()
        assert target.titles == []
        async with open_clerk(path) as clerk:
            await clerk.end_silences([number], by="kim", now=clock())
        await desk.look()
    assert heard(target) == [["a"]]


async def test_who_was_told_before_the_silence_is_not_told_after_it(tmp_path: Path) -> None:
    """Only the target that was muted is, and once, over restarts."""
    clock, path = Clock(), tmp_path / "flow.db"
    phone, flaky = ScriptedTarget(PHONE), ScriptedTarget(DESK, [Retry("HTTP 503")])
    channel = Channel("desk", (phone, flaky))
    async with open_store(path) as store:
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await tell(store, clock, [channel], [alert("a")])
            clock.advance(seconds=1)
            await desk.look()
            assert (len(phone.titles), len(flaky.titles)) == (1, 1)
            await silence(path, clock, "rule=rule-a")
            clock.advance(seconds=10)
            await desk.look()
            assert [each.state for each in await store.deliveries()] == [SUPPRESSED, SENT]
        # Its end comes while nobody works.
        clock.advance(hours=1)
        for _ in range(2):
            async with open_desk(store, [], clock, channels=[channel]) as desk:
                await desk.look()
                clock.advance(seconds=1)
                await desk.look()
    assert (len(phone.titles), len(flaky.titles)) == (1, 2)
    assert AGAIN in text(flaky.messages[1])


async def test_a_restart_within_a_silence_tells_nobody(tmp_path: Path) -> None:
    """And one between its end and the telling loses nothing."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await silence(path, clock, "rule=rule-a")
        await tell(store, clock, [channel], [alert("a")])
        clock.advance(seconds=1)
        await desk.look()
    async with open_store(path) as store:
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await desk.look()
            assert target.titles == []
            clock.advance(hours=1)
            # The notice waits for its group when this service stops: what is due goes out before its end.
            await desk.look()
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            await desk.look()
    assert heard(target) == [["a"]]


async def test_an_alert_that_is_muted_anew_is_told_when_that_is_over_too(tmp_path: Path) -> None:
    """A second silence covers it from before the first one's end, and is the cause that is said."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await silence(path, clock, "rule=rule-a")
        await tell(store, clock, [channel], [alert("a")])
        clock.advance(minutes=30)
        await desk.look()
        await silence(path, clock, "severity<critical")
        clock.advance(minutes=30, seconds=1)
        await desk.look()
        await tell(store, clock, [channel], [alert("a", n=2, reason=Reason.REPEATED)])
        clock.advance(minutes=28)
        await desk.look()
        assert target.titles == []
        clock.advance(minutes=2)
        await desk.look()
        clock.advance(seconds=1)
        await desk.look()
        causes = [each.notice.cause for each in await store.deliveries(states=[SENT])]
    assert heard(target) == [["a"]]
    assert causes == [Cause(Occasion.UNMUTED, "silence 2@2026-11-23T10:21:00")]


async def test_a_recurring_silence_is_over_each_day(tmp_path: Path) -> None:
    """What still fires then is told each day anew."""
    clock, target, path = Clock(), ScriptedTarget(DESK), tmp_path / "flow.db"
    channel = Channel("desk", (target,))
    async with open_store(path) as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await silence(path, clock, "rule=rule-a", None, parse_times("09:00-10:00", Venue.KRX))
        for n in (1, 2):
            await tell(
                store, clock, [channel], [alert("a", n=n, reason=Reason.CONDITION if n == 1 else Reason.REPEATED)]
            )
            clock.advance(minutes=5)
            await desk.look()
            assert len(target.titles) == n - 1
            clock.advance(minutes=4)
            await desk.look()
            clock.advance(seconds=1)
            await desk.look()
            assert len(target.titles) == n
            clock.advance(hours=24, minutes=-9, seconds=-1)
        causes = {each.notice.cause for each in await store.deliveries(states=[SENT])}
    assert causes == {
        Cause(Occasion.UNMUTED, "silence 1@2026-11-23T09:51:00"),
        Cause(Occasion.UNMUTED, "silence 1@2026-11-24T09:00:00"),
    }


async def test_a_target_whose_mute_is_written_after_the_telling_is_told_too(tmp_path: Path) -> None:
    """At the last moment of a silence one worker may find it in force that writes it down after the sweep."""
    clock, path = Clock(), tmp_path / "flow.db"
    channel = Channel("desk", (ScriptedTarget(DESK), ScriptedTarget(PHONE)))
    async with open_store(path) as store:
        await tell(store, clock, [channel], [alert("a")])
        for target in (DESK, PHONE):
            (waiting,) = await queue_of(store, target.key)
            (step,) = sieve([waiting], lambda _: Drop("silence 1", "silence 1@09:51"), clock()).steps
            await store.advance(Lane(target=target.key, channel="desk"), [step])
            free = await store.muted()
            assert [each.targets for each in free] == [(target.key,)]
            cause = Cause(Occasion.UNMUTED, "silence 1@09:51")
            notice = announce_again(Occurrence(free[0].last, None), channel, cause, free[0].targets)
            assert await store.tell_unmuted(free, [notice], clock()) == 1
            (waiting,) = await queue_of(store, target.key)
            assert waiting.occasion is Occasion.UNMUTED
        assert await store.muted() == []


async def test_an_alert_inhibits_others_while_it_fires(tmp_path: Path) -> None:
    """Those that have its label; the one that still fires when it is over is told then."""
    clock, target = Clock(), ScriptedTarget(DESK)
    channel = Channel("desk", (target,))
    rule = Inhibition(parse_matcher("rule=rule-crash"), parse_matcher("severity<critical"), ("team",))
    labels = {"rule-crash": (("team", "x"),), "rule-a": (("team", "x"),), "rule-b": (("team", "y"),)}
    async with (
        open_store(tmp_path / "flow.db") as store,
        open_desk(store, [], clock, channels=[channel], inhibitions=[rule]) as desk,
    ):
        await tell(store, clock, [channel], [alert("a"), alert("b"), grave("crash")], labels)
        await desk.look()
        assert heard(target) == [["crash"]]
        clock.advance(seconds=1)
        await desk.look()
        assert heard(target)[1:] == [["b"]]
        (muted,) = await store.deliveries(states=[SUPPRESSED])
        assert muted.reason == "inhibited by rule-crash"
        await tell(store, clock, [channel], [over("crash")], labels)
        clock.advance(seconds=1)
        await desk.look()
        clock.advance(seconds=1)
        await desk.look()
    told = [name for message in heard(target)[2:] for name in message]
    assert sorted(told) == ["a", "crash"]
    assert AGAIN in "\n".join(text(message) for message in target.messages[2:])
