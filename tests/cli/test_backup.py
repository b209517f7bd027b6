"""`flowalert backup`, as a user runs it."""

import subprocess
from pathlib import Path

import trio

from flowalert.store import open_reader
from tests.program import run_program
from tests.store.test_fault import fill_store


def test_it_says_what_was_copied_and_how_to_restore_it(tmp_path: Path) -> None:
    """The line that it prints, run as it stands, brings the store back."""
    trio.run(fill_store, tmp_path / "flow.db")
    done = run_program("backup", "copy.db", "--store", "flow.db", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    first, restore = done.stdout.splitlines()
    assert first.startswith("copy.db: 0.")
    assert first.endswith("every page checked")
    (tmp_path / "flow.db").write_bytes(b"lost")
    subprocess.run(restore.removeprefix("To restore it, stop the service, then: "), shell=True, check=True)  # noqa: S602 - our own words

    async def count() -> int:
        async with open_reader(tmp_path / "flow.db") as reader:
            return (await reader.summary()).updates

    assert trio.run(count) == 20 * 400


def test_what_cannot_be_done_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    """Without a store, and with a file in its place, it ends with 4 and words."""
    done = run_program("backup", "copy.db", "--store", "flow.db", folder=tmp_path)
    assert (done.returncode, "no such store" in done.stderr) == (4, True)
    trio.run(fill_store, tmp_path / "flow.db")
    (tmp_path / "copy.db").write_bytes(b"theirs")
    done = run_program("backup", "copy.db", "--store", "flow.db", folder=tmp_path)
    assert (done.returncode, "--force" in done.stderr) == (4, True)
    assert run_program("backup", "copy.db", "--store", "flow.db", "--force", folder=tmp_path).returncode == 0
