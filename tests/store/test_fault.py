"""A file that fails while it is in use: said in words, waited for where it may pass, and never half written."""

import os
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
import trio

from flowalert.store import StoreFailed, StoreRefused, open_reader, open_store
from flowalert.store.store import Store
from tests.store.sample import DESK, MONDAY, NINE, NOW, notice, transition, update

ROOT = Path(__file__).parents[2]  # from where `tests` is a package of a process of its own


def fill(connection: apsw.Connection, room: int) -> None:
    """Let the file grow by so many pages, as a disk would that is nearly full."""
    connection.pragma("max_page_count", connection.pragma("page_count") + room)


async def commit(store: Store, number: int) -> None:
    """Commit a few hundred entries, an alert and its delivery."""
    firing = transition(episode=str(number))
    entries = [(NOW, update(MONDAY + NINE + number, value=number * 400 + i)) for i in range(400)]
    await store.commit(entries, [firing], [notice(firing, DESK)], now=NOW)


async def counts(path: Path) -> tuple[int, int, int]:
    async with open_reader(path) as reader:
        summary = await reader.summary()
    return summary.updates, sum(summary.alerts.values()), sum(summary.deliveries.values())


async def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """A commit that finds no room goes through when there is room, whole and once."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        await commit(store, 0)
        await store._database.read(fill, 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(commit, store, 1)
            with trio.move_on_after(0.5):
                await trio.sleep_forever()
            # Refused a few times by now: nothing of it is there.
            assert await counts(path) == (400, 1, 1)
            await store._database.read(fill, 1_000)
        assert await counts(path) == (800, 2, 2)
        values = [entry.msval async for chunk in store.read_open_session() for entry in chunk]  # type: ignore[union-attr] # all are updates
    assert values == list(range(800))


async def test_a_service_that_is_to_stop_does_not_wait_for_long(tmp_path: Path) -> None:
    """What finds no room then is given up in words, and nothing of it is in the file; what was there before is."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        await commit(store, 0)
        await store._database.read(fill, 1)
        store.hurry()
        with pytest.raises(
            StoreFailed, match=rf"{path}: no room to write: the disk is full .* free some on {tmp_path}"
        ):
            await commit(store, 1)
        assert await counts(path) == (400, 1, 1)
        await store._database.read(fill, 1_000)
        await commit(store, 1)
    assert await counts(path) == (800, 2, 2)


