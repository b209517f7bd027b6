"""`flowalert backtest`, as a user runs it."""

import contextlib
import csv
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowalert.cli.backtest import backtest
from flowalert.market.entry import SessionClosed
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from tests.cli.keep import keep
from tests.engine.market import INDIVIDUAL, Market
from tests.program import run_program

RULES = """\
rules:
  - name: sellers
    summary: 외국인 <매도>
    sectors: [kospi]
    investors: [foreign]
    when: msval <= -300억
    severity: critical
    cooldown: 10m
  - name: buyers
    sectors: [kospi]
    investors: [foreign, individual]
    when: delta(msval) >= 200억
  - name: quiet
    sectors: [kospi]
    when: foreign.delta(msval, 1h) >= 900억 and individual.msval < 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with rules and two days of a market."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "rules" / "tests.yaml").write_text("rules: [all.yaml]\ntests: []\n", encoding="utf-8")
    market = Market("when: msval > 0")
    for day in range(2):
        market.slots(0, -100, -310, -420, -50, -305, 0)
        market.slots(0, 210, 10, 250 - 45 * day, of=INDIVIDUAL)
        market.slots(-290 - day, 0)
        market.enter(SessionClosed(Venue.KRX, market.at))
        market.at += DAY - 30 * 13
    keep(tmp_path / "past.jsonl.zst", market.entries)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """Run a backtest of the folder's rules and recording; return what it prints."""
    done = invoke("rules", "past.jsonl.zst", *arguments, folder=folder)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def invoke(*arguments: str, folder: Path) -> Result:
    """Run the command in this process, which is faster."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(backtest, arguments)


def read_rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with a line of this beginning."""
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(heading))
    rows = []
    for line in lines[begin + 1 :]:
        if not line.strip():
            break
        rows.append(re.split(r"\s{2,}", line.strip()))
    return rows


