"""`flowalert why`, as a user runs it: over a recording, and over the store of a service."""

import datetime as dt
import json
from pathlib import Path

import pytest
import trio

from flowalert.engine.engine import Engine
from flowalert.engine.matcher import parse_matcher
from flowalert.market.instant import to_wall
from flowalert.store import open_clerk, open_store
from tests.cli.keep import keep
from tests.cli.settled import write_settings
from tests.engine.market import Market, read_rules
from tests.program import run_program

HOUR = dt.timedelta(hours=1)

RULES = """\
rules:
  - name: sellers
    sectors: [kospi]
    investors: [foreign, individual]
    when: delta(msval, 5m) <= -100억
    for: 1m
    cooldown: 10m
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rule and a recording of a simulated day."""
    made = tmp_path_factory.mktemp("why")
    (made / "rules.yaml").write_text(RULES, encoding="utf-8")
    arguments = ("--record", "day.jsonl.zst", "--date", "2026-11-23", "--sectors", "kospi")
    assert run_program("simulate", *arguments, folder=made).returncode == 0
    return made


WHERE = ("--rules", "rules.yaml", "--recording", "day.jsonl.zst")


def test_one_scope_is_told_in_full(folder: Path) -> None:
    """Each comparison, each gate, and what was told by then, in words."""
    done = run_program("why", "sellers", "kospi", "foreign", *WHERE, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "sellers · 코스피 외국인 (krx/001/0017)" in done.stdout
    assert "delta(msval, 5m) <= -100" in done.stdout
    for gate in ("data", "for", "cooldown"):
        assert f"\n {gate} " in done.stdout
    assert "firing, held for its time -" in done.stdout


def test_an_earlier_time_shows_the_state_of_then(folder: Path) -> None:
    """`--at` folds the day no further: what was told later is not known yet."""
    whole = json.loads(run_program("why", "sellers", "foreign", *WHERE, "--format", "json", folder=folder).stdout)
    first = whole["transitions"][0]
    second = first["at"] % 86_400
    then = f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
    for time in (then, f"2026-11-23 {then}"):
        done = run_program("why", "sellers", "foreign", *WHERE, "--at", time, "--format", "json", folder=folder)
        answer = json.loads(done.stdout)
        assert answer["transitions"] == [first]
        assert [each["phase"] for each in answer["why"]] == ["firing"]
        assert answer["why"][0]["comparisons"][0]["holds"] is True


def test_a_silent_feed_is_said(folder: Path) -> None:
    """At the gate of the data, since when; what is told of it is told of no rule."""
    market = Market("when: msval > 0")
    market.slots(-10, -20)
    market.fall_silent()
    keep(folder / "silent.zst", market.entries)
    (folder / "all.yaml").write_text(
        "rules: [{name: all, sectors: [kospi], when: foreign.msval + individual.msval < 0}]", encoding="utf-8"
    )
    for rule, file in (("sellers", "rules.yaml"), ("all", "all.yaml")):
        where = ("--rules", file, "--recording", "silent.zst")
        done = run_program("why", rule, *where, folder=folder)
        assert "shut the feed is silent since 09:00:30, the last state is kept" in " ".join(done.stdout.split())
        assert (
            json.loads(run_program("why", rule, *where, "--format", "json", folder=folder).stdout)["transitions"] == []
        )


def test_over_the_store_a_silence_and_an_acknowledgement_are_gates(tmp_path: Path) -> None:
    """In text and for programs; with `--at` those of then, and over a recording nobody is asked."""
    write_settings(tmp_path, rules="rules: [{name: sellers, sectors: [kospi], investors: [foreign], when: msval < -3}]")
    market = Market("when: msval < -3")
    market.slots(-10, -20)
    rulebook = read_rules("name: sellers; when: msval < -3")
    engine = Engine(rulebook)
    opened = [transition for entry in market.entries for transition in engine.handle(entry)]
    now = to_wall(market.entries[0].at)

    async def fill() -> None:
        async with open_store(tmp_path / "flow.db") as store:
            await store.commit([(to_wall(entry.at), entry) for entry in market.entries], opened, [], now=now)
        async with open_clerk(tmp_path / "flow.db") as clerk:
            await clerk.add_silence(
                parse_matcher("rule=sellers"), starts_at=now, ends_at=now + HOUR, by="kim", reason="점검", now=now
            )
            await clerk.acknowledge([opened[0].alert], by="lee", now=now)

    trio.run(fill)
    at = ("--at", "2026-11-23 09:00:30")
    shown = " ".join(run_program("why", "sellers", *at, folder=tmp_path).stdout.split())
    assert "silence shut silence 1 by kim: 점검, until 10:00:00" in shown
    assert "ack shut acknowledged by lee: no reminder and no escalation is told" in shown
    (now_,) = json.loads(run_program("why", "sellers", "--format", "json", folder=tmp_path).stdout)["why"]
    assert [(gate["name"], gate["is_open"]) for gate in now_["gates"]] == [
        ("data", True),
        ("silence", True),
        ("ack", False),
    ]
    done = run_program("why", "sellers", "--recording", "flow.db", folder=tmp_path)
    assert "silence" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("selers",), "did you mean sellers?"),
        (("sellers", "kospii"), "'kospii' is no sector, investor or venue"),
        (("sellers", "kosdaq"), "the rule has no such scope; it has krx/001/0008, krx/001/0017"),
        (("sellers", "--at", "25:00"), "'25:00' is no time"),
        (("sellers", "--at", "08:00"), "nothing was received by then"),
    ],
)
def test_what_cannot_be_answered_is_said(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """A wrong name or time is an error that says what instead."""
    done = run_program("why", *arguments, *WHERE, folder=folder)
    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())
