"""What people did, page by page."""

from datetime import timedelta
from pathlib import Path

from flowalert.engine.matcher import parse_matcher
from flowalert.store import Action, Inquiry, open_clerk, open_store
from tests.store.sample import NOW

MINUTE = timedelta(minutes=1)


async def test_pages_of_deeds_and_what_narrows_them(tmp_path: Path) -> None:
    """Newest first, by what was done, by whom and when."""
    async with open_store(tmp_path / "flow.db"), open_clerk(tmp_path / "flow.db") as clerk:
        for number in range(4):
            await clerk.add_silence(
                parse_matcher("sector=kospi"),
                starts_at=NOW,
                ends_at=None,
                by=("kim", "lee")[number % 2],
                reason="",
                now=NOW + number * MINUTE,
            )
        await clerk.end_silences([1], by="kimberly", now=NOW + 9 * MINUTE)

        async def ids(inquiry: Inquiry, before: int | None = None) -> list[int]:
            return [deed.id for deed in (await clerk.leaf(inquiry, before=before, limit=9)).deeds]

        first = await clerk.leaf(Inquiry(), limit=2)
        assert [deed.id for deed in first.deeds] == [5, 4]
        assert await ids(Inquiry(), first.older) == [3, 2, 1]
        assert (await clerk.leaf(Inquiry(), before=first.older, limit=3)).older is None
        assert await ids(Inquiry(actions=(Action.UNSILENCED,))) == [5]
        assert await ids(Inquiry(people=("kim",))) == [3, 1]
        assert await ids(Inquiry(people=("kim*",))) == [5, 3, 1]
        assert await ids(Inquiry(since=NOW + MINUTE, until=NOW + 3 * MINUTE)) == [3, 2]
        assert await clerk.people(limit=2) == ("kim", "kimberly")


async def test_the_silences_that_are_over_are_read_page_by_page(tmp_path: Path) -> None:
    """By a hand or by their time; those made last first."""
    async with open_store(tmp_path / "flow.db"), open_clerk(tmp_path / "flow.db") as clerk:
        for number in range(5):
            await clerk.add_silence(
                parse_matcher("sector=kospi"),
                starts_at=NOW,
                ends_at=None if number == 0 else NOW + number * MINUTE,
                by="kim",
                reason="",
                now=NOW,
            )
        await clerk.end_silences([5], by="kim", now=NOW + MINUTE)
        found, older = await clerk.ended_silences(NOW + 2 * MINUTE, limit=2)
        assert ([each.id for each in found], older) == ([5, 3], 3)
        found, older = await clerk.ended_silences(NOW + 2 * MINUTE, before=older, limit=2)
        assert ([each.id for each in found], older) == ([2], None)
