"""`flowalert silence`, `silences` and `unsilence`: nobody is told of some alerts for a time, also beside a service."""

import datetime as dt
import getpass
import json
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import Result

from flowalert.cli.silence import silence
from flowalert.cli.silences import silences
from flowalert.cli.unsilence import unsilence
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.recurrence import parse_times
from flowalert.engine.silence import Silence
from flowalert.market.instant import KST
from flowalert.market.venue import Venue
from flowalert.store import open_reader, open_store
from tests.cli.settled import invoke, write_settings
from tests.program import run_program
from tests.store.sample import NOW, transition

ALERT = transition().alert
WHY = ("--reason", "maintenance", "--by", "kim")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings, and a store in which two alerts of the rule sellers are open."""

    async def fill() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([], [transition(), transition(episode="second")], [], now=NOW)

    trio.run(fill)
    return write_settings(tmp_path)


def look(folder: Path) -> list[Silence]:
    async def read() -> list[Silence]:
        async with open_reader(folder / "flow.db") as reader:
            return await reader.silences()

    return trio.run(read)


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = invoke(silences, folder, *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["silences"]
    return found


def words(done: Result) -> str:
    return " ".join(done.output.split())


def test_a_silence_is_made_for_a_time(folder: Path) -> None:
    """With what it says in words, when it is in force, and which of the open alerts it covers."""
    before = dt.datetime.now(dt.UTC)
    done = invoke(silence, folder, "업종=코스피,severity<critical", "--for", "90m", *WHY)
    assert done.exit_code == 0
    (made,) = look(folder)
    assert made.matcher == parse_matcher("sector=kospi,severity<critical")
    assert before - dt.timedelta(milliseconds=1) < made.starts_at <= dt.datetime.now(dt.UTC)
    assert made.ends_at == made.starts_at + dt.timedelta(minutes=90)
    assert (made.by, made.reason, made.times) == ("kim", "maintenance", ())
    begin, end = (f"{each.astimezone(KST):%Y-%m-%d %H:%M:%S}" for each in (made.starts_at, made.ends_at))
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "silence 1: sector KOSPI, severity below critical",
        f"from {begin} until {end} (Seoul)",
        "covers 2 of 2 alerts open now",
    ]
    assert lines[-1] == "flowalert unsilence 1 ends it early"
    assert all("sellers · 코스피 외국인" in line for line in lines[3:-1])
    assert len(lines) == 6


def test_who_is_not_named_is_the_user(folder: Path) -> None:
    """By the login name."""
    assert invoke(silence, folder, "sector=kospi", "--for", "1h", "--reason", "x").exit_code == 0
    assert look(folder)[0].by == getpass.getuser()
    done = invoke(silence, folder, "sector=kospi", "--for", "1h", "--reason", "x", "--by", " ")
    assert done.exit_code == 2
    assert "write a name, or leave it out" in words(done)


def test_a_silence_is_made_from_then_until_then(folder: Path) -> None:
    """In Seoul's time."""
    done = invoke(
        silence, folder, "rule=sel*", "--from", "2199-01-01 09:00", "--until", "2199-01-01 15:30", *WHY, "--format=json"
    )
    (made,) = look(folder)
    assert (made.starts_at, made.ends_at) == (
        dt.datetime(2199, 1, 1, 9, 0, tzinfo=KST),
        dt.datetime(2199, 1, 1, 15, 30, tzinfo=KST),
    )
    found = json.loads(done.stdout)["silence"]
    assert (found["state"], found["changes_at"]) == ("to come", "2199-01-01T09:00:00.000+09:00")
    assert len(found["covers"]) == 2


def test_a_silence_comes_back_every_day(folder: Path) -> None:
    """At hours, past midnight too, and in phases, on some days, until a hand ends it."""
    done = invoke(
        silence, folder, "sector=kosdaq", "--every", "22:00-07:00", "--every", "프리마켓", "--weekdays", "월-금",
        "--venue", "nxt", *WHY,
    )  # fmt: skip
    assert done.exit_code == 0
    (made,) = look(folder)
    working = frozenset(range(5))
    times = (*parse_times("22:00-07:00", Venue.NXT, working), *parse_times("pre_market", Venue.NXT, working))
    assert (made.times, made.ends_at) == (times, None)
    assert "22:00-24:00 mon-fri, 00:00-07:00 tue-sat, 08:00-08:50 mon-fri on trading days, from" in words(done)
    assert "until a hand ends it" in words(done)
    assert "covers 0 of 2 alerts open now" in done.stdout


