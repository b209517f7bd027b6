"""`flowalert deliveries`: what became of every notice, and one more try, also beside a running service."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import Result
from msgspec.structs import replace

from flowalert.cli.deliveries import deliveries
from flowalert.delivery import Channel, Doorbell, Orders, Target, parse_target, run_delivery
from flowalert.delivery.outcome import Retry
from flowalert.engine.notice import Cause, Delivery, DeliveryState, Occasion
from flowalert.store import open_reader, open_store
from tests.cli.settled import fill, invoke, write_settings
from tests.delivery.ending import end, queue_of
from tests.delivery.http_recorder import Answer, open_recorder
from tests.program import wait_until
from tests.store.sample import DESK, NOW, firings

ROOT = Path(__file__).parents[2]  # from where `python -m tests...` finds this module again


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings and a store."""
    fill(write_settings(tmp_path))
    return tmp_path


def listed(folder: Path, *arguments: str) -> dict[str, Any]:
    done = invoke(deliveries, folder, *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def titles(folder: Path, *arguments: str) -> list[str]:
    return [each["title"] for each in listed(folder, *arguments)["deliveries"]]


def look(folder: Path) -> dict[int, Delivery]:
    """Return the deliveries of the store by their ids."""

    async def read() -> dict[int, Delivery]:
        async with open_reader(folder / "flow.db") as reader:
            return {each.id: each for each in await reader.deliveries()}

    return trio.run(read)


def words(done: Result) -> str:
    return " ".join(done.output.split())


def test_every_delivery_is_listed_with_its_state_and_reason(folder: Path) -> None:
    """Newest last, in Seoul's time, with the counts at the end; nothing of a URL or a key is there."""
    done = invoke(deliveries, folder)
    assert done.exit_code == 0
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    made = "2026-11-23 09:51:00"
    assert rows[1:11:2] == [
        ["1", made, "sent", "desk → slack: accepted · settled 09:51:01 · 1 try"],
        ["2", made, "dead", "desk → slack: HTTP 400 Bad Request · settled 09:51:02 · 1 try"],
        [
            "3",
            made,
            "retrying",
            "desk → slack: timed out; it may have gone out · next 09:51:05 · 1 try · 1 perhaps out",
        ],
        ["4", made, "suppressed", "desk → slack: the target is gone · settled 09:51:04 · 0 tries"],
        ["5", made, "pending", "desk → slack: next 09:51:00 · 0 tries"],
    ]
    assert rows[2:12:2] == [[f"sellers · 코스피 외국인 · {number}"] for number in range(5)]
    assert rows[-1] == ["1 pending · 1 retrying · 1 sent · 1 dead · 1 suppressed"]
    assert "planted" not in done.output
    assert "hunter2" not in done.output


def test_programs_are_given_everything(folder: Path) -> None:
    """Each with its moments, rule and scope, and the counts by state."""
    found = listed(folder, "--state", "retrying")
    (delivery,) = found["deliveries"]
    assert delivery.pop("transition")
    assert delivery == {
        "id": 3,
        "state": "retrying",
        "reason": "timed out; it may have gone out",
        "cause": "routed",
        "of": "",
        "channel": "desk",
        "target": "slack",
        "attempts": 1,
        "uncertain": 1,
        "created_at": "2026-11-23T09:51:00.123+09:00",
        "next_at": "2026-11-23T09:51:05.123+09:00",
        "settled_at": None,
        "blocked_until": None,
        "rule": "sellers",
        "scope": "krx/001/0017",
        "kind": "firing",
        "severity": "warning",
        "title": "2",
    }
    assert found["counts"] == {"pending": 0, "sending": 0, "retrying": 1, "sent": 0, "dead": 0, "suppressed": 0}


CAUSES = {
    Cause(Occasion.FALLBACK, "phone"): "fallback of phone",
    Cause(Occasion.UNMUTED, "silence 3@2026-11-23T09:00:00"): "after silence 3",
    Cause(Occasion.UNMUTED, "inhibition buyers 0123456789abcdef"): "no longer inhibited by buyers",
    Cause(Occasion.ESCALATED, "phone"): "escalated from phone · unless somebody acknowledges it",
}


def test_why_a_channel_is_told_is_said(tmp_path: Path) -> None:
    """Where it is not by the rule that names it, in words and for programs."""
    write_settings(tmp_path)

    async def make() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            opened, notices = firings(len(CAUSES), DESK)
            caused = [replace(each, cause=cause) for each, cause in zip(notices, CAUSES, strict=True)]
            await store.commit([], opened, caused, now=NOW)

    trio.run(make)
    shown = invoke(deliveries, tmp_path).stdout
    for said in CAUSES.values():
        assert f"desk → slack: {said} · next 09:51:00" in shown
    found = listed(tmp_path)["deliveries"]
    assert [(each["cause"], each["of"]) for each in found] == [(each.occasion.value, each.of) for each in CAUSES]


def test_what_waits_behind_a_failure_says_until_when(tmp_path: Path) -> None:
    """It has not been tried itself, and goes out with what has."""
    write_settings(tmp_path)

    async def make() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([], *firings(2, DESK), now=NOW)
            first, _ = await queue_of(store)
            await end(store, first, Retry("HTTP 503 Service Unavailable"), NOW)

    trio.run(make)
    lines = [line for line in invoke(deliveries, tmp_path).stdout.splitlines() if "desk → slack" in line]
    assert "HTTP 503 Service Unavailable · next 09:51:02" in lines[0]
    assert "waits with others that failed · next 09:51:02 · 0 tries" in lines[1]
    second = listed(tmp_path)["deliveries"][1]
    assert (second["reason"], second["blocked_until"]) == (
        "waits with others that failed",
        "2026-11-23T09:51:02.123+09:00",
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--state", "dead", "--state", "sent"), ["0", "1"]),
        (("--channel", "desk", "--state", "dead"), ["1"]),
        (("--rule", "sel*", "--limit", "2"), ["3", "4"]),
        (("--rule", "sell$sector"), ["0", "1", "2", "3", "4"]),
        (("2", "4"), ["1", "3"]),
    ],
)
def test_a_list_is_narrowed(folder: Path, arguments: tuple[str, ...], expected: list[str]) -> None:
    """By state, channel, rule, number and id, together."""
    assert titles(folder, *arguments) == expected


