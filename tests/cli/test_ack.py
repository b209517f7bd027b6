"""`flowalert ack`: what is open and who has taken it on, also beside a service."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import Result
from msgspec.structs import replace

from flowalert.cli.ack import ack
from flowalert.cli.report.short_id import shorten
from flowalert.engine.ack import Ack
from flowalert.engine.transition import Kind, Scope
from flowalert.market.venue import Venue
from flowalert.store import open_reader, open_store
from tests.cli.settled import invoke, write_settings
from tests.program import run_program
from tests.store.sample import NOW, transition

KOSPI, OVER, EVENT, OLD = (transition(episode=each) for each in ("kospi", "over", "event", "old"))
KOSDAQ = replace(transition(episode="kosdaq"), scope=Scope(Venue.KRX, "301", "0017"))
RESOLVED = transition(Kind.RESOLVED, 2, episode="over")
FIRED, FIRED_BEFORE = (replace(transition(Kind.FIRED, episode=each), rule="turns") for each in ("event", "old"))
BY = ("--by", "kim")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings, and a store with two open alerts, one that is resolved, and an old and a new event."""

    async def fill() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([], [KOSPI, KOSDAQ, OVER, RESOLVED, FIRED_BEFORE], [], now=NOW)
            await store.commit([], [FIRED], [], now=dt.datetime.now(dt.UTC))

    trio.run(fill)
    return write_settings(tmp_path)


def look(folder: Path) -> dict[str, Ack]:
    async def read() -> dict[str, Ack]:
        async with open_reader(folder / "flow.db") as reader:
            return await reader.acks()

    return trio.run(read)


def listed(folder: Path, *arguments: str) -> list[str]:
    done = invoke(ack, folder, *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["alerts"]
    return [each["alert"] for each in found]


def words(done: Result) -> str:
    return " ".join(done.output.split())


def test_what_is_open_is_listed_with_the_ids_that_are_taken(folder: Path) -> None:
    """Events only when asked for, and never those of before yesterday."""
    assert set(listed(folder)) == {KOSPI.alert, KOSDAQ.alert}
    assert set(listed(folder, "--events")) == {KOSPI.alert, KOSDAQ.alert, FIRED.alert}
    done = invoke(ack, folder)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert sorted(row[0] for row in rows[1:3]) == sorted(each.alert[:6] for each in (KOSPI, KOSDAQ))
    assert "1 more in the events of the last 24 hours; --events lists them" in done.stdout
    for row in rows[1:3]:
        assert invoke(ack, folder, row[0], *BY).exit_code == 0
    assert set(look(folder)) == {KOSPI.alert, KOSDAQ.alert}
    assert "Nothing is open that is not acknowledged." in invoke(ack, folder).stdout


def test_an_alert_is_acknowledged_with_a_comment(folder: Path) -> None:
    """It leaves the one list, and stands in the other with who, when and what they said."""
    done = invoke(ack, folder, KOSPI.alert[:5].upper(), "--comment", "on it", *BY)
    assert done.stdout == f"acknowledged: sellers · 코스피 외국인 ({KOSPI.alert})\n"
    (made,) = look(folder).values()
    assert (made.alert, made.by, made.comment) == (KOSPI.alert, "kim", "on it")
    assert listed(folder) == [KOSDAQ.alert]
    assert listed(folder, "--undo") == [KOSPI.alert]
    assert "on it" in invoke(ack, folder, "--undo").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("sellers",), {KOSPI.alert, KOSDAQ.alert}),
        (("sel*",), {KOSPI.alert, KOSDAQ.alert}),
        (("sellers", "코스닥"), {KOSDAQ.alert}),
        (("sellers", "kospi", "foreign"), {KOSPI.alert}),
        (("turns",), {FIRED.alert}),
        (("--all",), {KOSPI.alert, KOSDAQ.alert}),
        (("--all", "--events"), {KOSPI.alert, KOSDAQ.alert, FIRED.alert}),
    ],
)
def test_alerts_are_named_by_rule_and_scope(folder: Path, arguments: tuple[str, ...], expected: set[str]) -> None:
    """All that are meant, of those that are open and of the events of late."""
    assert invoke(ack, folder, *arguments, *BY).exit_code == 0
    assert set(look(folder)) == expected


