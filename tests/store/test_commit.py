"""A commit: one transaction, idempotent, and the deliveries that it asks for."""

from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Kind
from flowalert.store import AlertState, open_store
from tests.delivery.ending import lease, queue_of, settle
from tests.store.sample import DESK, NOW, PHONE, notice, transition, update


async def test_transitions_come_back_whole(tmp_path: Path) -> None:
    """Told or not, with every value, in order."""
    told, held = transition(n=1), transition(n=2, told=False)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [told, held], [], now=NOW)
    async with open_store(tmp_path / "flow.db") as store:
        assert await store.transitions(told.alert) == [told, held]


async def test_the_newest_transitions_since_a_moment(tmp_path: Path) -> None:
    """Those of an alert among them, the moment itself included; a limit leaves out the oldest."""
    made = [transition(n=number, episode=str(number)) for number in range(1, 5)]
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], made, [], now=NOW)
        assert await store.transitions_since(made[1].at, limit=10) == made[1:]
        assert await store.transitions_since(made[1].at, limit=2) == made[2:]
        assert await store.transitions_since(made[3].at + 1, limit=10) == []


async def test_the_newest_open_alerts_come_first(tmp_path: Path) -> None:
    """A limit leaves out those that opened long ago, and nothing that is over is among them."""
    made = [replace(transition(episode=str(number)), opened_at=number) for number in range(4)]
    over = transition(Kind.RESOLVED, 2, episode="3")
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [*made, over], [], now=NOW)
        assert [each.last for each in await store.newest_open_alerts(limit=2)] == [made[2], made[1]]


async def test_an_alert_follows_its_transitions(tmp_path: Path) -> None:
    """It is open while it fires, resolved after that; an event has fired and was never open."""
    firing, resolved = transition(n=1), transition(Kind.RESOLVED, 2)
    event = transition(Kind.FIRED, episode="event")
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing, event], [], now=NOW)
        (alert,) = await store.open_alerts()
        assert (alert.id, alert.state, alert.last) == (firing.alert, AlertState.OPEN, firing)
        await store.commit([], [resolved], [], now=NOW)
        assert await store.open_alerts() == []
        assert [(each.last, each.state) for each in await store.alerts()] == [
            (resolved, AlertState.RESOLVED),
            (event, AlertState.FIRED),
        ]


async def test_a_notice_becomes_a_delivery_for_each_target(tmp_path: Path) -> None:
    """Each is pending, due at once, and carries the finished text."""
    firing = transition()
    async with open_store(tmp_path / "flow.db") as store:
        assert await store.commit([], [firing], [notice(firing, DESK, PHONE)], now=NOW) == 2
        phone, desk = await store.deliveries()
        assert (desk.target, phone.target) == (DESK, PHONE)
        assert desk.state is DeliveryState.PENDING
        assert desk.next_at == desk.created_at == NOW
        assert desk.notice == notice(firing, DESK)
        assert [each.id for each in await queue_of(store)] == [desk.id]


async def test_what_was_committed_is_not_told_again(tmp_path: Path) -> None:
    """A fold that commits a known transition again makes no delivery, not even for a channel named since."""
    firing = transition()
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK)], now=NOW)
        again = [notice(firing, DESK), notice(firing, PHONE, channel="phone")]
        assert await store.commit([], [firing], again, now=NOW) == 0
        assert len(await store.deliveries()) == 1
        assert len(await store.transitions(firing.alert)) == 1


async def test_a_commit_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """A notice that cannot be written takes the entries and the transitions of its batch with it."""
    firing = transition()
    twice = [notice(firing, DESK), notice(firing, DESK)]
    async with open_store(tmp_path / "flow.db") as store:
        with pytest.raises(apsw.ConstraintError):
            await store.commit([(NOW, update())], [firing], twice, now=NOW)
        summary = await store.summary()
        assert (summary.updates, sum(summary.alerts.values()), sum(summary.deliveries.values())) == (0, 0, 0)
        await store.commit([(NOW, update())], [firing], [notice(firing, DESK)], now=NOW)
        assert [chunk async for chunk in store.read_open_session()] == [[update()]]


async def test_a_resolve_goes_to_those_that_were_told_of_the_firing(tmp_path: Path) -> None:
    """Targets that the channel has gained or lost since, and channels named since, change nothing about it."""
    firing, resolved = transition(), transition(Kind.RESOLVED, 2)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK), notice(firing, PHONE, channel="phone")], now=NOW)
        asked = [notice(resolved, PHONE, title="resolved"), notice(resolved, DESK, channel="new")]
        assert await store.commit([], [resolved], asked, now=NOW) == 2
        told = [(each.notice.channel, each.target, each.notice.title) for each in await store.deliveries(limit=2)]
        assert told == [("phone", PHONE, "resolved"), ("desk", DESK, "resolved")]


async def test_a_resolve_of_what_was_never_told_goes_to_nobody(tmp_path: Path) -> None:
    """An alert that a cooldown held back opens and resolves in silence."""
    firing, resolved = transition(told=False), transition(Kind.RESOLVED, 2)
    async with open_store(tmp_path / "flow.db") as store:
        assert await store.commit([], [firing, resolved], [notice(resolved, DESK)], now=NOW) == 0
        assert await store.deliveries() == []


async def test_a_settled_delivery_is_never_written_again(tmp_path: Path) -> None:
    """Whoever tries has lost track of what was sent, and crashes rather than send twice."""
    firing = transition()
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK)], now=NOW)
        (delivery,) = await queue_of(store)
        await settle(store, delivery, DeliveryState.SENT, "accepted", NOW)
        with pytest.raises(LookupError, match="settled before"):
            await lease(store, delivery, NOW)
        (kept,) = await store.deliveries()
        assert kept.state is DeliveryState.SENT


async def test_the_summary_counts(tmp_path: Path) -> None:
    """Every state is named, also where it has none."""
    firing = transition()
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([(NOW, update())] * 3, [firing], [notice(firing, DESK)], now=NOW)
        summary = await store.summary()
    assert summary.updates == 3
    assert summary.alerts == {AlertState.OPEN: 1, AlertState.RESOLVED: 0, AlertState.FIRED: 0}
    assert {state for state, count in summary.deliveries.items() if count} == {DeliveryState.PENDING}
    assert set(summary.deliveries) == set(DeliveryState)


async def test_the_store_holds_no_url(tmp_path: Path) -> None:
    """Of a target only the key and the label are on disk."""
    firing = transition()
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK)], now=NOW)

        def targets(connection: apsw.Connection) -> list[tuple[object, ...]]:
            return list(connection.execute("SELECT * FROM targets"))

        assert await store._database.read(targets) == [(DESK.key, DESK.label)]
