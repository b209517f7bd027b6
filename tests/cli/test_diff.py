"""`flowalert diff`, as a user runs it."""

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowalert.cli.diff import diff as compare
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.store import open_store
from tests.cli.keep import keep
from tests.engine.market import Market
from tests.program import run_program

OLD = """\
rules:
  - {name: sellers, sectors: [kospi], investors: [foreign], when: msval <= -300억}
  - {name: same, sectors: [kospi], investors: [foreign], when: msval <= -250억}
  - {name: gone, sectors: [kospi], investors: [foreign], when: msval >= 200억}
"""
NEW = """\
rules:
  - {name: sellers, sectors: [kospi], investors: [foreign], when: msval <= -400억, severity: critical}
  - {name: same, sectors: [kospi], investors: [foreign], when: msval <= -250억}
"""


def make_entries() -> Sequence[Entry]:
    market = Market("when: msval > 0")
    market.slots(0, -310, 0)
    market.at += DAY
    market.slots(0, -310, -420, 0, 250, 0)
    return market.entries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two versions of rules, and two days of a market."""
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    keep(tmp_path / "past.zst", make_entries())
    return tmp_path


def diff(folder: Path, *arguments: str) -> Result:
    """Run the command in this process, which is faster."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(compare, arguments)


def read_rows(text: str, sign: str) -> list[list[str]]:
    """Return the cells of the alerts with this sign."""
    return [re.split(r"\s{2,}", line.strip())[1:] for line in text.splitlines() if re.match(rf"\{sign}  20", line)]


def test_the_rules_alone(folder: Path) -> None:
    """What is added, gone and changed, and in which keys; exit code 1."""
    done = diff(folder, "old.yaml", "new.yaml")
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "~ sellers: when, severity",
        "    - msval <= -300억",
        "    + msval <= -400억",
        "- gone",
    ]
    assert diff(folder, "new.yaml", "old.yaml").stdout.splitlines()[-1] == "+ gone"


def test_rules_that_say_the_same(folder: Path) -> None:
    """Exit code 0, whatever the files look like."""
    (folder / "again.yaml").write_text("# moved\n" + OLD.replace("<= -300억", "<=-3_00억"), encoding="utf-8")
    done = diff(folder, "old.yaml", "again.yaml", "past.zst")
    assert (done.exit_code, done.stdout) == (0, "The rules are the same.\n")


def test_what_would_have_been_told(folder: Path) -> None:
    """What moved, came and went, with time, scope and value, and how many by rule and session."""
    done = diff(folder, "old.yaml", "new.yaml", "past.zst")
    assert (done.exit_code, done.stderr) == (1, "")
    assert read_rows(done.stdout, "-") == [
        ["2026-11-23 09:00:30", "sellers", "코스피 외국인", "-310억", "warning"],
        ["2026-11-24 09:03:30", "gone", "코스피 외국인", "+250억", "warning"],
    ]
    (moved,) = read_rows(done.stdout, "~")
    assert moved == [
        "2026-11-24 09:02:00 → 09:02:30",
        "sellers",
        "코스피 외국인",
        "-310억 → -420억",
        "warning → critical",
    ]
    assert re.search(r"sellers +2026-11-23 +· +1 +·", done.stdout)
    assert re.search(r"sellers +2026-11-24 +· +· +1", done.stdout)


def test_a_change_that_nobody_would_have_noticed(folder: Path) -> None:
    """The rules differ, so the exit code is 1, and the alerts do not."""
    (folder / "new.yaml").write_text(OLD.replace("-250억", "-249억"), encoding="utf-8")
    done = diff(folder, "old.yaml", "new.yaml", "past.zst")
    assert done.exit_code == 1
    assert "The same alerts would have been told in 2 sessions." in done.stdout


async def test_the_latest_day_of_a_store(folder: Path) -> None:
    """With the settings of a service, its journal's latest day is what both are run over."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    async with open_store(folder / "flowalert.db") as store:
        await store.commit([(now, entry) for entry in make_entries()], (), (), now=now)
    (folder / "flowalert.yaml").write_text(
        "feed: {appkey: k, appsecret: s}\nrules: [old.yaml]\nstore: flowalert.db\n", encoding="utf-8"
    )
    done = run_program("diff", "old.yaml", "new.yaml", "-c", "flowalert.yaml", folder=folder)
    assert done.returncode == 1
    assert [row[0] for row in read_rows(done.stdout, "-")] == ["2026-11-24 09:03:30"]
    backtest = run_program("backtest", "-c", "flowalert.yaml", folder=folder)
    assert backtest.returncode == 0
    assert "9 updates in 2 sessions" in backtest.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["old.yaml", "past.zst"], "past.zst holds no rules; name a .yaml file"),
        (["old.yaml", "gone.yaml"], "there is no gone.yaml"),
        (["old.yaml", "new.yaml", "old.yaml"], "old.yaml holds rules; name recordings or stores behind OLD and NEW"),
        (["old.yaml", "bad.yaml"], "bad.yaml:1:13: unknown key"),
        (["old.yaml", "new.yaml", "bad.zst"], "bad.zst"),
    ],
)
def test_trouble(folder: Path, arguments: list[str], words: str) -> None:
    """Exit code 2, which is no answer to whether they differ."""
    (folder / "bad.yaml").write_text("{rules: [], rulse: []}", encoding="utf-8")
    (folder / "bad.zst").write_bytes(b"no recording")
    done = diff(folder, *arguments)
    assert done.exit_code == 2
    assert words in re.sub(r"\s+", " ", done.stderr)