def test_alerts_counts_and_near_misses(folder: Path) -> None:
    """A table of what fired, one of rules by sessions, and what was nearly enough; the speed at the end."""
    done = run_program("backtest", "rules", "past.jsonl.zst", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout
    assert read_rows(text, "time")[:3] == [
        ["2026-11-23 09:01:00", "sellers", "코스피 외국인", "critical", "-310억", "-420억", "1m", "told"],
        ["2026-11-23 09:02:00", "buyers", "코스피 외국인", "warning", "+370억", "told"],
        ["2026-11-23 09:02:30", "sellers", "코스피 외국인", "critical", "-305억", "-305억", "30s", "held: cooldown"],
    ]
    assert read_rows(text, "rule ")[0] == ["sellers", "1+1", "1+1", "2+2"]
    assert read_rows(text, "rule ")[2] == ["quiet", "·", "·", "·"]
    misses = read_rows(text, "rule     time")
    assert misses[0] == ["sellers", "2026-11-24 09:05:30", "코스피 외국인", "-291억", "3.0% short"]
    assert "quiet: 2 sessions were shorter than the 1h it looks back on" in text
    assert re.search(r"26 updates in 2 sessions, 3 rules, [0-9.]+ s: [0-9,]+ updates/s", text)


def test_long_tables_are_cut(folder: Path) -> None:
    """Forty alerts are shown, and the others are counted, unless all are asked for."""
    market = Market("when: msval > 0")
    for _ in range(50):
        market.slots(0, 500, of=INDIVIDUAL)
    keep(folder / "long.zst", market.entries)
    done = invoke("rules", "long.zst", "--rule", "buyers", folder=folder)
    assert len(read_rows(done.stdout, "time")) == 41
    assert "… and 10 more; --all shows them" in done.stdout
    done = invoke("rules", "long.zst", "--rule", "buyers", "--all", folder=folder)
    assert len(read_rows(done.stdout, "time")) == 50


def test_the_same_as_data(folder: Path) -> None:
    """JSON has everything, CSV the alerts; both have figures in the feed's unit, and codes beside names."""
    found: dict[str, Any] = json.loads(run(folder, "--format", "json"))
    rows = list(csv.DictReader(run(folder, "--format", "csv").splitlines()))
    assert len(found["alerts"]) == len(rows) == 13
    first = found["alerts"][0]
    assert {key: "" if value is None else str(value) for key, value in first.items()} == rows[0]
    assert (first["sector"], first["sector_name"], first["investor_name"]) == ("001", "kospi", "foreign")
    assert (first["value"], first["peak"], first["duration"], first["told"]) == (-310, -420, 60, 1)
    assert (first["fired_at"], first["ended_at"]) == ("2026-11-23 09:01:00", "2026-11-23 09:02:00")
    sellers = found["rules"][0]
    assert (sellers["fired"], sellers["told"], sellers["held"]) == (4, 2, 2)
    assert sellers["by_date"]["2026-11-24"] == {"fired": 2, "told": 1, "held": 1}
    assert sellers["near_misses"][0]["value"] == -291
    assert found["rules"][2]["blind_sessions"] == ["2026-11-23", "2026-11-24"]
    assert found["updates"] == 26


def test_a_silent_feed_is_told_in_every_report(folder: Path) -> None:
    """Under its own name, with how long it was; it counts for no rule, and charts are drawn all the same."""
    market = Market("when: msval > 0")
    market.slots(0, -310)
    market.fall_silent()
    market.be_heard(750)
    market.at += 750
    market.slots(0)
    market.fall_silent()
    keep(folder / "silent.zst", market.entries)
    words = "feed-silent: nothing came from the exchange since 2026-11-23 09:00:30, 12m 30s (heard again); "
    words += "since 2026-11-23 09:13:30, still open"
    text = invoke("rules", "silent.zst", "--plot", "sellers", "--html", "report.html", folder=folder)
    assert (text.exit_code, text.stderr) == (0, "")
    assert words in text.stdout
    assert [row[1] for row in read_rows(text.stdout, "time")] == ["sellers", "buyers"]
    assert words in (folder / "report.html").read_text(encoding="utf-8")
    found = json.loads(invoke("rules", "silent.zst", "--format", "json", folder=folder).stdout)
    assert [(each["rule"], each["duration"]) for each in found["silences"]] == [
        ("feed-silent", 750), ("feed-silent", None),
    ]  # fmt: skip
    assert {each["rule"] for each in found["alerts"]} == {"sellers", "buyers"}


def test_a_plot_in_the_terminal(folder: Path) -> None:
    """Of the rule's busiest session, or at the scope that is asked for; firings are marked."""
    assert "◆" in run(folder, "--plot", "sellers")
    assert "buyers · 코스피 외국인" in run(folder, "--plot", "buyers", "--scope", "kospi/foreign")
    assert "buyers · 코스피 개인" in run(folder, "--plot", "buyers", "--scope", "개인")


class _Page(HTMLParser):
    """Gathers the tags of a page and what they refer to; `feed` alone changes it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in {"src", "href", "action"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_that_needs_nothing_else(folder: Path) -> None:
    """No other file and no network; charts, both languages, and nothing of a rule's text as a tag."""
    run(folder, "--html", "report.html")
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert page.references == []
    assert "://" not in text
    assert page.tags.count("svg") == 7, "two sessions of each of three scopes, and one of what never fired"
    assert (text.count('class="told"'), text.count('class="held"')) == (11, 2)
    assert "코스피 외국인 · kospi foreigners" in page.text
    assert "외국인 <매도>" in page.text
    assert "매도" not in page.tags
    assert {"circle", "path", "rect", "script", "style"} <= set(page.tags)
    assert "prefers-color-scheme: dark" in text


def test_amounts_that_would_tell_so_often(folder: Path) -> None:
    """A line to paste for each rule, and what else was tried; or why there is none."""
    text = run(folder, "--suggest", "1/session", "--rule", "buyers")
    assert text.startswith("buyers\n  when: delta(msval) >= ")
    amount = re.search(r"when: (.*)억", text)
    assert amount is not None
    (folder / "again.yaml").write_text(RULES.replace("delta(msval) >= 200", amount[1]), encoding="utf-8")
    done = invoke("again.yaml", "past.jsonl.zst", "--format", "json", folder=folder)
    assert json.loads(done.stdout)["rules"][1]["told"] == 2
    assert run(folder, "--suggest", "5/week", "--rule", "buyers") == text
    text = run(folder, "--suggest", "1/session", "--rule", "quiet", "--vary", "2")
    assert text == "quiet\n  individual.msval is set against 0, which has no size to vary\n\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rules"], "name a recording or a store behind the rules"),
        (["past.jsonl.zst"], "name rule files (.yaml) before the recordings"),
        (["rules", "gone.zst"], "there is no gone.zst"),
        (["rules", "past.jsonl.zst", "--rule", "seller"], "no rule has the name 'seller'; did you mean sellers?"),
        (["rules", "past.jsonl.zst", "--plot", "seller"], "no rule has the name 'seller'; did you mean sellers?"),
        (["rules", "past.jsonl.zst", "--scope", "kospi"], "name a rule with --plot"),
        (["rules", "past.jsonl.zst", "--plot", "sellers", "--scope", "kospii"], "'kospii' is no sector"),
        (["time.yaml", "past.jsonl.zst", "--plot", "late"], "late is about the time of day alone"),
        (["rules", "past.jsonl.zst", "--suggest", "often"], "'often' is no rate; write a number and a period"),
        (["rules", "past.jsonl.zst", "--suggest", "1/day", "--vary", "x"], "--vary x picks nothing"),
        (["rules", "past.jsonl.zst", "--html", "gone/report.html"], "gone/report.html cannot be written"),
        (["rules", "rules.txt"], "rules.txt"),
        (["-c", "flowalert.yaml", "rules"], "name rule files or settings (-c), not both"),
    ],
)
def test_what_is_wrong_on_the_command_line(folder: Path, arguments: list[str], words: str) -> None:
    """Said in a line, with exit code 2 and nothing on standard output."""
    (folder / "rules.txt").write_text("no recording", encoding="utf-8")
    late = "rules: [{name: late, sectors: kospi, investors: foreign, when: time > 14:00}]"
    (folder / "time.yaml").write_text(late, encoding="utf-8")
    done = invoke(*arguments, folder=folder)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in re.sub(r"\s+", " ", done.stderr)


def test_rules_with_errors(folder: Path) -> None:
    """Each at its place, as `flowalert check` has it."""
    (folder / "rules" / "all.yaml").write_text(RULES.replace("msval <=", "msvall <="), encoding="utf-8")
    done = invoke("rules", "past.jsonl.zst", folder=folder)
    assert done.exit_code == 2
    assert "all.yaml:6:11: unknown name 'msvall'" in done.stderr


def test_a_recording_that_was_cut_short(folder: Path) -> None:
    """What is left is run, and how far it goes is said."""
    market = Market("when: msval > 0")
    market.slots(*range(5_000))
    keep(folder / "cut.zst", market.entries)
    whole = (folder / "cut.zst").read_bytes()
    (folder / "cut.zst").write_bytes(whole[:-100])
    done = invoke("rules", "cut.zst", folder=folder)
    assert done.exit_code == 0
    assert re.search(r"cut\.zst: cut short after [0-9,]+ entries; the rest is lost", done.stderr)
    assert "updates in " in done.stdout