def test_a_list_cut_short_says_so_and_counts_all(folder: Path) -> None:
    """The counts are of what was asked for, not of what has room."""
    done = invoke(deliveries, folder, "--limit", "1")
    assert "the newest 1 of 5; --limit shows more" in done.stdout
    assert "1 pending · 1 retrying · 1 sent · 1 dead · 1 suppressed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--rule", "selers"), "no rule 'selers'; did you mean sellers?"),
        (("--channel", "dsk"), "no channel 'dsk'; did you mean desk?"),
        (("99",), "there is no delivery 99"),
        (("--retry",), "--retry needs IDs"),
        (("--retry-dead", "2"), "IDs choose by themselves"),
        (("--retry-dead", "--state", "sent"), "--retry-dead is about what is dead"),
        (("--retry-dead", "--force"), "--force is for --retry"),
        (("--retry-dead", "--channel", "dsk"), "no channel 'dsk'; did you mean desk?"),
    ],
)
def test_wrong_usage_says_what_instead(folder: Path, arguments: tuple[str, ...], what: str) -> None:
    """A mistyped name is answered with the nearest that the store knows."""
    done = invoke(deliveries, folder, *arguments)
    assert done.exit_code == 2
    assert what in words(done)


def test_a_store_is_named_without_settings(folder: Path) -> None:
    """Whoever looks need not have the keys that the settings ask for."""
    (folder / "flowalert.yaml").unlink()
    assert titles(folder, "--store", str(folder / "flow.db"), "--state", "dead") == ["1"]
    assert "1 put back" in invoke(deliveries, folder, "--store", str(folder / "flow.db"), "--retry-dead").stdout


def test_nothing_is_said_to_be_nothing(folder: Path) -> None:
    """A name that is known but has no such delivery is no mistake."""
    assert invoke(deliveries, folder, "--rule", "sellers", "--state", "sending").stdout == "No delivery.\n"


