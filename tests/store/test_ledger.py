"""Deliveries looked up by what they are about."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from flowalert.engine.notice import DeliveryState
from flowalert.store import Selection, Store, open_reader, open_store
from tests.store.sample import DESK, NOW, PHONE, notice, transition


async def fill(store: Store) -> None:
    """Commit one alert a minute: `sellers` to the desk, `buyers-kospi` to desk and phone, `buyers[x]` to the phone."""
    told = (
        ("sellers", [("desk", DESK)]),
        ("buyers-kospi", [("desk", DESK), ("phone", PHONE)]),
        ("buyers[x]", [("phone", PHONE)]),
    )
    for minute, (rule, channels) in enumerate(told):
        opened = replace(transition(episode=rule), rule=rule)
        notices = [notice(opened, target, channel=channel, title=rule) for channel, target in channels]
        await store.commit([], [opened], notices, now=NOW + timedelta(minutes=minute))


async def chosen(store: Store, selection: Selection, limit: int = 100) -> list[int]:
    ledger = await store.ledger(selection, limit=limit)
    return [line.delivery.id for line in ledger.lines]


async def test_an_empty_selection_is_all_oldest_first(tmp_path: Path) -> None:
    """Each with the transition that it tells of; a limit leaves out the oldest, and the counts have them."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store)
        ledger = await store.ledger(Selection(), limit=3)
    assert [line.delivery.id for line in ledger.lines] == [2, 3, 4]
    assert [line.transition.rule for line in ledger.lines] == ["buyers-kospi", "buyers-kospi", "buyers[x]"]
    assert ledger.lines[0].delivery.notice.transition == ledger.lines[0].transition.id
    assert ledger.counts == {state: 4 if state is DeliveryState.PENDING else 0 for state in DeliveryState}


async def test_every_part_of_a_selection_narrows(tmp_path: Path) -> None:
    """A rule's name counts as it is, and as a pattern; a moment counts itself in."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store)
        assert await chosen(store, Selection(ids=(1, 4, 9))) == [1, 4]
        assert await chosen(store, Selection(channels=("phone",))) == [3, 4]
        assert await chosen(store, Selection(rules=("buyers*",))) == [2, 3, 4]
        assert await chosen(store, Selection(rules=("buyers[x]", "sellers"))) == [1, 4]
        assert await chosen(store, Selection(rules=("buyers-kospi",), channels=("desk",))) == [2]
        assert await chosen(store, Selection(states=(DeliveryState.DEAD,))) == []
        assert await chosen(store, Selection(since=NOW + timedelta(minutes=1))) == [2, 3, 4]
        assert await chosen(store, Selection(since=NOW + timedelta(minutes=1, milliseconds=1))) == [4]


async def test_the_names_are_those_that_the_store_has_heard_of(tmp_path: Path) -> None:
    """Read beside the service that holds the store."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store)
        async with open_reader(tmp_path / "flow.db") as reader:
            names = await reader.names()
    assert names.channels == ("desk", "phone")
    assert names.rules == ("buyers-kospi", "buyers[x]", "sellers")
