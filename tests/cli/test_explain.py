"""`flowalert explain`, as a user runs it."""

import json
from pathlib import Path

import pytest

from tests.program import run_program

RULES = """\
rules:
  - name: foreigners-dump
    summary: 외국인 대량 순매도
    sectors: [kospi]
    investors: [foreign]
    when: delta(msval) <= -300억
  - name: institutions-buy
    sectors: [kospi]
    investors: [기관]
    when: delta(msval, 5m) >= 300억
    notify: [desk]
  - {name: sleeping, sectors: [kospi], investors: [foreign], when: msval > 0, enabled: false}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def test_a_rule_is_explained_in_words(folder: Path) -> None:
    """Of the rules here, in the language that is asked for; what it says goes to standard output."""
    done = run_program("explain", "foreigners-dump", "--lang", "ko", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["foreigners-dump  외국인 대량 순매도  rules/a.yaml:2", "  delta(msval) <= -300억"]
    assert lines[lines.index("조건") + 1] == "  - 외국인 순매수 변화가 -300억 이하"
    english = run_program("explain", "foreigners-dump", "rules/a.yaml", "--lang", "en", folder=folder).stdout
    assert "  - the change of foreigners' net buying since the update before is at or below -30 billion won" in english


@pytest.mark.parametrize(
    ("environ", "title"),
    [
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ko_KR.UTF-8"}, "조건"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "en_US.UTF-8"}, "Condition"),
        ({"LC_ALL": "C.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8", "LANG": "ko_KR.UTF-8"}, "Condition"),
        ({"LC_ALL": "", "LC_MESSAGES": "ko_KR.UTF-8", "LANG": "C"}, "조건"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "Condition"),
    ],
)
def test_the_language_is_the_environments(
    folder: Path, environ: dict[str, str], title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Korean where it says so, else English."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    # The locale of the test has no say in how Python writes.
    monkeypatch.setenv("PYTHONUTF8", "1")
    assert title in run_program("explain", "foreigners-dump", folder=folder).stdout.splitlines()


def test_without_a_name_the_rules_are_listed(folder: Path) -> None:
    """A line each, those that are switched off left out."""
    done = run_program("explain", "--lang", "ko", folder=folder)
    assert done.stdout.splitlines() == [
        "foreigners-dump   코스피 외국인: 순매수 변화가 -300억 이하, 그때마다",
        "institutions-buy  코스피 기관계: 순매수 5분 변화가 300억 이상",
    ]
    assert run_program("explain", "rules", "--lang", "ko", folder=folder).stdout == done.stdout


def test_several_rules_at_once(folder: Path) -> None:
    """One behind the other, in the order of their files."""
    out = run_program("explain", "institutions-buy", "foreigners-dump", "--lang", "en", folder=folder).stdout
    assert 0 <= out.index("foreigners-dump  ") < out.index("\n\ninstitutions-buy  ")


def test_json_has_the_same(folder: Path) -> None:
    """The page of a rule, or the list of all, for programs; keys of sections are the same in both languages."""
    pages = [
        json.loads(run_program("explain", "foreigners-dump", "--format", "json", "--lang", lang, folder=folder).stdout)
        for lang in ("ko", "en")
    ]
    keys = [[section["key"] for section in page["rules"][0]["sections"]] for page in pages]
    assert keys[0] == keys[1]
    (condition,) = [each for each in pages[1]["rules"][0]["sections"] if each["key"] == "condition"]
    assert condition["items"][0]["parts"] == []
    listed = json.loads(run_program("explain", "--format", "json", folder=folder).stdout)["rules"]
    assert [(each["rule"], each["mode"]) for each in listed] == [
        ("foreigners-dump", "event"),
        ("institutions-buy", "state"),
    ]
    assert listed[0]["where"] == "rules/a.yaml:2"


def test_a_name_that_is_none_is_answered_with_the_nearest(folder: Path) -> None:
    """And one that is switched off is told from it; exit code 2, and nothing on standard output."""
    for name, answer in (
        ("foreigners-dmup", "no rule has the name 'foreigners-dmup'; did you mean foreigners-dump?"),
        ("sleeping", "the rule 'sleeping' is switched off; take out its enabled: false"),
        ("rules/b.yaml", "there is no rules/b.yaml"),
    ):
        done = run_program("explain", name, folder=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert answer in done.stderr


def test_rules_with_mistakes_are_not_explained(folder: Path) -> None:
    """The mistakes are said instead, at their places."""
    broken = RULES.replace("delta(msval) <=", "delat(msval) <=")
    (folder / "rules" / "a.yaml").write_text(broken, encoding="utf-8")
    done = run_program("explain", "foreigners-dump", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "rules/a.yaml:6:11: unknown function 'delat'; did you mean delta?" in done.stderr


def test_where_there_are_no_rules(tmp_path: Path) -> None:
    """It says what to name."""
    done = run_program("explain", folder=tmp_path)
    assert done.returncode == 2
    assert "there is no folder rules here; name the files of rules, or settings with -c" in done.stderr


SETTINGS = """\
feed: {appkey: a, appsecret: b}
channels:
  default: {targets: ["json://127.0.0.1:1/"]}
  desk: {targets: ["json://127.0.0.1:2/"]}
rules: [rules/a.yaml]
"""


def test_with_settings_it_says_which_channels_are_told(folder: Path) -> None:
    """Those that a rule names, or the default."""
    (folder / "flowalert.yaml").write_text(SETTINGS, encoding="utf-8")
    for rule, channel in (("foreigners-dump", "default"), ("institutions-buy", "desk")):
        done = run_program("explain", rule, "-c", "flowalert.yaml", "--lang", "en", folder=folder)
        lines = done.stdout.splitlines()
        assert lines[lines.index("Who is told") + 1] == f"  - {channel}"
    done = run_program("explain", "rules", "-c", "flowalert.yaml", folder=folder)
    assert done.returncode == 2
    assert "name rule files or settings (-c), not both" in done.stderr
    (folder / "flowalert.yaml").write_text(SETTINGS.replace("json://127.0.0.1:1/", "slak://x"), encoding="utf-8")
    done = run_program("explain", "-c", "flowalert.yaml", folder=folder)
    assert done.returncode == 2
    assert "flowalert.yaml:3:23: `slak://` is no scheme" in done.stderr
