"""What a channel could not be told, and who is told instead, over a real store."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trio

from flowalert.delivery import Channel
from flowalert.delivery.attempt import begin
from flowalert.delivery.channel import Escalation
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Refused, Retry, Unknown
from flowalert.delivery.quiet import Quiet, parse_hours
from flowalert.engine.notice import Address, DeliveryState
from flowalert.engine.queue import Lane
from flowalert.engine.transition import Severity
from flowalert.store import open_store
from tests.delivery.desk import Clock, ScriptedTarget, open_desk
from tests.delivery.ending import POLICY, queue_of
from tests.delivery.scene import alert, grave, heard, over, tell, text
from tests.store.sample import DESK, NOW, PHONE

SENT, DEAD, SUPPRESSED = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED
RETRYING = DeliveryState.RETRYING
MINUTE = timedelta(minutes=1)
REFUSED = Refused("HTTP 403 Forbidden")
CHIEF = Address("cccccccccccccccc", "mailto")


class DownUntil(ScriptedTarget):
    """A target that answers 503 until a moment of the clock; `tried` is when it was sent anything, in order."""

    def __init__(self, address: Address, clock: Callable[[], datetime], until: datetime) -> None:
        super().__init__(address)
        self.tried: list[datetime] = []
        self._clock = clock
        self._until = until

    async def send(self, message: Message, *, within: timedelta) -> Outcome:
        self.tried.append(self._clock())
        if self._clock() < self._until:
            await trio.lowlevel.checkpoint()
            return Retry("HTTP 503 Service Unavailable")
        return await super().send(message, within=within)


async def test_what_is_refused_goes_to_the_fallback_at_once(tmp_path: Path) -> None:
    """With the cause; its end too, there alone, and nothing twice."""
    clock, target, phone = Clock(), ScriptedTarget(DESK, [REFUSED]), ScriptedTarget(PHONE)
    channels = [Channel("desk", (target,), fallback="boss"), Channel("boss", (phone,))]
    async with open_store(tmp_path / "flow.db") as store:
        async with open_desk(store, [], clock, channels=channels) as desk:
            await tell(store, clock, channels, [grave("a")])
            await desk.look()
            assert heard(phone) == [["a"]]
            assert "desk 채널에 전하지 못해 대신 알립니다" in text(phone.messages[0])
            await tell(store, clock, channels, [over("a", severity=Severity.CRITICAL)])
            clock.advance(seconds=2)
            await desk.look()
        async with open_desk(store, [], clock, channels=channels) as desk:
            clock.advance(hours=1)
            await desk.look()
        settled = {(each.notice.channel, each.notice.kind.value): each for each in await store.deliveries()}
    assert (heard(target), heard(phone)) == ([["a"]], [["a"], ["a"]])
    assert phone.titles[1].startswith("✅")
    assert {key: each.state for key, each in settled.items()} == {
        ("desk", "firing"): DEAD,
        ("boss", "firing"): SENT,
        ("desk", "resolved"): SUPPRESSED,
        ("boss", "resolved"): SENT,
    }


async def test_what_is_late_goes_to_the_fallback_and_late_to_its_channel(tmp_path: Path) -> None:
    """After `expires_after`, the firing and its end, once each; when the channel is back it hears of it as late."""
    clock = Clock()
    target, phone = DownUntil(DESK, clock, NOW + 30 * MINUTE), ScriptedTarget(PHONE)
    channels = [Channel("desk", (target,), fallback="boss"), Channel("boss", (phone,))]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [alert("a"), alert("b")])
        clock.advance(minutes=1)
        await desk.look()
        await tell(store, clock, channels, [over("b")])
        for _ in range(8):
            clock.advance(minutes=1)
            await desk.look()
        assert phone.titles == []
        for _ in range(3):
            clock.advance(minutes=1)
            await desk.look()
        assert [sorted(each) for each in heard(phone)] == [["a", "b"]]
        assert phone.titles[0] == "⚠ 알림 2건 · 주의 1 · 해제 1"
        for _ in range(26):
            clock.advance(minutes=1)
            await desk.look()
    assert len(phone.titles) == 1
    assert [sorted(each) for each in heard(target)] == [["a", "b"]]
    assert target.titles == ["[늦음] ⚠ 알림 2건 · 주의 1 · 해제 1"]


async def test_a_fallback_that_refuses_too_has_its_own(tmp_path: Path) -> None:
    """Each says which channel could not be reached."""
    clock = Clock()
    targets = [ScriptedTarget(DESK, [REFUSED]), ScriptedTarget(PHONE, [REFUSED]), ScriptedTarget(CHIEF)]
    channels = [
        Channel("desk", (targets[0],), fallback="boss"),
        Channel("boss", (targets[1],), fallback="chief"),
        Channel("chief", (targets[2],)),
    ]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        for _ in range(3):
            await desk.look()
    assert [heard(each) for each in targets] == [[["a"]]] * 3
    assert "boss 채널에 전하지 못해 대신 알립니다" in text(targets[2].messages[0])


async def test_a_digest_that_waited_for_the_hours_is_not_late_for_the_fallback(tmp_path: Path) -> None:
    """While it is under way nobody has failed to take it, although it was made long ago."""
    clock, begun, release = Clock(), trio.Event(), trio.Event()

    async def wait(_: Message) -> None:
        begun.set()
        await release.wait()

    target, phone = ScriptedTarget(DESK, before=wait), ScriptedTarget(PHONE)
    quiet = Quiet(parse_hours("09:00-15:00"))
    channels = [Channel("desk", (target,), quiet=quiet, fallback="boss"), Channel("boss", (phone,))]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [alert("a")])
        clock.advance(minutes=1)
        await desk.look()
        clock.advance(hours=6)
        desk.bell.ring()
        with trio.fail_after(10):
            await begun.wait()
        await desk.look([PHONE.key])
        clock.advance(seconds=1)
        await desk.look([PHONE.key])
        release.set()
        await desk.look()
    assert (heard(target), heard(phone)) == ([["a"]], [])


async def test_a_fallback_does_not_wait_for_an_escalation_to_the_same_channel(tmp_path: Path) -> None:
    """Told at once what the other could not be; and later that nobody has acknowledged it, as the settings ask."""
    clock, target, phone = Clock(), ScriptedTarget(DESK, [REFUSED]), ScriptedTarget(PHONE)
    channels = [
        Channel("desk", (target,), fallback="boss", escalation=Escalation("boss", 5 * MINUTE)),
        Channel("boss", (phone,)),
    ]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        await desk.look()
        assert heard(phone) == [["a"]]
        assert "desk 채널에 전하지 못해 대신 알립니다" in text(phone.messages[0])
        clock.advance(minutes=5)
        await desk.look()
    assert heard(phone) == [["a"], ["a"]]
    assert "desk 채널에서 아무도 확인하지 않았습니다" in text(phone.messages[1])


async def test_a_fallback_that_was_told_anyway_is_not_told_again(tmp_path: Path) -> None:
    """An escalation that has reached it says what there is to say."""
    clock = Clock()
    target, phone = DownUntil(DESK, clock, NOW + timedelta(hours=2)), ScriptedTarget(PHONE)
    channels = [
        Channel("desk", (target,), fallback="boss", escalation=Escalation("boss", 5 * MINUTE)),
        Channel("boss", (phone,)),
    ]
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=channels) as desk:
        await tell(store, clock, channels, [grave("a")])
        for _ in range(20):
            clock.advance(minutes=1)
            await desk.look()
    assert heard(phone) == [["a"]]


async def test_an_outage_of_an_hour_is_one_message(tmp_path: Path) -> None:
    """Four hundred alerts, marked late; meanwhile the target was asked ever more seldom whether it is back."""
    clock = Clock()
    # It is still down when the hour is over and the last of them is looked at.
    target = DownUntil(DESK, clock, NOW + 61 * MINUTE)
    channel = Channel("desk", (target,))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        for minute in range(60):
            count = 7 if minute < 40 else 6
            await tell(store, clock, [channel], [alert(f"{minute}x{number}") for number in range(count)])
            clock.advance(minutes=1)
            await desk.look()
        assert target.titles == []
        # Pauses double up to five minutes, less up to a half of each; half a minute is the test's own step.
        assert len(target.tried) <= 40
        while not target.titles:
            clock.advance(seconds=30)
            await desk.look()
            assert clock() < NOW + 67 * MINUTE
        await desk.look()
    assert target.titles == ["[늦음] ⚠ 알림 400건 · 주의 300 · 그 밖에 100"]


class Killed(Exception):  # noqa: N818 - raised by the test to end the service where it stands
    """The service ended in the middle of a send."""


async def test_an_unknown_outcome_counts_for_each_in_the_message(tmp_path: Path) -> None:
    """All of it is sent again, and each is a possible duplicate."""
    clock = Clock()
    target = ScriptedTarget(DESK, [Unknown("no answer within 30 s; it may have gone out")])
    channel = Channel("desk", (target,))
    async with open_store(tmp_path / "flow.db") as store, open_desk(store, [], clock, channels=[channel]) as desk:
        await tell(store, clock, [channel], [alert("a"), alert("b"), alert("c")])
        clock.advance(seconds=1)
        await desk.look()
        assert {(each.state, each.uncertain) for each in await store.deliveries()} == {(RETRYING, 1)}
        clock.advance(seconds=2)
        await desk.look()
        assert heard(target) == [["a", "b", "c"]] * 2
        assert {(each.state, each.attempts, each.uncertain) for each in await store.deliveries()} == {(SENT, 2, 1)}
        assert (await store.summary()).possible_duplicates == 3


@pytest.mark.parametrize("written", [True, False])
async def test_a_service_that_ends_in_the_middle_of_a_message_sends_all_of_it_again(
    tmp_path: Path, written: bool
) -> None:
    """Whether it could still write that down, or the next start finds the lease; each is counted."""
    clock, path = Clock(), tmp_path / "flow.db"

    async def end(_: Message) -> None:
        raise Killed

    broken, again = ScriptedTarget(DESK, before=end), ScriptedTarget(DESK)
    async with open_store(path) as store:
        channel = Channel("desk", (broken,))
        await tell(store, clock, [channel], [alert("a"), alert("b"), alert("c")])
        clock.advance(seconds=1)
        if written:
            with pytest.raises(ExceptionGroup) as raised:
                async with open_desk(store, [], clock, channels=[channel]):
                    await trio.sleep_forever()
            assert raised.group_contains(Killed)
        else:
            lane, step = begin(Lane(target=DESK.key, channel="desk"), await queue_of(store), None, clock(), POLICY)
            await store.advance(lane, [step])
    clock.advance(seconds=3)
    async with open_store(path) as store:
        async with open_desk(store, [], clock, channels=[Channel("desk", (again,))]) as desk:
            await desk.look()
        assert heard(again) == [["a", "b", "c"]]
        assert {(each.state, each.attempts, each.uncertain) for each in await store.deliveries()} == {(SENT, 2, 1)}