def test_an_alert_is_named_by_the_beginning_of_its_id(folder: Path) -> None:
    """The whole id is kept, so that a later alert that begins alike is not meant."""
    assert invoke(silence, folder, f"alert={ALERT[:6]}", "--for", "1h", *WHY).exit_code == 0
    assert str(look(folder)[0].matcher) == f"alert={ALERT}"
    done = invoke(silence, folder, "alert=0000", "--for", "1h", *WHY)
    assert done.exit_code == 2
    assert "there is no alert 0000; flowalert ack lists those that are open" in words(done)


def test_an_ambiguous_beginning_names_what_it_may_be(tmp_path: Path) -> None:
    """And nothing is silenced."""
    write_settings(tmp_path)
    # As many as it takes for two to begin alike.
    many = [transition(episode=str(number)) for number in range(1_000)]
    beginnings: dict[str, list[str]] = {}
    for each in many:
        beginnings.setdefault(each.alert[:4], []).append(each.alert)
    beginning, alike = next((key, ids) for key, ids in beginnings.items() if len(ids) > 1)

    async def fill() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([], many, [], now=NOW)

    trio.run(fill)
    done = invoke(silence, tmp_path, f"alert={beginning}", "--for", "1h", *WHY)
    assert done.exit_code == 2
    assert f"several alerts begin with {beginning}" in words(done)
    assert all(each in done.output for each in alike)
    assert look(tmp_path) == []


def test_a_rule_that_nobody_knows_is_warned_of(folder: Path) -> None:
    """It may be a typing mistake, or yet to be written; those of the settings and of the store are known."""
    done = invoke(silence, folder, "rule=selers|new-one", "--for", "1h", *WHY)
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "warning: no rule is known by the name 'selers'; did you mean sellers?",
        "warning: no rule is known by the name 'new-one'; the silence minds it once there is one",
    ]
    assert invoke(silence, folder, "rule=sel*", "--for", "1h", *WHY).stderr == ""


@pytest.mark.parametrize(
    ("matcher", "arguments", "shown"),
    [
        (
            "sector=kospii,severity<critical",
            ("--for", "1h"),
            [
                "error: unknown sector 'kospii'",
                "  sector=kospii,severity<critical",
                "         ^^^^^^",
                "help: did you mean kospi?",
            ],
        ),
        (
            "업종=코스닭",
            ("--for", "1h"),
            ["error: unknown sector '코스닭'", "  업종=코스닭", "       ^^^^^^", "help: did you mean 코스닥?"],
        ),
        (
            "sector=kospi",
            ("--every", "09:00-09:10", "--every", "closing_action"),
            [
                "error: unknown phase 'closing_action'",
                "  closing_action",
                "  ^^^^^^^^^^^^^^",
                "help: did you mean closing_auction?",
            ],
        ),
        (
            "sector=kospi",
            ("--every", "09:00-09:10", "--weekdays", "mon,wed-frx"),
            [
                "error: 'frx' is no day of the week",
                "  mon,wed-frx",
                "          ^^^",
                "help: did you mean fri?",
            ],
        ),
    ],
)
def test_a_mistake_is_shown_at_its_place(
    folder: Path, matcher: str, arguments: tuple[str, ...], shown: list[str]
) -> None:
    """With a mark under it, as `flowalert check` does; nothing is silenced."""
    done = invoke(silence, folder, matcher, *arguments, *WHY)
    assert done.exit_code == 2
    assert done.stderr.splitlines() == shown
    assert look(folder) == []


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "say how long, with one of --for, --until and --every"),
        (("--for", "1h", "--until", "2199-01-01 09:00"), "say how long, with one of"),
        (("--for", "1h", "--every", "09:00-09:10"), "say how long, with one of"),
        (("--for", "soon"), "write a stretch of time, like 90s, 30m or 1h"),
        (("--for", "99999999999h"), "is too long"),
        (("--until", "2020-01-01 09:00"), "2020-01-01 09:00:00 in Seoul is past; write a later time"),
        (("--until", "2199-01-01"), "write 15:30 or '2026-11-23 15:30'"),
        (("--from", "2199-01-02 09:00", "--until", "2199-01-01 09:00"), "--until: it is not after its begin"),
        (("--for", "1h", "--weekdays", "mon"), "--weekdays is for --every"),
        (("--for", "1h", "--venue", "nxt"), "to silence one venue alone, write venue=nxt in the matcher"),
        (("--every", "regular", "--weekdays", "sat-sun"), "it would never be in force"),
        (("--for", "1h", "--reason", " "), "say why, for whoever wonders later"),
    ],
)
def test_wrong_usage_is_said(folder: Path, arguments: tuple[str, ...], what: str) -> None:
    """With what to write instead; nothing is silenced."""
    done = invoke(silence, folder, "sector=kospi", *WHY, *arguments)
    assert done.exit_code == 2
    assert what in words(done)
    assert look(folder) == []


