"""The updates of one series out of the journal."""

from pathlib import Path

from flowalert.market.entry import SlotClosed
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.store import open_store
from tests.store.sample import MONDAY, NINE, NOW, update

OPEN = MONDAY + NINE


async def test_one_series_between_two_moments(tmp_path: Path) -> None:
    """Whatever else is in the journal before, between and after; both moments are counted in."""
    async with open_store(tmp_path / "flow.db") as store:
        entries = [
            entry
            for day in range(3)
            for slot in range(40)
            for at in [OPEN + day * DAY + 30 * slot]
            for entry in (
                update(at, value=slot),
                update(at, sector="301", value=-slot),
                SlotClosed(Venue.KRX, at),
            )
        ]
        await store.commit([(NOW, entry) for entry in entries], [], [], now=NOW)
        of = update().series
        begin = OPEN + DAY + 300
        found = await store.extract(of, begin, begin + 90, limit=10)
        assert [(each.at, each.msval, each.series) for each in found] == [
            (begin + 30 * number, 10 + number, of) for number in range(4)
        ]
        assert [each.msval for each in await store.extract(of, begin, begin + 90, limit=2)] == [10, 11]
        assert found[0] == update(begin, value=10)
        assert len(await store.extract(of, 0, OPEN + 9 * DAY, limit=1_000)) == 120
        assert not await store.extract(of, OPEN + 5 * DAY, OPEN + 6 * DAY, limit=9)
        assert not await store.extract(update(sector="900").series, begin, begin + 90, limit=9)


async def test_an_empty_journal_has_none(tmp_path: Path) -> None:
    """And no error."""
    async with open_store(tmp_path / "flow.db") as store:
        assert not await store.extract(update().series, 0, OPEN, limit=9)
