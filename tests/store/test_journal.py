"""The journal: what goes in comes out, and a restart folds whole sessions."""

import datetime as dt
from itertools import dropwhile
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings, strategies as st

from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.instant import DAY
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.store import Reader, open_store, store as store_module
from tests.store.sample import MONDAY, NINE, NOW, update

FIGURE = st.none() | st.integers(-(2**62), 2**62)
AT = st.integers(MONDAY, MONDAY + DAY - 1)
TEXT = st.text(max_size=20)
VENUE = st.sampled_from(Venue)
SERIES = st.builds(series, VENUE, st.sampled_from(["001", "101", "999"]), st.sampled_from(["0017", "9999", "4242"]))
ENTRY = st.one_of(
    st.builds(Update, SERIES, AT, *[FIGURE] * 8, st.sampled_from(["09510000", ""])),
    st.builds(SlotClosed, VENUE, AT),
    st.builds(FeedLost, AT, TEXT, st.lists(st.sampled_from(["krx/001", "nxt/301"])).map(tuple)),
    st.builds(FeedBack, AT, st.lists(st.sampled_from(["krx/001", "nxt/301"])).map(tuple)),
    st.builds(FeedSilent, AT, TEXT),
    st.builds(FeedHeard, AT),
    st.builds(SessionClosed, VENUE, AT),
)
OF_NO_VENUE = FeedLost | FeedBack | FeedSilent | FeedHeard


async def read(store: Reader) -> list[Entry]:
    return [entry async for chunk in store.read_open_session() for entry in chunk]


async def write(store: store_module.Store, *entries: Entry) -> None:
    await store.commit([(NOW, entry) for entry in entries], [], [], now=NOW)


async def test_an_empty_journal_is_read(tmp_path: Path) -> None:
    """There is nothing to fold, and no session."""
    async with open_store(tmp_path / "flow.db") as store:
        assert await read(store) == []
        assert await store.sessions() == []


@settings(max_examples=15, deadline=None)
@given(batches=st.lists(st.lists(ENTRY, max_size=12), max_size=5), chunk=st.integers(1, 7))
def test_a_day_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Entry]], chunk: int
) -> None:
    """Every entry of a day is read back equal and in order, in chunks of any size.

    The day begins with the first entry that has a venue; where there is none, everything is read.
    """
    path = tmp_path_factory.mktemp("store") / "flow.db"

    async def run() -> None:
        async with open_store(path) as store:
            for batch in batches:
                await write(store, *batch)
        async with open_store(path) as store:
            written = [entry for batch in batches for entry in batch]
            day = list(dropwhile(lambda entry: isinstance(entry, OF_NO_VENUE), written))
            assert await read(store) == (day or written)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "_CHUNK", chunk)
        trio.run(run)


async def test_only_the_newest_day_is_folded(tmp_path: Path) -> None:
    """Yesterday, closed or not, is not part of the open session once today has begun at the same venue."""
    yesterday, today = update(MONDAY + NINE), update(MONDAY + DAY + NINE)
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, yesterday, today)
        assert await read(store) == [today]


async def test_sessions_are_listed_newest_first(tmp_path: Path) -> None:
    """Each has its venue, its date, and the entries at which it began and was closed."""
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, update(), SessionClosed(Venue.KRX, MONDAY + 18 * 3600), update(MONDAY + DAY + NINE))
        assert [(s.venue, s.date, s.first_seq, s.closed_seq) for s in await store.sessions()] == [
            (Venue.KRX, dt.date(2026, 11, 24), 3, None),
            (Venue.KRX, dt.date(2026, 11, 23), 1, 2),
        ]


async def test_overlapping_sessions_of_a_day_are_folded_from_the_earlier(tmp_path: Path) -> None:
    """NXT opens before KRX: both are folded whole."""
    early = update(MONDAY + 8 * 3600, venue=Venue.NXT)
    late = update(MONDAY + NINE)
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, update(MONDAY - DAY), SessionClosed(Venue.KRX, MONDAY - DAY), early, late)
        assert await read(store) == [early, late]


async def test_a_session_still_open_is_folded_beside_the_newest(tmp_path: Path) -> None:
    """A venue whose last session nobody closed is still open for the engine when another's next one begins."""
    open_still = update(MONDAY + NINE)
    next_day = update(MONDAY + DAY + NINE, venue=Venue.NXT)
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, open_still, next_day)
        assert await read(store) == [open_still, next_day]


async def test_a_closed_session_is_not_folded_beside_the_newest(tmp_path: Path) -> None:
    """Between KRX's close and its next opening, a restart folds what NXT has begun and nothing of yesterday."""
    closed = SessionClosed(Venue.KRX, MONDAY + 18 * 3600)
    next_day = update(MONDAY + DAY + 8 * 3600, venue=Venue.NXT)
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, update(MONDAY + NINE), closed, next_day)
        assert await read(store) == [next_day]


async def test_no_session_is_folded_by_half(tmp_path: Path) -> None:
    """Where the fold begins in the middle of another venue's closed session, the rest of that one is left out."""
    begun_before = [update(MONDAY + NINE + i, venue=Venue.NXT) for i in range(2)]
    closed = SessionClosed(Venue.NXT, MONDAY + 20 * 3600)
    krx = update(MONDAY + NINE)
    lost = FeedLost(MONDAY + NINE, "reset")
    today = update(MONDAY + DAY + NINE, venue=Venue.NXT)
    async with open_store(tmp_path / "flow.db") as store:
        await write(store, begun_before[0], krx, lost, begun_before[1], closed, today)
        assert await read(store) == [krx, lost, today]


async def test_a_venue_long_left_is_not_folded(tmp_path: Path) -> None:
    """A session that nobody closed, older than a week, does not bring weeks of journal into a start."""
    async with open_store(tmp_path / "flow.db") as store:
        today = update(MONDAY + 8 * DAY)
        await write(store, update(MONDAY, venue=Venue.NXT), update(MONDAY + DAY), today)
        assert await read(store) == [today]
