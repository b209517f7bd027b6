"""A copy of a store: taken while the service commits, whole, sound, and its owner's alone."""

from functools import partial
from pathlib import Path

import pytest
import trio

from flowalert.engine.notice import DeliveryState
from flowalert.store import StoreRefused, copy_store, open_store
from tests.store.sample import DESK, MONDAY, NINE, NOW, PHONE, notice, transition, update
from tests.store.test_fault import fill_store, spoil

BATCH = 50


async def test_a_copy_in_the_middle_of_commits_is_a_beginning_of_the_journal(tmp_path: Path) -> None:
    """It has whole commits alone, all of those before some moment; the service commits on meanwhile."""
    path, copies = tmp_path / "flow.db", [tmp_path / f"copy{number}.db" for number in range(3)]
    committed = 0
    during: list[int] = []
    async with open_store(path) as store:

        async def commit() -> None:
            nonlocal committed
            firing = transition(episode=str(committed))
            entries = [(NOW, update(MONDAY + NINE + committed, value=committed * BATCH + i)) for i in range(BATCH)]
            await store.commit(entries, [firing], [notice(firing, DESK, PHONE)], now=NOW)
            committed += 1

        async def commit_for_ever() -> None:
            while True:
                await commit()

        for _ in range(100):
            await commit()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(commit_for_ever)
            for copy in copies:
                before = committed
                made = await trio.to_thread.run_sync(partial(copy_store, path, copy))
                during.append(committed - before)
                assert made.size == copy.stat().st_size
            nursery.cancel_scope.cancel()
    assert sum(during) > 0
    least = 100
    for copy in copies:
        async with open_store(copy) as store:
            summary = await store.summary()
            batches = sum(summary.alerts.values())
            assert least <= batches <= committed
            assert summary.deliveries[DeliveryState.PENDING] == 2 * batches
            values = [entry.msval async for chunk in store.read_open_session() for entry in chunk]  # type: ignore[union-attr] # all are updates
            assert values == list(range(batches * BATCH))
            least = batches


async def test_a_copy_is_one_file_of_its_owners(tmp_path: Path) -> None:
    """Mode 0600, no log beside it, and no trace of its making."""
    await fill_store(tmp_path / "flow.db")
    told: list[float] = []
    copy_store(tmp_path / "flow.db", tmp_path / "copy.db", tell=told.append)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.db"]  # noqa: ASYNC240 - local files
    assert told[-1] == 1.0


async def test_a_file_in_its_place_is_replaced_on_request_alone(tmp_path: Path) -> None:
    """It is left as it is, and the store itself is never replaced."""
    path, copy = tmp_path / "flow.db", tmp_path / "copy.db"
    await fill_store(path)
    copy.write_bytes(b"theirs")
    with pytest.raises(StoreRefused, match=r"copy\.db: there is a file of this name; .* --force"):
        copy_store(path, copy)
    assert copy.read_bytes() == b"theirs"
    copy_store(path, copy, replace=True)
    with pytest.raises(StoreRefused, match="that is the store itself"):
        copy_store(path, path, replace=True)
    async with open_store(copy) as store:
        assert (await store.summary()).updates == 20 * 400


@pytest.mark.parametrize("table", ["journal", "deliveries"])
async def test_a_damaged_store_has_no_copy(tmp_path: Path, table: str) -> None:
    """Its copy would be taken for a good one: there is none, and an older one stays."""
    path, copy = tmp_path / "flow.db", tmp_path / "copy.db"
    await fill_store(path)
    spoil(path, table)
    copy.write_bytes(b"yesterday's")
    with pytest.raises(StoreRefused, match=r"flow\.db: the store is damaged"):
        copy_store(path, copy, replace=True)
    assert copy.read_bytes() == b"yesterday's"
    assert not (tmp_path / ".copy.db.part").exists()


async def test_a_copy_into_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """The message names the file and what is wrong."""
    await fill_store(tmp_path / "flow.db")
    with pytest.raises(StoreRefused, match=r"copy\.db: cannot be written \(No such file or directory\)"):
        copy_store(tmp_path / "flow.db", tmp_path / "absent" / "copy.db")
