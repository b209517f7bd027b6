"""`flowalert audit`: what people did, newest last."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from flowalert.cli.ack import ack
from flowalert.cli.audit import audit
from flowalert.cli.deliveries import deliveries
from flowalert.cli.silence import silence
from flowalert.cli.silences import silences
from flowalert.cli.unsilence import unsilence
from flowalert.store import open_clerk
from flowalert.store.schema import VERSION
from tests.cli.settled import fill, invoke, write_settings
from tests.store.sample import NOW, transition

ALERT = transition(episode="0").alert


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings and a store, in which somebody did one thing of each kind."""
    fill(write_settings(tmp_path))
    for command, arguments in (
        (silence, ("sector=kosdaq", "--for", "1h", "--reason", "maintenance")),
        (unsilence, ("1",)),
        (ack, (ALERT, "--comment", "on it")),
        (ack, ("--undo", ALERT)),
        (deliveries, ("--retry", "--force", "1", "2")),
    ):
        assert invoke(command, tmp_path, *arguments, "--by", "kim").exit_code == 0
    return tmp_path


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(invoke(audit, folder, *arguments, "--format", "json").stdout)["deeds"]
    return found


def test_what_people_did_is_listed(folder: Path) -> None:
    """Each with when, who, what and of what."""
    done = invoke(audit, folder)
    assert done.exit_code == 0
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in done.stdout.splitlines()]
    assert [row[1:] for row in rows] == [
        ["who", "did", "what"],
        ["kim", "silenced", "1: sector=kosdaq, maintenance"],
        ["kim", "unsilenced", "1: sector=kosdaq"],
        ["kim", "acknowledged", f"sellers · 코스피 외국인 ({ALERT}): on it"],
        ["kim", "unacknowledged", f"sellers · 코스피 외국인 ({ALERT})"],
        ["kim", "retried", "deliveries 1, 2, sent before"],
    ]


def test_the_newest_are_listed_last(folder: Path) -> None:
    """At most so many."""
    assert [each["id"] for each in listed(folder, "--limit", "2")] == [4, 5]
    assert [each["action"] for each in listed(folder)][-1] == "retried"
    assert listed(folder)[2]["detail"] == {"rule": "sellers", "scope": "krx/001/0017", "comment": "on it"}


def test_what_was_done_since_a_moment_is_listed(folder: Path) -> None:
    """One that is yet to come is an error."""
    assert len(listed(folder, "--since", "2020-01-01")) == 5
    done = invoke(audit, folder, "--since", "2199-01-01")
    assert done.exit_code == 2
    assert "is yet to come" in " ".join(done.output.split())


def test_a_rule_file_that_was_written_on_a_page_is_listed(tmp_path: Path) -> None:
    """With how much of it changed."""
    fill(write_settings(tmp_path))

    async def write() -> None:
        async with open_clerk(tmp_path / "flow.db") as clerk:
            await clerk.note_rules_written(
                "rules/a.yaml", digests=("x", "y"), added=1_200, removed=3, by="kim", now=NOW
            )

    trio.run(write)
    assert "rules/a.yaml: 1,200 lines added, 3 removed" in invoke(audit, tmp_path).stdout
    assert listed(tmp_path)[0]["detail"] == {"before": "x", "after": "y", "added": 1200, "removed": 3}


def test_nothing_is_said_to_be_nothing(tmp_path: Path) -> None:
    """A store in which nobody did anything."""
    fill(write_settings(tmp_path))
    assert invoke(audit, tmp_path).stdout == "Nothing was done by hand.\n"


def test_a_store_of_an_older_version_is_said(folder: Path) -> None:
    """It has nowhere to look; the service brings it up to date."""
    with closing(sqlite3.connect(folder / "flow.db")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")
    for command in (audit, silences, ack):
        done = invoke(command, folder)
        assert done.exit_code == 4
        assert "written by an older flowalert" in done.output


def test_no_store_is_said(tmp_path: Path) -> None:
    """With a code of its own."""
    done = invoke(audit, write_settings(tmp_path))
    assert done.exit_code == 4
    assert "no such store" in done.output