def test_no_store_is_said(tmp_path: Path) -> None:
    """For reading and for retrying alike, with a code of its own; none is made."""
    write_settings(tmp_path)
    for arguments in ((), ("--retry-dead",)):
        done = invoke(deliveries, tmp_path, *arguments)
        assert done.exit_code == 4
        assert "no such store; start the service once" in done.output
    assert not (tmp_path / "flow.db").exists()


def test_what_is_dead_is_put_back(folder: Path) -> None:
    """Alone, and once: it waits again, due now, and says that it was by hand and what it was."""
    before = dt.datetime.now(dt.UTC)
    done = invoke(deliveries, folder, "--retry-dead")
    assert done.exit_code == 0
    assert "2: desk → slack, 1; was dead: HTTP 400 Bad Request" in done.stdout
    assert "1 put back; the service sends them within seconds" in done.stdout
    again = look(folder)[2]
    assert (again.state, again.reason) == (
        DeliveryState.PENDING,
        "retried by hand; was dead: HTTP 400 Bad Request",
    )
    assert (again.attempts, again.settled_at) == (1, None)
    assert before - dt.timedelta(milliseconds=1) < again.next_at <= dt.datetime.now(dt.UTC)
    assert "nothing to put back" in invoke(deliveries, folder, "--retry-dead").stdout


def test_ids_are_put_back_all_or_none(folder: Path) -> None:
    """What is suppressed or to be retried is put back; what was sent, waits or is not there keeps all in place."""
    before = look(folder)
    done = invoke(deliveries, folder, "--retry", "1", "2", "5", "77")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "there is no delivery 77",
        "delivery 1 was sent; --force sends it a second time",
        "delivery 5 has not been tried yet; it goes out when its turn comes",
        "nothing was put back",
    ]
    assert look(folder) == before
    found = json.loads(invoke(deliveries, folder, "--retry", "3", "4", "--format", "json").stdout)
    assert [(each["id"], each["state"]) for each in found["retried"]] == [(3, "retrying"), (4, "suppressed")]
    assert {look(folder)[id_].state for id_ in (3, 4)} == {DeliveryState.PENDING}


def test_what_was_sent_is_forced_and_counts_as_out(folder: Path) -> None:
    """So that its alert's resolve is told even if the second send fails."""
    assert invoke(deliveries, folder, "--retry", "--force", "1").exit_code == 0
    again = look(folder)[1]
    assert (again.state, again.uncertain) == (DeliveryState.PENDING, 1)
    assert again.reason == "retried by hand; was sent: accepted"


def target_of(port: int) -> Target:
    target = parse_target(f"json://127.0.0.1:{port}/")
    assert isinstance(target, Target)
    return target


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def deliver_for_ever(path: Path, port: int) -> None:
    async with open_store(path) as store:
        channels = {"desk": Channel("desk", (target_of(port),), groups=False)}
        await run_delivery(store, Orders(channels=channels, now=now, exchange_now=now), Doorbell())


def test_a_running_sender_takes_up_what_another_process_put_back(tmp_path: Path) -> None:
    """Refused at first, it is dead; retried by hand beside the sender it goes out by itself, in a few seconds."""
    write_settings(tmp_path)
    answers = [Answer(400)]
    with open_recorder(lambda _: answers[-1]) as recorder:

        async def make() -> None:
            async with open_store(tmp_path / "flow.db") as store:
                told = firings(2, target_of(recorder.port).address)
                await store.commit([], *told, now=dt.datetime.now(dt.UTC))

        def are(state: DeliveryState) -> Callable[[], bool]:
            return lambda: {each.state for each in look(tmp_path).values()} == {state}

        trio.run(make)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.cli.test_deliveries", str(tmp_path / "flow.db"), str(recorder.port)], cwd=ROOT
        ) as sender:
            try:
                wait_until(are(DeliveryState.DEAD), "the refusals")
                answers.append(Answer(200))
                assert "2 put back" in invoke(deliveries, tmp_path, "--retry-dead").stdout
                wait_until(are(DeliveryState.SENT), "the second try", within=20)
            finally:
                sender.kill()
    assert [request.json["title"] for request in recorder.requests] == ["0", "1", "0", "1"]


if __name__ == "__main__":
    trio.run(deliver_for_ever, Path(sys.argv[1]), int(sys.argv[2]))
