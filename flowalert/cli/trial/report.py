"""What came of the rules' tests, for programs: JSON, and the XML that build servers read (JUnit's)."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flowalert.cli.trial.source import Covered
from flowalert.engine.trial import Failure, Surroundings, Verdict
from flowalert.market.instant import clock
from flowalert.rules.problem import Problem

# What XML 1.0 cannot hold, in whatever form it is written.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_json(problems: Sequence[Problem], verdicts: Sequence[Verdict], covered: Covered | None) -> str:
    """Return one object: `passed`, `failed`, `tests`, `problems`, and `coverage` where it was asked for.

    A test has `file line name passed failures`; a failure `line column subject what rows around paste`, with
    `rows` of `label expected seen agrees` and `around` of `at columns rows`. Times are `HH:MM:SS`.
    """
    passed = sum(verdict.passed for verdict in verdicts)
    report: dict[str, Any] = {
        "passed": passed,
        "failed": len(verdicts) - passed,
        "tests": [_describe(verdict) for verdict in verdicts],
        "problems": [
            {"file": each.file, "line": each.line, "column": each.column, "what": each.what, "instead": each.instead}
            for each in problems
        ],
    }
    if covered is not None:
        report["coverage"] = {
            words: [{"rule": name, "where": where} for where, name in rules]
            for words, rules in (("told", covered.told), ("quiet", covered.quiet), ("untested", covered.untested))
        }
    return json.dumps(report, ensure_ascii=False, indent=2)


def write_junit(problems: Sequence[Problem], verdicts: Sequence[Verdict], covered: Covered | None) -> str:
    """Return a `testsuites` element: a suite a file, a case a test, and a suite of errors for broken files.

    Coverage is properties of the root: a rule without a test is `untested`.
    """
    root = Element("testsuites", {"name": "flowalert", **_count(verdicts, len(problems))})
    if covered is not None:
        properties = SubElement(root, "properties")
        for where, name in covered.untested:
            SubElement(properties, "property", name="untested", value=_clean(f"{name} ({where})"))
    for file in dict.fromkeys(verdict.trial.file for verdict in verdicts):
        mine = [verdict for verdict in verdicts if verdict.trial.file == file]
        suite = SubElement(root, "testsuite", {"name": _clean(file), **_count(mine, 0)})
        for verdict in mine:
            trial = verdict.trial
            case = SubElement(
                suite,
                "testcase",
                name=_clean(trial.name),
                classname=_clean(file),
                file=_clean(file),
                line=f"{trial.line}",
            )
            for failure in verdict.failures:
                message = _clean(f"{failure.subject}: {failure.what}")
                SubElement(case, "failure", message=message).text = _clean(_write_out(file, failure))
    if problems:
        suite = SubElement(root, "testsuite", {"name": "files", **_count((), len(problems))})
        for problem in problems:
            case = SubElement(suite, "testcase", name=_clean(problem.file), classname="files")
            SubElement(case, "error", message=_clean(problem.text)).text = _clean(str(problem))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _count(verdicts: Sequence[Verdict], errors: int) -> dict[str, str]:
    failed = sum(not verdict.passed for verdict in verdicts)
    return {"tests": f"{len(verdicts) + errors}", "failures": f"{failed}", "errors": f"{errors}"}


def _describe(verdict: Verdict) -> dict[str, Any]:
    trial = verdict.trial
    return {
        "file": trial.file,
        "line": trial.line,
        "name": trial.name,
        "passed": verdict.passed,
        "failures": [
            {
                "line": each.line,
                "column": each.column,
                "subject": each.subject,
                "what": each.what,
                "rows": [asdict(row) for row in each.rows],
                "around": None if each.surroundings is None else _lay_out(each.surroundings),
                "paste": each.paste,
            }
            for each in verdict.failures
        ],
    }


def _lay_out(around: Surroundings) -> dict[str, Any]:
    return {
        "at": clock(around.at),
        "columns": list(around.columns),
        "rows": [{"at": clock(at), "cells": list(cells)} for at, cells in around.rows],
    }


def _write_out(file: str, failure: Failure) -> str:
    lines = [f"{file}:{failure.line}:{failure.column}: {failure.subject}: {failure.what}"]
    lines += [
        f"  {'=' if row.agrees else '!'} {row.label}: expected {row.expected!r}, seen {row.seen!r}"
        for row in failure.rows
    ]
    if failure.surroundings is not None:
        lines.append(f"  slot | {' | '.join(failure.surroundings.columns)}")
        lines += [f"  {clock(at)} | {' | '.join(cells)}" for at, cells in failure.surroundings.rows]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _UNSAYABLE.sub("�", text)
