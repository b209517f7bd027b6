"""`flowalert schema`, as a user runs it."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flowalert.rules.schema import make_schema
from tests.program import run_program


@pytest.mark.parametrize("kind", ["rules", "settings", "tests"])
def test_each_schema_is_one(kind: str, tmp_path: Path) -> None:
    """On standard output and nowhere else, so that it can go to a file."""
    done = run_program("schema", kind, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    Draft202012Validator.check_schema(printed)
    assert printed["title"].startswith("flowalert ")


def test_rules_are_what_is_printed_first(tmp_path: Path) -> None:
    """They are what people write most; the output is the file in the package, to the byte."""
    done = run_program("schema", folder=tmp_path)
    assert json.loads(done.stdout) == make_schema()
    root = Path(__file__).parent.parent.parent
    assert done.stdout == (root / "flowalert" / "rules" / "rules.schema.json").read_text(encoding="utf-8")


def test_settings_are_described_as_people_write_them(tmp_path: Path) -> None:
    """Durations with units, and one text for a list of one."""
    validator = Draft202012Validator(json.loads(run_program("schema", "settings", folder=tmp_path).stdout))
    good = {
        "feed": {"domain": "paper", "appkey": "${A}", "appsecret": "${B}", "silence_after": "90s", "pace": 0.1},
        "channels": {"desk": {"targets": "json://127.0.0.1:8000"}},
        "rules": "rules/*.yaml",
    }
    assert list(validator.iter_errors(good)) == []
    assert list(validator.iter_errors({**good, "ruls": []}))
    assert list(validator.iter_errors({**good, "feed": {"silence_after": []}}))
