"""`flowalert test`, as a user runs it."""

import contextlib
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from flowalert.cli import test as command
from tests.program import run_program

RULES = """\
rules:
  - {name: dump, sectors: [kospi], investors: [foreign], when: delta(msval) <= -100억, summary: 외국인 대량 매도}
  - {name: turn, sectors: [kospi], investors: [foreign], when: "crosses(msval, 0)"}
  - {name: lonely, sectors: [kospi], investors: [개인], when: msval > 0}
"""
PASSES = """\
rules: ../rules.yaml
defaults: {sector: kospi}
tests:
  - name: a heavy sale is told
    market: {foreign msval: 0 -450}
    expect:
      - {fires: dump, at: 09:01:00, value: -450억}
      - {quiet: turn}
"""
FAILS = """\
rules: [../*.yaml]
tests:
  - name: a light sale is told
    market: {kospi foreign msval: 0 -50 -450}
    expect:
      - {fires: dump, at: 09:01:30, value: -450억, title: "⚠ [주의] 개인 대량 매도"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with rules, and a file of tests that pass in a folder of its own."""
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    (tmp_path / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "rules" / "tests" / "a.yaml").write_text(PASSES, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    """Run the command in this process, as if in a folder."""
    with contextlib.chdir(folder):
        done = CliRunner(env={"COLUMNS": "120"}).invoke(command.test, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def write(folder: Path, text: str, name: str = "b.yaml") -> str:
    """Write another file of tests; return its path from the folder."""
    (folder / "rules" / "tests" / name).write_text(text, encoding="utf-8")
    return f"rules/tests/{name}"


def test_the_program_has_the_command(folder: Path) -> None:
    """Its report is what the program prints, and its exit code the program's."""
    done = run_program("test", folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 passed in 1 file\n", "")


@pytest.mark.parametrize("arguments", [[], ["rules"], ["rules/tests/a.yaml"], ["rules/tests", "rules/tests/a.yaml"]])
def test_tests_that_pass(folder: Path, arguments: list[str]) -> None:
    """A file, a folder, or nothing at all for ./rules; files of rules in a folder are none of tests."""
    done = run(folder, *arguments)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "1 passed in 1 file\n", "")


def test_a_failure_stands_beside_what_was_seen(folder: Path) -> None:
    """Its place in the file, expected and seen side by side, and the market around it; exit code 1, and plain text."""
    write(folder, FAILS)
    done = run(folder, "--verbose")
    assert done.exit_code == 1
    assert "\x1b" not in done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "✓ a heavy sale is told rules/tests/a.yaml:4"
    assert lines[1] == "✗ a light sale is told rules/tests/b.yaml:3"
    assert lines[2] == "rules/tests/b.yaml:6:10: fires dump at 09:01:30: it came otherwise"
    assert lines[4:6] == ["≠ value -450억 -400억", "≠ title ⚠ [주의] 개인 대량 매도 ⚠ [주의] 외국인 대량 매도"]
    assert "slot kospi foreign msval delta(msval) when" in lines
    assert "▸ 09:01:30 -450 -400억 true" in lines
    assert lines[-1] == "1 passed, 1 failed in 2 files"


def test_texts_are_shown_as_they_are(folder: Path) -> None:
    """Brackets in a title are no markup, whether it agrees or not."""
    rules = RULES.replace("summary: 외국인 대량 매도", 'title: "[red] sale", message: "[bold]"')
    (folder / "rules" / "rules.yaml").write_text(rules, encoding="utf-8")
    expected = FAILS.replace('"⚠ [주의] 개인 대량 매도"', '"[blue] sale", message: "[bold]"')
    write(folder, expected)
    lines = [" ".join(line.split()) for line in run(folder, "rules").stdout.splitlines()]
    assert "≠ title [blue] sale [red] sale" in lines
    assert "= message [bold] [bold]" in lines


def test_what_nobody_expected_can_be_pasted(folder: Path) -> None:
    """The expectation that would have been met stands below the failure."""
    write(folder, FAILS.replace("\n      - {fires: dump, at: 09:01:30", " []\n#"))
    done = run(folder)
    pasted = "- fires: dump\n        at: 09:01:30\n        scope: kospi foreign\n        value: -400억\n"
    assert pasted in done.stdout


def test_a_broken_file_is_said_at_its_place_and_stops_no_other(folder: Path) -> None:
    """Files of tests, those that they name, and mistakes in the rules; exit code 2, whatever else failed."""
    write(folder, FAILS.replace("fires: dump", "fires: dmp"), "b.yaml")
    write(folder, FAILS.replace("../*.yaml", "gone.yaml"), "c.yaml")
    write(folder, "tests: [", "d.yaml")
    write(folder, "rules: bad.yaml\ntests: []\n", "e.yaml")
    write(folder, "rules:\n  - {name: bad, sectors: [kospi], investors: [foreign], when: msvall > 0}\n", "bad.yaml")
    done = run(folder)
    assert done.exit_code == 2
    found = [line.split(";")[0] for line in done.stdout.splitlines()]
    assert found[:2] == [
        "rules/tests/b.yaml:6:17: no rule is called 'dmp'",
        "rules/tests/c.yaml:1:9: no file of rules matches gone.yaml",
    ]
    assert found[2].startswith("rules/tests/d.yaml:")
    assert found[3].startswith("rules/tests/bad.yaml:2:63: unknown name 'msvall'")
    assert found[-1] == "1 passed in 1 file"


def test_tests_are_chosen_by_a_part_of_their_name_or_rule(folder: Path) -> None:
    """-k picks; what picks nothing is wrong usage."""
    write(folder, FAILS)
    assert run(folder, "-k", "HEAVY").exit_code == 0
    assert run(folder, "-k", "turn").exit_code == 0
    assert run(folder, "-k", "light").exit_code == 1
    done = run(folder, "-k", "no such")
    assert done.exit_code == 2
    assert "no test has no such in its name or its rules" in done.stderr


def test_wrong_usage(tmp_path: Path) -> None:
    """A folder without tests, no folder at all, and a file that is not there or none of tests."""
    done = run(tmp_path)
    assert (done.exit_code, "there is no folder rules here" in done.stderr) == (2, True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = run(tmp_path)
    assert (done.exit_code, "there are no tests here" in done.stderr) == (2, True)
    done = run(tmp_path, "gone.yaml", "rules/rules.yaml")
    assert done.exit_code == 2
    assert done.stdout.splitlines()[:2] == [
        "gone.yaml:1:1: the file cannot be read: No such file or directory; look at its name and its rights",
        "rules/rules.yaml:1:1: this is no file of tests; begin with rules: and tests:",
    ]


def test_coverage_lists_the_rules_without_a_test(folder: Path) -> None:
    """Those that no test names, and those that are only said to be quiet, each with its place."""
    done = run(folder, "--coverage")
    assert done.exit_code == 0
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "1 of 3 rules have a test in which they must tell something",
        "lonely has no test rules/rules.yaml:4",
        "turn has only tests to be quiet rules/rules.yaml:3",
        "1 passed in 1 file",
    ]


def test_the_report_as_json(folder: Path) -> None:
    """Everything that the text says, for programs."""
    write(folder, FAILS)
    write(folder, "rules: ../rules.yaml\ntests: []", "c.yaml")
    done = run(folder, "--format", "json", "--coverage")
    assert done.exit_code == 2
    report = json.loads(done.stdout)
    assert (report["passed"], report["failed"]) == (1, 1)
    assert report["problems"] == [
        {
            "file": "rules/tests/c.yaml",
            "line": 2,
            "column": 8,
            "what": "there are no tests here",
            "instead": "write a list, each test after a dash",
        }
    ]
    (failure,) = report["tests"][1]["failures"]
    assert (failure["line"], failure["column"], failure["what"]) == (6, 10, "it came otherwise")
    assert failure["rows"][0] == {"label": "value", "expected": "-450억", "seen": "-400억", "agrees": False}
    assert failure["around"]["rows"][-1] == {"at": "09:01:30", "cells": ["-450", "-400억", "true"]}
    assert report["coverage"]["untested"] == [{"rule": "lonely", "where": "rules/rules.yaml:4"}]


def test_the_report_for_a_build_server(folder: Path) -> None:
    """JUnit's XML: a suite a file, a case a test, failures with their text, and errors for what cannot be read."""
    write(folder, FAILS.replace("a light sale is told", '"a <light> & \\b sale"'))
    write(folder, "rules: ../rules.yaml\ntests: []", "c.yaml")
    done = run(folder, "--format", "junit")
    assert done.exit_code == 2
    root = ET.fromstring(done.stdout)  # noqa: S314 - our own
    assert dict(root.attrib) == {"name": "flowalert", "tests": "3", "failures": "1", "errors": "1"}
    passed, failed, broken = root.iter("testcase")
    assert (passed.attrib["name"], len(passed)) == ("a heavy sale is told", 0)
    assert failed.attrib["file"] == "rules/tests/b.yaml"
    (failure,) = failed
    assert failure.attrib["message"] == "fires dump at 09:01:30: it came otherwise"
    assert "expected '-450억', seen '-400억'" in str(failure.text)
    assert broken[0].tag == "error"
