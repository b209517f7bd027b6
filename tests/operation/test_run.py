"""The service as its manager and its operator see it: a real process, a simulated market, real sockets."""

import json
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.http_recorder import Answer, Request, open_recorder
from tests.operation.manager import open_manager
from tests.program import run_program, start_program, stop, wait_until
from tests.test_service import count, simulator_process, token_url_of, write

RULES = """\
rules:
  - {name: every, sectors: [kospi, kosdaq, futures], investors: all, when: abs(p_msval) >= 0}
  - {name: lasting, sectors: [kospi], investors: all, when: "msval > -100000억"}
"""


def hang(_: Request) -> Answer:
    return Answer(hang=True)


# What is promised of an orderly end; a test that passes does not wait for it.
STOPS_WITHIN = 10.0


def ask(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = run_program("status", "--format", "json", *arguments, folder=folder)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_the_manager_and_the_operator_are_told_how_it_goes(tmp_path: Path) -> None:
    """Ready, then a line of status and the watchdog's food until it stops; `flowalert status` says as much."""
    environ = {"WATCHDOG_USEC": "4000000"}
    with open_recorder() as hook, simulator_process(tmp_path, speed=60) as (ws_url, token_url):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        assert ask(tmp_path)[0] == 3
        with open_manager(tmp_path) as manager:
            environ["NOTIFY_SOCKET"] = manager.address
            with start_program("run", folder=tmp_path, environ=environ) as process:
                wait_until(
                    lambda: any(
                        line.startswith("3 sectors registered, last update 1") for line in manager.values("STATUS")
                    ),
                    "a status with updates",
                )
                wait_until(lambda: len(manager.values("WATCHDOG")) >= 2, "the watchdog to be fed")
                code, seen = ask(tmp_path)
                assert (code, seen["state"], seen["process"]) == (0, "running", process.pid)
                assert seen["outlook"]["feed"]["registered"] == 3
                assert seen["outlook"]["open_alerts"] > 0
                assert seen["journal"]["entries"] > 0
                text = run_program("status", folder=tmp_path)
                assert text.returncode == 0
                assert "3 of 3 sectors registered" in text.stdout
                assert stop(process) == 0
            wait_until(lambda: manager.values("STOPPING"), "the end")
        assert [key for each in manager.told for key in each if key in ("READY", "STOPPING")] == ["READY", "STOPPING"]
    code, seen = ask(tmp_path)
    assert (code, seen["state"], seen["end"]) == (3, "stopped", "asked to stop")
    assert (tmp_path / "flowalert.db.status").stat().st_mode & 0o777 == 0o600


def test_the_log_of_a_start_and_a_stop_says_what_runs(tmp_path: Path) -> None:
    """One line each, with versions and counts, the session that opened, and what is left for the next start."""
    with open_recorder() as hook, simulator_process(tmp_path, speed=60) as (ws_url, token_url):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: hook.requests, "a message")
            assert stop(process) == 0
    lines = [json.loads(line) for line in (tmp_path / "err.txt").read_text(encoding="utf-8").splitlines()]
    by_event = {line["event"]: line for line in lines}
    started = by_event["flowalert started"]
    assert (started["rules"], started["sectors"], started["channels"], started["targets"]) == (2, 3, 1, 1)
    assert started["process"] == process.pid
    assert {"version", "python", "store"} <= set(started)
    assert by_event["session opened"]["venue"] == "krx"
    assert by_event["flowalert stopping"]["why"].startswith("SIGTERM")
    assert by_event["flowalert stopped"]["updates"] > 0
    assert "waiting" in by_event["flowalert stopped"]


def test_one_that_was_killed_is_told_from_one_that_was_stopped(tmp_path: Path) -> None:
    """Nothing runs, and the last that was heard of it is said."""
    with open_recorder() as hook, simulator_process(tmp_path, speed=60) as (ws_url, token_url):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        with start_program("run", folder=tmp_path) as process:
            wait_until((tmp_path / "flowalert.db.status").exists, "a status")
            process.kill()
            process.wait()
    done = run_program("status", folder=tmp_path)
    assert done.returncode == 3
    assert "ended without a word" in done.stdout


def test_a_refused_key_is_what_it_ended_of(tmp_path: Path) -> None:
    """Exit code 3, and the status keeps the words, without a secret."""
    refusal = '{"error_code":"IGW00103","error_description":"유효하지 않은 AppKey입니다."}'.encode()
    with open_recorder(lambda _: Answer(status=403, body=refusal)) as tokens:
        write(tmp_path, RULES, ws_url="ws://127.0.0.1:9/", token_url=token_url_of(tokens))
        with start_program("run", folder=tmp_path) as process:
            assert process.wait(60) == 3
    done = run_program("status", folder=tmp_path)
    assert done.returncode == 3
    assert "IGW00103" in done.stdout
    assert "planted-secret" not in done.stdout


def test_it_ends_in_order_within_ten_seconds_under_load(tmp_path: Path) -> None:
    """With a market at full speed and a target that hangs: exit code 0, and what was under way waits on disk."""
    with (
        open_recorder(lambda _: Answer(hang=True)) as hook,
        simulator_process(tmp_path, speed=600) as (ws_url, token_url),
    ):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: hook.requests and (tmp_path / "flowalert.db.status").exists(), "a message under way")
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOPS_WITHIN) == 0
    assert count(tmp_path, "deliveries WHERE settled_at IS NULL") > 0
    assert ask(tmp_path)[1]["end"] == "asked to stop"


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """While the first waits for a target that hangs: exit code 130, and the next start goes on."""
    with (
        open_recorder(lambda _: Answer(hang=True)) as hook,
        simulator_process(tmp_path, speed=600) as (ws_url, token_url),
    ):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: hook.requests, "a message under way")
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: "flowalert stopping" in (tmp_path / "err.txt").read_text("utf-8"), "the first signal")
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(2) == 130
        hook.respond = lambda _: Answer()
        before = len(hook.requests)
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: len(hook.requests) > before, "what was cut off")
            assert stop(process) == 0


def test_a_fault_of_its_own_is_told_from_what_a_person_must_mend(tmp_path: Path) -> None:
    """Exit code 5, which systemd restarts, and a line of the log with where it was, and no secret."""
    with open_recorder() as hook, simulator_process(tmp_path, speed=60) as (ws_url, token_url):
        write(tmp_path, RULES, ws_url=ws_url, token_url=token_url, hook=hook)
        with start_program("run", folder=tmp_path) as process:
            wait_until(lambda: hook.requests, "a message")
            with sqlite3.connect(tmp_path / "flowalert.db", isolation_level=None) as hand:
                hand.execute("DROP TABLE journal")
            assert process.wait(60) == 5
    text = (tmp_path / "err.txt").read_text(encoding="utf-8")
    (crash,) = [line for line in map(json.loads, text.splitlines()) if line["event"] == "flowalert crashed"]
    assert "journal" in json.dumps(crash)
    assert "planted-secret" not in text
    assert "locals" not in text
