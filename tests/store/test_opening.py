"""Opening a store: made whole, held alone, and nobody else's file touched."""

import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest
import trio

from flowalert.store import StoreRefused, open_reader, open_store
from flowalert.store.schema import VERSION
from tests.store.sample import NOW, update


async def test_a_new_store_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """The file and what SQLite puts beside it have mode 0600."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([(NOW, update())], [], [], now=NOW)
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}  # noqa: ASYNC240 - local files
    assert modes == dict.fromkeys(("flow.db", "flow.db-wal", "flow.db-shm", "flow.db.lock"), 0o600)


async def test_the_promises_of_the_file_are_set(tmp_path: Path) -> None:
    """It is in WAL with synchronous FULL and foreign keys: what `commit` returned for is on disk."""
    async with open_store(tmp_path / "flow.db") as store:

        def pragmas(connection: apsw.Connection) -> list[object]:
            return [connection.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")]

        assert await store._database.read(pragmas) == ["wal", 2, 1]


async def test_a_second_service_is_refused_in_words(tmp_path: Path) -> None:
    """While one process holds the store another is told who does, and can take it once that has ended."""
    path = tmp_path / "flow.db"
    script = (
        "import sys, trio; from pathlib import Path; from flowalert.store import open_store\n"
        "async def main():\n"
        "    async with open_store(Path(sys.argv[1])):\n"
        "        print('open', flush=True)\n"
        "        await trio.to_thread.run_sync(sys.stdin.read)\n"
        "trio.run(main)\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220 - our own interpreter; the test waits for it on purpose
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreRefused, match=rf"flow\.db: in use by process {other.pid}; .* stop that one"):
            async with open_store(path):
                pass
        other.kill()
    async with open_store(path):
        pass


async def test_a_store_is_opened_again_in_the_same_process(tmp_path: Path) -> None:
    """The lock ends with the block."""
    for _ in range(2):
        async with open_store(tmp_path / "flow.db"):
            pass


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"rules:\n  - name: x\n", "not a store of flowalert and not an SQLite file"),
        (b"", "not a store of flowalert and not an SQLite file"),
        (b"SQLite format 3\0", "not a store of flowalert and not an SQLite file"),
    ],
)
async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes, words: str) -> None:
    """It is refused with the path and what to do, and not one byte of it changes."""
    path = tmp_path / "flow.db"
    path.write_bytes(content)
    with pytest.raises(StoreRefused, match=rf"flow\.db: {words}.* name another file"):
        async with open_store(path):
            pass
    assert path.read_bytes() == content


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """An SQLite file without the mark is refused and not one byte of it changes."""
    path = tmp_path / "flow.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreRefused, match="of another program"):
        async with open_store(path):
            pass
    with pytest.raises(StoreRefused, match="of another program"):
        async with open_reader(path):
            pass
    assert path.read_bytes() == before


async def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    """A version above our own is refused, also where the version is only in the write-ahead log yet."""
    path = tmp_path / "flow.db"
    async with open_store(path):
        pass
    newer = apsw.Connection(str(path))
    newer.pragma("user_version", VERSION + 1)
    for _ in range(2):
        before = path.read_bytes()
        with pytest.raises(StoreRefused, match=f"newer flowalert.*version {VERSION + 1}, this one knows {VERSION}"):
            async with open_store(path):
                pass
        assert path.read_bytes() == before
        newer.close()


async def test_a_store_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(StoreRefused, match=r"the folder .*absent does not exist"):
        async with open_store(tmp_path / "absent" / "flow.db"):
            pass


async def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """The message has the system's own word for what is wrong."""
    with pytest.raises(StoreRefused, match=r"cannot be read \(Is a directory\)"):
        async with open_store(tmp_path):
            pass


async def test_a_reader_reads_beside_the_service(tmp_path: Path) -> None:
    """Questions are answered while a service holds the store, and see what it committed."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store, open_reader(path) as reader:
        await store.commit([(NOW, update())], [], [], now=NOW)
        assert (await reader.summary()).updates == 1


async def test_a_reader_makes_nothing(tmp_path: Path) -> None:
    """Without a store a question is refused, and no file comes into being."""
    with pytest.raises(StoreRefused, match="no such store"):
        async with open_reader(tmp_path / "flow.db"):
            pass
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - local files


async def test_a_file_cut_off_in_its_making_is_no_obstacle(tmp_path: Path) -> None:
    """What a crash left of a store in the making is thrown away."""
    (tmp_path / "flow.db.new").write_bytes(b"half")
    async with open_store(tmp_path / "flow.db") as store:
        assert (await store.summary()).updates == 0


async def test_an_opening_that_is_cancelled_leaves_no_thread(tmp_path: Path) -> None:
    """Or the process would wait for it for ever when it ends."""
    path = tmp_path / "flow.db"
    async with open_store(path):
        pass
    before = threading.active_count()
    for _ in range(20):
        with trio.CancelScope() as scope:
            scope.cancel()
            async with open_reader(path) as reader:
                await reader.summary()
    assert scope.cancelled_caught
    with trio.fail_after(10):
        while threading.active_count() > before:  # noqa: ASYNC110 - a thread tells nobody that it ends
            await trio.sleep(0.01)
