"""Deliveries page by page, and those of one alert."""

from datetime import timedelta
from pathlib import Path

from flowalert.engine.notice import DeliveryState
from flowalert.store import Selection, open_store
from flowalert.store.sheet import read_sheet
from tests.store.sample import DESK, NOW, PHONE, firings


async def test_pages_follow_each_other_while_new_ones_come(tmp_path: Path) -> None:
    """Newest first; the counts are over all states, also where one is asked for."""
    async with open_store(tmp_path / "flow.db") as store:
        opened, notices = firings(6, DESK)
        await store.commit([], opened[:5], notices[:5], now=NOW)
        first = await store.sheet(Selection(states=(DeliveryState.PENDING,)), limit=3)
        await store.commit([], opened[5:], notices[5:], now=NOW)
        second = await store.sheet(Selection(states=(DeliveryState.PENDING,)), before=first.older, limit=3)
        none = await store.sheet(Selection(states=(DeliveryState.DEAD,)), limit=3)
    assert [line.delivery.id for line in first.lines + second.lines] == [5, 4, 3, 2, 1]
    assert second.older is None
    assert (none.lines, none.older) == ((), None)
    assert none.counts == {state: 6 if state is DeliveryState.PENDING else 0 for state in DeliveryState}


async def test_a_page_looks_through_so_many_and_no_more(tmp_path: Path) -> None:
    """Then it is short, and says where to go on; the counts are of the newest alone."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(5, DESK), now=NOW)
        ask = Selection(ids=(1,))
        found = await store._database.read(read_sheet, ask, before=None, limit=9, reach=3)
        assert (found.lines, found.older, found.counts[DeliveryState.PENDING]) == ((), 3, 3)
        found = await store._database.read(read_sheet, ask, before=found.older, limit=9, reach=3)
        assert ([line.delivery.id for line in found.lines], found.older) == ([1], None)


async def test_those_of_an_alert_are_its_own(tmp_path: Path) -> None:
    """The newest, oldest of them first."""
    async with open_store(tmp_path / "flow.db") as store:
        opened, notices = firings(3, DESK, PHONE)
        await store.commit([], opened, notices, now=NOW + timedelta(minutes=1))
        lines = await store.lines_of(opened[1].alert, limit=9)
        assert {line.transition.id for line in lines} == {opened[1].id}
        assert [line.delivery.target for line in lines] == [DESK, PHONE]
        assert [line.delivery.target for line in await store.lines_of(opened[1].alert, limit=1)] == [PHONE]
        assert await store.lines_of("0000", limit=9) == ()
