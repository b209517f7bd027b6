"""Delivery at work: order, retries, stops and restarts, over a real store."""

from datetime import timedelta
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings, strategies as st

from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.engine.notice import Delivery, DeliveryState
from flowalert.engine.transition import Kind
from flowalert.store import open_store
from tests.delivery.desk import Clock, ScriptedTarget, open_desk, states
from tests.delivery.ending import lease, queue_of
from tests.store.sample import DESK, NOW, PHONE, firings, notice, transition

SENT, DEAD, SUPPRESSED = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED
RETRYING = DeliveryState.RETRYING


async def test_deliveries_go_out_in_order(tmp_path: Path) -> None:
    """What was committed before the start and what is rung for later, each to every target, first in first out."""
    desk_target, phone = ScriptedTarget(DESK), ScriptedTarget(PHONE)
    async with open_store(tmp_path / "flow.db") as store:
        transitions, notices = firings(6, DESK, PHONE)
        await store.commit([], transitions[:3], notices[:3], now=NOW)
        async with open_desk(store, [desk_target, phone], Clock()) as desk:
            await desk.until_settled(6)
            await store.commit([], transitions[3:], notices[3:], now=NOW)
            desk.bell.ring()
            await desk.until_settled(12)
        assert desk_target.titles == phone.titles == ["0", "1", "2", "3", "4", "5"]
        assert {each.state for each in await store.deliveries()} == {SENT}


async def test_a_retry_holds_up_its_own_target_only(tmp_path: Path) -> None:
    """Nothing overtakes it at its target; the other target is done meanwhile."""
    clock = Clock()
    failing, good = ScriptedTarget(DESK, [Retry("HTTP 503")] * 2), ScriptedTarget(PHONE)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(2, DESK, PHONE), now=NOW)
        async with open_desk(store, [failing, good], clock) as desk:
            await desk.until(lambda told: len(good.titles) == 2 and any(each.state is RETRYING for each in told))
            assert failing.titles == ["0"]
            clock.advance(seconds=2)
            await desk.until(lambda told: sum(each.state is RETRYING for each in told) == 2)
            clock.advance(seconds=4)
            await desk.until_settled(4)
        assert failing.titles == ["0", "0", "0", "1"]
        first = next(each for each in desk.told if each.target == DESK and each.state is SENT)
        assert (first.attempts, first.uncertain) == (3, 0)


async def test_a_hanging_target_holds_up_no_other(tmp_path: Path) -> None:
    """While one send never ends, the other target gets everything."""

    async def hang(_: Message) -> None:
        await trio.sleep_forever()

    hanging, good = ScriptedTarget(DESK, before=hang), ScriptedTarget(PHONE)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(5, DESK, PHONE), now=NOW)
        async with open_desk(store, [hanging, good], Clock(), stop_within=timedelta(0)) as desk:
            await desk.until_settled(5)
    assert len(good.titles) == 5
    assert hanging.titles == ["0"]


async def test_a_refusal_goes_dead_and_the_next_goes_out(tmp_path: Path) -> None:
    """It keeps the service's reason."""
    target = ScriptedTarget(DESK, [Refused("HTTP 404 Not Found")])
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(2, DESK), now=NOW)
        async with open_desk(store, [target], Clock()) as desk:
            await desk.until_settled(2)
        (dead,) = await store.deliveries(states=[DEAD])
    assert states(desk.told) == [("0", DEAD), ("1", SENT)]
    assert dead.reason == "HTTP 404 Not Found"


async def test_a_graceful_stop_sends_what_is_due(tmp_path: Path) -> None:
    """The send that was begun ends and counts, and what waits behind it goes out before the end."""
    begun, release = trio.Event(), trio.Event()

    async def wait(_: Message) -> None:
        begun.set()
        await release.wait()

    slow = ScriptedTarget(DESK, before=wait)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(3, DESK), now=NOW)
        async with open_desk(store, [slow], Clock()) as desk:
            await begun.wait()
            desk.bell.close()
            release.set()
        assert states(desk.told) == [("0", SENT), ("1", SENT), ("2", SENT)]


async def test_a_graceful_stop_leaves_what_is_to_be_tried_later(tmp_path: Path) -> None:
    """It does not wait for a retry; that and what stands behind it goes out after the next start."""
    clock = Clock()
    failing = ScriptedTarget(DESK, [Retry("HTTP 503")])
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(3, DESK), now=NOW)
        async with open_desk(store, [failing], clock) as desk:
            await desk.until(bool)
        assert states(desk.told) == [("0", RETRYING)]
        assert len(await store.deliveries(states=[DeliveryState.PENDING])) == 2
        clock.advance(seconds=2)
        again = ScriptedTarget(DESK)
        async with open_desk(store, [again], clock) as desk:
            await desk.until_settled(3)
        assert again.titles == ["0", "1", "2"]


async def test_a_send_cut_off_by_the_stop_is_tried_again_and_counted(tmp_path: Path) -> None:
    """Past the deadline it is cancelled, and written down as one that may have gone out."""

    async def hang(_: Message) -> None:
        await trio.sleep_forever()

    clock = Clock()
    hanging = ScriptedTarget(DESK, before=hang)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(1, DESK), now=NOW)
        async with open_desk(store, [hanging], clock, stop_within=timedelta(0)) as desk:
            with trio.fail_after(10):
                while not hanging.titles:
                    await trio.lowlevel.checkpoint()
        (cut,) = desk.told
        assert (cut.state, cut.uncertain) == (RETRYING, 1)
        assert "may have gone out" in cut.reason
        clock.advance(seconds=2)
        async with open_desk(store, [ScriptedTarget(DESK)], clock) as desk:
            await desk.until_settled(1)
        assert (await store.summary()).possible_duplicates == 1


