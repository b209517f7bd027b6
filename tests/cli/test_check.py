"""`flowalert check`, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import PATIENCE, run_program

GOOD = "rules:\n  - {name: a, sectors: [kospi], investors: [foreign], when: msval > 0}\n"
BAD = """\
rules:
  - name: a
    sectors: [코스닥닥]
    investors: [foreign]
    when: delta(msval) <= -300역
  - name: b
    sectors: [kospi]
    investors: [foreign]
    whne: msval > 0
"""
SUSPECT = GOOD.replace("msval > 0", "msval > 300_000_000")


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_every_error_is_shown_at_its_place(tmp_path: Path) -> None:
    """As compilers do: the place, the line with a mark under it, and what to write instead; exit code 1."""
    write(tmp_path, bad=BAD)
    done = run_program("check", "bad.yaml", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "4 errors in 1 file\n")
    assert (
        done.stdout
        == """\
bad.yaml:3:15: error: unknown sector '코스닥닥'
      sectors: [코스닥닥]
                ^^^^^^^^
help: did you mean 코스닥?

bad.yaml:5:27: error: unknown unit '역'
      when: delta(msval) <= -300역
                            ^^^^^^
help: did you mean -300억?

bad.yaml:6:5: error: the rule has no 'when'
    - name: b
      ^
help: add when:

bad.yaml:9:5: error: unknown key 'whne'
      whne: msval > 0
      ^^^^
help: did you mean when?

