"""`flowalert status`, of stores and statuses made by hand; tests/operation has it beside real services."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowalert.cli.status import status
from flowalert.operation.status import find_status_file, write_status
from flowalert.store.lock import hold_lock
from tests.cli.settled import fill, invoke, write_settings
from tests.operation import sample


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A folder whose store this process holds, as a service does."""
    write_settings(tmp_path)
    fill(tmp_path)
    with hold_lock(tmp_path / "flow.db"):
        yield tmp_path


def say(folder: Path, **feed: Any) -> None:
    now = dt.datetime.now(dt.UTC)
    given = sample.status(given=sample.outlook(**feed), process=os.getpid(), written_at=now, started_at=now)
    write_status(find_status_file(folder / "flow.db"), given)


def test_what_needs_a_look_is_exit_code_1(running: Path) -> None:
    """A message that died long ago and a feed that is lost; whether it is alive is another question."""
    say(running, registered=0, lost_for=5.0, cause="Connection refused")
    done = invoke(status, running)
    assert done.exit_code == 1
    words = " ".join(done.stdout.split())
    assert "0 of 14 sectors registered" in words
    assert "look: a connection to the exchange has been lost for 5 s: Connection refused" in words
    assert "1 pending, 1 retrying, the oldest since 2026-11-23 09:51:00" in words
    assert invoke(status, running, "--alive").exit_code == 0


def test_programs_are_given_the_same(running: Path) -> None:
    """With the lag of the last update, and no secret."""
    say(running)
    done = invoke(status, running, "--format", "json")
    seen = json.loads(done.stdout)
    assert (seen["state"], seen["process"], seen["lag"]) == ("running", os.getpid(), 0.25)
    assert seen["deliveries"] == {"pending": 1, "retrying": 1}
    assert seen["outlook"]["open_alerts"] == 3
    assert seen["journal"]["bytes"] > 0
    assert "hunter2" not in done.output


def test_one_that_has_not_said_anything_starts(running: Path) -> None:
    """It holds the store, and has a minute."""
    done = invoke(status, running, "--alive", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (0, "starting")


def test_what_cannot_be_known_is_exit_code_4(tmp_path: Path) -> None:
    """Settings with mistakes, and a file that is no store."""
    write_settings(tmp_path, "feed: {}\nstores: flow.db\n")
    assert invoke(status, tmp_path).exit_code == 4
    (tmp_path / "flow.db").write_text("no store")
    done = invoke(status, tmp_path, "--store", str(tmp_path / "flow.db"))
    assert done.exit_code == 4
    assert "not a store" in done.output


def test_where_none_ever_ran_it_does_not_run(tmp_path: Path) -> None:
    """Exit code 3, and no file is made by asking."""
    write_settings(tmp_path)
    done = invoke(status, tmp_path)
    assert done.exit_code == 3
    assert "none ever ran on this store" in done.stdout
    assert sorted(each.name for each in tmp_path.iterdir()) == ["flowalert.yaml", "rules.yaml"]