def test_what_is_acknowledged_stays_with_whom_it_is(folder: Path) -> None:
    """The others of the rule are acknowledged; when there are none, nothing is done."""
    invoke(ack, folder, KOSPI.alert, *BY)
    assert invoke(ack, folder, "sellers", "--by", "lee").exit_code == 0
    assert {alert: each.by for alert, each in look(folder).items()} == {KOSPI.alert: "kim", KOSDAQ.alert: "lee"}
    done = invoke(ack, folder, "sellers", "kospi", "--by", "lee")
    assert done.exit_code == 1
    assert done.stderr == f"alert {KOSPI.alert} of sellers was acknowledged by kim\n"


def test_an_acknowledgement_is_withdrawn(folder: Path) -> None:
    """Of those that are meant and have one; when there is none, nothing is done."""
    invoke(ack, folder, "sellers", "kospi", *BY)
    done = invoke(ack, folder, "--undo", "sellers", "--format", "json")
    assert [each["alert"] for each in json.loads(done.stdout)["withdrawn"]] == [KOSPI.alert]
    assert look(folder) == {}
    done = invoke(ack, folder, "--undo", "sellers", "kospi")
    assert done.exit_code == 1
    assert done.stderr == f"alert {KOSPI.alert} of sellers is not acknowledged\n"
    assert "Nothing that is open is acknowledged." in invoke(ack, folder, "--undo").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("selers",), 2, "there is no alert and no rule 'selers'; did you mean sellers?"),
        (("zzz",), 2, "there is no alert and no rule 'zzz'; open is sellers, turns"),
        (("beef",), 2, "there is no alert and no rule 'beef'; open is sellers, turns"),
        (("sellers", "kospii"), 2, "'kospii' is no sector, investor or venue"),
        ((KOSPI.alert, "kospi"), 2, f"{KOSPI.alert} is an alert by itself; leave kospi out"),
        (("sellers", "--all"), 2, "name an alert or write --all, not both"),
        (("--comment", "x"), 2, "--comment is for acknowledging; name an alert, or write --all"),
        (("sellers", "--undo", "--comment", "x"), 2, "--comment is for acknowledging"),
        (("sellers", "kp200"), 1, "no alert of sellers is open at kp200; there is one at krx/001/0017, krx/301/0017"),
        ((RESOLVED.alert,), 1, f"alert {RESOLVED.alert} of sellers is resolved; nothing is left to acknowledge"),
        ((OLD.alert[:8],), 1, f"alert {OLD.alert} of turns is an event of more than 24 hours ago"),
    ],
)
def test_nothing_is_done_for_a_reason(folder: Path, arguments: tuple[str, ...], code: int, what: str) -> None:
    """An unknown name is wrong usage; a known one that has nothing open is not."""
    done = invoke(ack, folder, *arguments)
    assert done.exit_code == code
    assert what in words(done)
    assert look(folder) == {}


def test_a_rule_that_has_nothing_open_is_no_mistake(tmp_path: Path) -> None:
    """Nor is an empty list."""
    write_settings(tmp_path)

    async def fill() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([], [OVER, RESOLVED], [], now=NOW)

    trio.run(fill)
    assert invoke(ack, tmp_path).stdout == "Nothing is open that is not acknowledged.\n"
    for arguments, what in (
        (("sellers",), "no alert of sellers is open; nothing to acknowledge\n"),
        (("--all",), "nothing is open\n"),
    ):
        done = invoke(ack, tmp_path, *arguments)
        assert (done.exit_code, done.stderr) == (1, what)


def test_ids_are_as_short_as_can_be_told_apart() -> None:
    """All of the same length, of six digits or more."""
    assert shorten(["aaaaaaa1", "bbbbbbb1"]) == {"aaaaaaa1": "aaaaaa", "bbbbbbb1": "bbbbbb"}
    assert shorten(["aaaaaaa1", "aaaaaaa2"]) == {"aaaaaaa1": "aaaaaaa1", "aaaaaaa2": "aaaaaaa2"}
    assert shorten([]) == {}


def test_no_store_is_said(tmp_path: Path) -> None:
    """With a code of its own; none is made."""
    write_settings(tmp_path)
    for arguments in ((), ("sellers",)):
        done = invoke(ack, tmp_path, *arguments)
        assert done.exit_code == 4
        assert "no such store; start the service once" in done.output
    assert not (tmp_path / "flow.db").exists()


async def test_an_alert_is_acknowledged_beside_a_service(folder: Path) -> None:
    """While another process holds the store, which sees it."""
    async with open_store(folder / "flow.db") as store:
        done = await trio.to_thread.run_sync(lambda: run_program("ack", "sellers", "kospi", *BY, folder=folder))
        assert done.returncode == 0, done.stderr
        assert list(await store.acks()) == [KOSPI.alert]