async def test_a_file_that_is_locked_is_waited_for(tmp_path: Path) -> None:
    """A program that holds the file for longer than SQLite waits keeps a commit waiting, and loses nothing."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        await commit(store, 0)
        await store._database.read(apsw.Connection.set_busy_timeout, 20)
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(commit, store, 1)
            with trio.move_on_after(0.3):
                await trio.sleep_forever()
            assert await counts(path) == (400, 1, 1)
            other.execute("COMMIT")
        assert await counts(path) == (800, 2, 2)
        other.execute("BEGIN IMMEDIATE")
        store.hurry()
        with pytest.raises(StoreFailed, match=rf"locked by another program; end what holds it \(`fuser {path}`"):
            await commit(store, 2)
        other.close()
    assert await counts(path) == (800, 2, 2)


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_file_that_is_removed_under_the_service_ends_it(tmp_path: Path, suffix: str) -> None:
    """The next commit says so, instead of going on in a file that nobody can find, also where another has its name."""
    path = tmp_path / "flow.db"
    for replace in (False, True):
        with pytest.raises(StoreFailed, match=rf"{path}: the file was removed or replaced while .* put a backup"):  # noqa: PT012
            async with open_store(path) as store:
                await commit(store, 0)
                removed = path.with_name(path.name + suffix)
                removed.unlink()
                if replace:
                    removed.write_bytes(b"")
                await commit(store, 1)
        for each in tmp_path.iterdir():  # noqa: ASYNC240 - local files
            each.unlink()


def spoil(path: Path, table: str) -> None:
    """Write garbage into the middle of a table's pages, below the root."""
    connection = apsw.Connection(str(path))
    pages = [
        page
        for (page,) in connection.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,))
    ]
    size = connection.pragma("page_size")
    connection.close()
    with path.open("r+b") as file:
        file.seek((pages[len(pages) // 2] - 1) * size)
        file.write(b"\xa5" * size)


async def fill_store(path: Path) -> None:
    async with open_store(path) as store:
        for number in range(20):
            await commit(store, number)


@pytest.mark.parametrize("table", ["journal", "transitions", "deliveries"])
async def test_a_damaged_page_is_found_at_the_start(tmp_path: Path, table: str) -> None:
    """It is refused in words that name the file and the way out, and not one byte of it changes."""
    path = tmp_path / "flow.db"
    await fill_store(path)
    spoil(path, table)
    before = path.read_bytes()
    with pytest.raises(StoreRefused, match=rf"{path}: the store is damaged \(.*left as it is: restore a backup"):
        async with open_store(path):
            pass
    assert path.read_bytes() == before


async def test_a_page_that_is_damaged_under_the_service_ends_it(tmp_path: Path) -> None:
    """Whoever meets it, reading or writing, ends with the same words."""
    path = tmp_path / "flow.db"
    await fill_store(path)
    async with open_store(path) as store:
        spoil(path, "journal")
        with pytest.raises(StoreFailed, match=rf"{path}: the store is damaged"):
            async for _ in store.read_open_session():
                pass


async def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a copy is no store, and is left as it is."""
    path = tmp_path / "flow.db"
    await fill_store(path)
    whole = path.read_bytes()
    for length in (1_000, 5 * 4_096, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(StoreRefused, match=r"the store is damaged"):
            async with open_store(path):
                pass
        assert path.read_bytes() == whole[:length]


async def test_a_log_that_is_gone_takes_its_own_commits_and_no_half_of_one(tmp_path: Path) -> None:
    """Without the write-ahead log of a killed service the store is as it was at some commit before."""
    path = tmp_path / "flow.db"
    await fill_store(path)
    async with open_store(path) as store:
        await commit(store, 20)
        # As a kill leaves it, without what was in the log.
        (tmp_path / "killed.db").write_bytes(path.read_bytes())
    assert await counts(path) == (21 * 400, 21, 21)
    async with open_store(tmp_path / "killed.db") as store:
        await commit(store, 20)
    assert await counts(tmp_path / "killed.db") == (21 * 400, 21, 21)


async def commit_as_nobody(path: Path, warm_up: Path) -> None:
    """Print how a user without rights is refused."""
    # What is imported at the first use may lie where nobody but root can read.
    await fill_store(warm_up)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65_534)
        os.setuid(65_534)
    try:
        async with open_store(path):
            pass
    except StoreRefused as refused:
        print(refused)  # noqa: T201 - this is how the test hears of it


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_store_that_must_not_be_written_is_refused(tmp_path: Path, what: str) -> None:
    """A user without the right to is told which right is missing, and where; the file stays as it is."""
    folder = tmp_path / "store"
    folder.mkdir()
    path = folder / "flow.db"
    trio.run(fill_store, path)
    before = path.read_bytes()
    # Everything else is in anybody's reach: root is no user to try this as.
    for each in (*tmp_path.parents, tmp_path):
        if each.owner() == tmp_path.owner() and each.is_relative_to(tmp_path.parents[2]):
            each.chmod(0o755)
    path.chmod(0o644 if what == "folder" else 0o444)
    (folder / "flow.db.lock").chmod(0o666)
    folder.chmod(0o555 if what == "folder" else 0o777)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.store.test_fault", str(path), str(tmp_path / "warm-up.db")],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
    finally:
        folder.chmod(0o755)
    assert f"{path}: it cannot be written to" in done.stdout, done.stderr
    assert f"the right to write to it and to the folder {folder}" in done.stdout
    assert path.read_bytes() == before


if __name__ == "__main__":
    trio.run(commit_as_nobody, Path(sys.argv[1]), Path(sys.argv[2]))