"""
    )


def test_a_warning_is_shown_and_is_no_failure(tmp_path: Path) -> None:
    """Unless it is asked to be one."""
    write(tmp_path, suspect=SUSPECT)
    done = run_program("check", "suspect.yaml", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "1 rule in 1 file: no errors, 1 warning\n")
    first, _, carets, _, _ = done.stdout.splitlines()
    assert first == ("suspect.yaml:2:69: warning: a bare number is in 억원: this is 30,000조, more than any day brings")
    assert carets.strip() == "^" * len("300_000_000")
    assert run_program("check", "--strict", "suspect.yaml", folder=tmp_path).returncode == 1
    write(tmp_path, suspect=SUSPECT + BAD.removeprefix("rules:\n").replace("name: a", "name: c"))
    done = run_program("check", "suspect.yaml", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "4 errors and 1 warning in 1 file\n")


def test_json_is_for_programs(tmp_path: Path) -> None:
    """One object on standard output, whatever was found, and the same exit code."""
    write(tmp_path, bad=BAD, suspect=SUSPECT.replace("name: a", "name: s"))
    done = run_program("check", "--format", "json", "bad.yaml", "suspect.yaml", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert {key: told[key] for key in ("errors", "warnings", "rules", "files")} == {
        "errors": 4, "warnings": 1, "rules": 1, "files": 2,
    }  # fmt: skip
    assert told["problems"][0] == {
        "file": "bad.yaml", "line": 3, "column": 15, "length": 4, "level": "error", "rule": "a",
        "what": "unknown sector '코스닥닥'", "instead": "did you mean 코스닥?",
    }  # fmt: skip
    assert [(each["level"], each["rule"]) for each in told["problems"]] == [
        ("error", "a"), ("error", "a"), ("error", "b"), ("error", "b"), ("warning", "s"),
    ]  # fmt: skip
    write(tmp_path, good=GOOD)
    done = run_program("check", "--format", "json", "good.yaml", folder=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["problems"]) == (0, [])


def test_github_shows_them_in_the_change(tmp_path: Path) -> None:
    """A workflow command a problem, with what would end it early written as GitHub wants it."""
    (tmp_path / "a,b:c.yaml").write_text(GOOD.replace("name: a", 'name: "x%,:"').replace("> 0", "> 100%"))
    done = run_program("check", "--format", "github", "a,b:c.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "::error file=a%2Cb%3Ac.yaml,line=2,col=66,endColumn=78,title=flowalert%3A x%25%2C%3A::"
        "an amount of won is compared with a ratio; write an amount of won, like 300억, or a bare number in 억원\n"
    )
    write(tmp_path, suspect=SUSPECT)
    done = run_program("check", "--format", "github", "suspect.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout.split(" ")[0]) == (0, "::warning")


@pytest.mark.parametrize(("setting", "is_coloured"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_it_wants_none(setting: str, tmp_path: Path, *, is_coloured: bool) -> None:
    """Errors are red; NO_COLOR is heard."""
    write(tmp_path, bad=BAD)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flowalert", "check", "bad.yaml"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": setting, "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:  # the other end of a terminal is gone
        pass
    finally:
        os.close(ours)
        process.wait(PATIENCE)
    assert b"unknown sector" in seen
    assert (b"\x1b[31m" in seen) is is_coloured


def test_files_folders_and_the_rules_here(tmp_path: Path) -> None:
    """A file, a folder, or nothing at all for ./rules; exit code 0 where all is well."""
    (tmp_path / "rules" / "more").mkdir(parents=True)
    (tmp_path / "rules" / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "rules" / "more" / "good.yml").write_text(
        GOOD.replace("name: a", "name: b").replace("> 0", "> 1"), encoding="utf-8"
    )
    for arguments in (["check"], ["check", "rules"], ["check", "rules/good.yaml", "rules/more/good.yml"]):
        done = run_program(*arguments, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "2 rules in 2 files: no errors\n")


def test_tests_of_rules_are_no_rules(tmp_path: Path) -> None:
    """They stand beside them: of a folder they are left out, and one that is named is said to be none."""
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    write(tmp_path / "rules", good=GOOD)
    write(tmp_path / "rules" / "tests", of_good="rules: ../good.yaml\ntests: []\n")
    done = run_program("check", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "1 rule in 1 file: no errors\n")
    done = run_program("check", "rules/tests/of_good.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert "this is a file of rule tests, not of rules" in done.stdout


def test_what_is_not_there_or_not_text(tmp_path: Path) -> None:
    """A missing file and one that is no UTF-8 are errors like any other, beside those of the rest."""
    (tmp_path / "binary.yaml").write_bytes(b"rules:\n  - \xff\n")
    write(tmp_path, good=GOOD)
    done = run_program("check", "gone.yaml", "binary.yaml", "good.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "gone.yaml:1:1: error: the file cannot be read: No such file or directory",
        "help: look at its name and its rights",
        "",
        "binary.yaml:2:1: error: this is no UTF-8 text",
        "help: save the file as UTF-8",
        "",
    ]


def test_settings_are_checked_with_their_rules(tmp_path: Path) -> None:
    """Unset variables, unknown channels and targets that are none are errors at their place; no secret is shown."""
    (tmp_path / "rules.yaml").write_text(GOOD.replace("}", ", notify: [dsk]}"), encoding="utf-8")
    (tmp_path / "flowalert.yaml").write_text(
        "feed:\n  appkey: ${FLOWALERT_TEST_UNSET}\n  appsecret: planted-secret\n"
        "channels:\n  desk:\n    targets:\n      - slak://planted-token/b/c\nrules: [rules.yaml]\n",
        encoding="utf-8",
    )
    done = run_program("check", "-c", "flowalert.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert "flowalert.yaml:2:11: error: the variable FLOWALERT_TEST_UNSET is not set" in done.stdout
    set_up = (tmp_path / "flowalert.yaml").read_text(encoding="utf-8").replace("${FLOWALERT_TEST_UNSET}", "a-key")
    (tmp_path / "flowalert.yaml").write_text(set_up, encoding="utf-8")
    for form in ("text", "json", "github"):
        done = run_program("check", "-c", "flowalert.yaml", "--format", form, folder=tmp_path)
        assert "`slak://` is no scheme that Apprise knows; did you mean `slack://`?" in done.stdout
        assert "unknown channel 'dsk'" in done.stdout
        assert "planted" not in done.stdout + done.stderr
    shown = run_program("check", "-c", "flowalert.yaml", folder=tmp_path).stdout
    assert "\nrules.yaml:2:81: error: unknown channel 'dsk'\n  " in shown
    assert "when: msval > 0" in shown


def test_the_repositorys_own_rules_and_examples_are_right() -> None:
    """What a newcomer copies has no errors and no warnings."""
    root = Path(__file__).parent.parent.parent
    for folder in ("rules", "examples/rules"):
        done = run_program("check", folder, folder=root)
        assert (done.returncode, done.stdout) == (0, "")