async def test_a_lease_of_a_dead_service_is_released(tmp_path: Path) -> None:
    """A delivery left `sending` is tried again at the next start, said to be possibly out, and counted."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(1, DESK), now=NOW)
        (waiting,) = await queue_of(store)
        await lease(store, waiting, NOW)
    async with open_store(tmp_path / "flow.db") as store:
        assert await store.release_leases(NOW) == 1
        (released,) = await store.deliveries(states=[RETRYING])
        assert released.reason == "cut off while sending; it may have gone out"
        async with open_desk(store, [ScriptedTarget(DESK)], Clock()) as desk:
            await desk.until_settled(1)
        assert (desk.told[0].attempts, desk.told[0].uncertain) == (2, 1)


async def test_what_waits_for_a_target_that_is_gone_is_suppressed(tmp_path: Path) -> None:
    """At the start, and for a resolve that comes later."""
    firing, resolved = transition(), transition(Kind.RESOLVED, 2)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK)], now=NOW)
        async with open_desk(store, [ScriptedTarget(PHONE)], Clock()) as desk:
            await desk.until_settled(1)
            await store.commit([], [resolved], [notice(resolved, PHONE)], now=NOW)
            desk.bell.ring()
            await desk.until_settled(2)
        assert [(each.state, each.reason) for each in await store.deliveries()] == [
            (SUPPRESSED, "the target is no longer in the settings")
        ] * 2


@pytest.mark.parametrize(
    ("outcome", "resolve", "reason"),
    [
        (Sent(), SENT, "accepted"),
        (Refused("HTTP 403 Forbidden"), SUPPRESSED, "the firing was not told: dead, HTTP 403 Forbidden"),
    ],
)
async def test_a_resolve_follows_its_firing(
    tmp_path: Path, outcome: Outcome, resolve: DeliveryState, reason: str
) -> None:
    """Who was told that it fires is told that it is over; who was not, is not, with the reason."""
    firing, resolved = transition(), transition(Kind.RESOLVED, 2)
    target = ScriptedTarget(DESK, [outcome])
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing, resolved], [notice(firing, DESK), notice(resolved, DESK)], now=NOW)
        async with open_desk(store, [target], Clock()) as desk:
            await desk.until_settled(2)
    assert (desk.told[1].state, desk.told[1].reason) == (resolve, reason)


async def test_a_resolve_is_told_where_the_firing_may_have_been(tmp_path: Path) -> None:
    """A firing that ended dead after an unknown outcome may have reached its reader."""
    firing, resolved = transition(), transition(Kind.RESOLVED, 2)
    clock = Clock()
    target = ScriptedTarget(DESK, [Unknown("no answer"), Refused("HTTP 400 Bad Request")])
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing, resolved], [notice(firing, DESK), notice(resolved, DESK)], now=NOW)
        async with open_desk(store, [target], clock) as desk:
            await desk.until(lambda told: len(told) == 1)
            clock.advance(seconds=2)
            await desk.until_settled(2)
    assert [each.state for each in desk.told] == [RETRYING, DEAD, SENT]


class Killed(Exception):  # noqa: N818 - raised by the test to end the service where it stands
    """The service ended in the middle of a send."""


OUTCOMES = st.lists(
    st.sampled_from(
        [Sent(), Sent(), Retry("HTTP 503"), Retry("HTTP 429", 9), Refused("HTTP 400"), Unknown("no answer"), None]
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(script=OUTCOMES, count=st.integers(1, 5))
def test_every_delivery_ends_settled_in_order_and_none_is_sent_twice(
    tmp_path_factory: pytest.TempPathFactory, script: list[Outcome | None], count: int
) -> None:
    """Over random outcomes, and restarts in the middle of a send (None): once sent, never again, and in order.

    An attempt that may have gone out is counted, so that what arrives more than once is exactly explained.
    """
    folder = tmp_path_factory.mktemp("store")

    async def run() -> None:
        clock = Clock()
        begun: list[str] = []
        outcomes = iter(script)

        class Target:
            address = DESK
            easel = None

            async def send(self, message: Message, *, within: timedelta) -> Outcome:
                del within
                begun.append(message.title)
                outcome = next(outcomes, Sent())
                if outcome is None:
                    raise Killed
                return outcome

        async with open_store(folder / "flow.db") as store:
            await store.commit([], *firings(count, DESK), now=NOW)
        settled: list[Delivery] = []
        while len(settled) < count:
            try:
                async with open_store(folder / "flow.db") as store, open_desk(store, [Target()], clock) as desk:
                    while len(settled) < count:
                        clock.advance(minutes=6)
                        seen = len(desk.told)
                        desk.bell.ring()
                        await desk.until(lambda told, seen=seen: len(told) > seen)  # type: ignore[misc] # a lambda's default has no type
                        settled = await store.deliveries(states=[SENT, DEAD])
            except* Killed:
                clock.advance(minutes=6)
            async with open_store(folder / "flow.db") as store:
                settled = await store.deliveries(states=[SENT, DEAD])
        assert begun == sorted(begun, key=int)
        by_title = {each.notice.title: each for each in settled}
        assert {title: begun.count(title) for title in by_title} == {
            title: each.attempts for title, each in by_title.items()
        }
        assert sum(each.uncertain for each in settled) == sum(
            outcome is None or isinstance(outcome, Unknown) for outcome in script[: len(begun)]
        )

    trio.run(run)