def test_a_reason_must_be_given(folder: Path) -> None:
    """Somebody will wonder."""
    done = invoke(silence, folder, "sector=kospi", "--for", "1h")
    assert done.exit_code == 2
    assert "Missing option '--reason'" in words(done)


def test_silences_are_listed_with_how_they_stand(folder: Path) -> None:
    """Those that have ended only when asked for."""
    invoke(silence, folder, "sector=kospi", "--for", "1h", *WHY)
    invoke(silence, folder, "sector=kosdaq", "--from", "2199-01-01 09:00", "--until", "2199-01-01 15:30", *WHY)
    # Always an hour that is not this one.
    hour = (dt.datetime.now(KST).hour + 12) % 24
    invoke(silence, folder, "venue=nxt", "--every", f"{hour:02}:00-{hour:02}:01", *WHY)
    invoke(silence, folder, "severity=info", "--for", "1h", *WHY)
    invoke(unsilence, folder, "4", "--by", "lee")
    assert [(each["id"], each["state"]) for each in listed(folder)] == [
        (1, "in force"),
        (2, "to come"),
        (3, "recurring"),
    ]
    assert [each["state"] for each in listed(folder, "--all")] == ["in force", "to come", "recurring", "ended"]
    assert [len(each["covers"]) for each in listed(folder)] == [2, 0, 0]
    shown = invoke(silences, folder, "--all")
    assert shown.exit_code == 0
    rows = [line.strip() for line in shown.stdout.splitlines()]
    assert rows[1].split("  ")[:2] == ["1", "in force"]
    assert "kim: maintenance · covers 2 alerts open now" in rows[2]
    assert "next " in rows[6]
    assert "ended " in rows[8]


def test_no_silence_is_said(folder: Path) -> None:
    """As such."""
    assert invoke(silences, folder).stdout == "No silence.\n"


def test_silences_are_ended_all_or_none(folder: Path) -> None:
    """What is over, or is not there, is said, and all stay as they are."""
    for _ in range(2):
        invoke(silence, folder, "sector=kospi", "--for", "1h", *WHY)
    before = look(folder)
    refused = invoke(unsilence, folder, "1", "7")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == ["there is no silence 7", "nothing was ended"]
    assert look(folder) == before
    done = invoke(unsilence, folder, "2")
    assert done.stdout == "silence 2 ended: sector KOSPI\n"
    assert [each.ended_at is not None for each in look(folder)] == [False, True]
    assert "silence 2 has ended before" in invoke(unsilence, folder, "2").stderr
    found = json.loads(invoke(unsilence, folder, "1", "--format", "json").stdout)["ended"]
    assert [(each["id"], each["state"]) for each in found] == [(1, "ended")]


def test_no_store_is_said(tmp_path: Path) -> None:
    """With a code of its own; none is made."""
    write_settings(tmp_path)
    for done in (
        invoke(silence, tmp_path, "sector=kospi", "--for", "1h", *WHY),
        invoke(silences, tmp_path),
        invoke(unsilence, tmp_path, "1"),
    ):
        assert done.exit_code == 4
        assert "no such store; start the service once" in done.output
    assert not (tmp_path / "flow.db").exists()


async def test_a_silence_is_made_and_ended_beside_a_service(folder: Path) -> None:
    """While another process holds the store, and without its settings."""
    async with open_store(folder / "flow.db") as store:
        for arguments in (("silence", "sector=kospi", "--for", "1h", "--reason", "x"), ("unsilence", "1")):
            done = await trio.to_thread.run_sync(
                lambda each: run_program(*each, "--store", "flow.db", folder=folder), arguments
            )
            assert done.returncode == 0, done.stderr
        (made,) = await store.silences()
        assert made.ended_at is not None
