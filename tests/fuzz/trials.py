"""A file of rule tests."""

from collections.abc import Sequence
from pathlib import Path

from flowalert.rules.document import Document
from flowalert.rules.loader import load_rules
from flowalert.rules.trial.loader import is_trial_file, list_patterns, load_trials
from tests.fuzz.target import Target, text_of
from tests.fuzz.yaml import LONG_VALUES, each_key

_RULES = Path(__file__).parents[2] / "rules"
_LOADED = load_rules([(each.name, each.read_text(encoding="utf-8")) for each in sorted(_RULES.glob("*.yaml"))])
_TEST = {
    "name": "a",
    "date": "2026-11-23",
    "start": '"09:00"',
    "slot": "30s",
    "venue": "krx",
    "only": f"[{_LOADED.rulebook.rules[0].name}]",
    "market": "{foreign: 0 (-50)x10 = _ ? !-450 -100/-120}",
    "expect": "[]",
    "events": "[]",
}


def run(data: bytes) -> None:
    document = Document("t.yaml", text_of(data))
    is_trial_file(document)
    list_patterns(document)
    for problem in load_trials(document, _LOADED.rulebook).problems:
        str(problem)


def _bombs() -> Sequence[bytes]:
    values = (*LONG_VALUES, "{foreign: " + "(-1)x9999999 " * 10_000 + "}", "{foreign: '" + "=/" * 300_000 + "='}")
    return each_key("tests", _TEST, values)


_SEED = "tests:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in _TEST.items())
_FILES = sorted((_RULES / "tests").glob("*.yaml"))
TARGET = Target(run, [_SEED.encode(), *(each.read_bytes() for each in _FILES)], _bombs)
