"""The JSON Schema of rule files, held against an independent validator and against the loader."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flowalert.language.literal import parse_span
from flowalert.market.investor import INVESTORS
from flowalert.market.sector import SEGMENTS
from flowalert.rules.document import Document, to_plain
from flowalert.rules.model import ActiveModel, RuleDefaults, RuleModel
from flowalert.rules.schema import make_schema
from tests.rules.file import load, rule

ROOT = Path(__file__).parent.parent.parent
SCHEMA = make_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def complaints(text: str) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(to_plain(Document("f", text).tree))]


def list_rule_files() -> Iterator[Path]:
    for folder in ("rules", "examples"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            tree = to_plain(Document(str(path), path.read_text(encoding="utf-8")).tree)
            if "rules" in tree and not {"tests", "feed"} & tree.keys():
                yield path


def test_the_schema_is_a_schema() -> None:
    """Of the dialect that it names."""
    Draft202012Validator.check_schema(SCHEMA)


def test_the_file_in_the_package_is_the_schema() -> None:
    """Editors point at the file; `flowalert schema > flowalert/rules/rules.schema.json` writes it anew."""
    written = (ROOT / "flowalert" / "rules" / "rules.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("path", [*list_rule_files()], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_repositorys_own_rules_are_valid(path: Path) -> None:
    """All rules that a newcomer copies."""
    assert complaints(path.read_text(encoding="utf-8")) == []


def test_the_schema_has_the_keys_of_the_model() -> None:
    """No key is forgotten in either, and what is left out means the same in both."""
    for model, properties in (
        (RuleDefaults, SCHEMA["properties"]["defaults"]["properties"]),
        (RuleModel, {**SCHEMA["$defs"]["rule"]["properties"]}),
        (ActiveModel, SCHEMA["$defs"]["active"]["anyOf"][2]["properties"]),
    ):
        fields = {each.alias or name: each for name, each in model.model_fields.items()}
        assert properties.keys() - {"params"} == fields.keys()
        for key, field in fields.items():
            described = SCHEMA["$defs"].get(key, properties[key]) if model is not ActiveModel else properties[key]
            assert described["description"]
            if "default" in described:
                assert described["default"] == field.default
            elif not field.is_required():
                assert field.default in (None, "")


def list_examples(key: str) -> list[Any]:
    described = SCHEMA["$defs"].get(key) or SCHEMA["$defs"]["rule"]["properties"][key]
    examples: list[Any] = described.get("examples", [])
    return examples


@pytest.mark.parametrize("key", [each for each in SCHEMA["$defs"]["rule"]["properties"] if each != "params"])
def test_every_example_of_the_schema_is_right(key: str) -> None:
    """An editor offers them: each is valid, and loads."""
    for example in list_examples(key):
        text = json.dumps({"rules": [{"name": "a", "sectors": "kospi", "investors": "all", "when": "msval > 300",
                                      key: example}]}, ensure_ascii=False)  # fmt: skip
        assert complaints(text) == []
        assert load(text).errors == ()


@pytest.mark.parametrize("example", list_examples("params"))
def test_every_form_of_params_is_right(example: Any) -> None:
    """Rows, columns with rows, and lists."""
    text = json.dumps({"rules": [{"name": "a-$sector$amount", "sectors": "$sector", "investors": "all",
                                  "when": "msval > $amount", "params": example}]}, ensure_ascii=False)  # fmt: skip
    assert complaints(text) == []
    assert load(text).problems == ()


GOOD = [
    rule(sectors="[001, KOSPI, 코스닥, '미니 KP200 선물', all]", investors="[0017, 외국인, FOREIGN]"),
    rule("for: 3 updates", "cooldown: 1_0분", "keep_firing_for: 1.5h", "repeat: 90 s"),
    rule("active: [regular, 09:00 ~ 24:00]"),
    rule("active: {hours: 09:00-10:00, phases: [정규장], weekdays: [월-금, sat], holidays: FALSE}"),
    rule("mode:", "for: ~", "active: null", "severity: info"),
    rule("enabled: false", "labels: {code: 0017}"),
    rule("severity: $x", "for: ${x}", "active: $x", "expires: $x", "params: [{x: 1}]"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_loader_takes_is_valid(text: str) -> None:
    """Capitals, Korean units, codes, nothing at all, and parameters wherever there may be some."""
    assert complaints(text) == []


def test_what_an_editor_reads_as_a_number_is_valid() -> None:
    """YAML's own readers make a number of 001 and a truth of true."""
    given = {"name": 10, "sectors": [1, 101], "investors": 17, "when": "msval > 1", "enabled": True}
    assert list(VALIDATOR.iter_errors({"rules": [given]})) == []


BROKEN = [
    "{}",
    "[]",
    "rules: 3",
    "rules: [3]",
    "ruls: []\nrules: []",
    "defaults: {name: a}\nrules: []",
    "defaults: {params: []}\nrules: []",
    "rules:\n  - {name: a}",
    "rules:\n  - {when: msval > 1}",
    rule("wen: msval > 1"),
    rule("severity: fatal"),
    rule("severity:"),
    rule("venue: nasdaq"),
    rule("mode: evnt"),
    rule("for: 5"),
    rule("for: soon"),
    rule("cooldown: 3 updates"),
    rule("repeat: often"),
    rule("enabled: yes"),
    rule("levels: {info: msval > 1}"),
    rule("levels: [a]"),
    rule("active: lunch"),
    rule("active: 09:00"),
    rule("active: {hour: 09:00-10:00}"),
    rule("active: {weekdays: fry}"),
    rule("active: []"),
    rule("expires: soon"),
    rule("expires: 0 fires"),
    rule("limit: 5"),
    rule("limit: 0/session"),
    rule("limit: 5/day"),
    rule("labels: [a]"),
    rule("notify: {a: b}"),
    rule("params: 3"),
    rule("params: []"),
    rule("params: [3]"),
    rule("params: {columns: [a]}"),
    rule("params: {a: []}"),
    rule(sectors="[kospy]"),
    rule(sectors="[12345]"),
    rule(investors="foreing"),
    rule(when="[a]"),
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_broken_is_refused_by_both(text: str) -> None:
    """By the validator, and by the loader."""
    assert complaints(text) != []
    assert load(text).errors != ()


@pytest.mark.parametrize("unit", ["s", "sec", "초", "m", "min", "분", "h", "hour", "hours", "시간"])
def test_the_schema_knows_the_languages_units_of_time(unit: str) -> None:
    """Each is a duration for both."""
    assert complaints(rule(f"cooldown: 5{unit}")) == []
    assert parse_span(f"5{unit}").value


@pytest.mark.parametrize("name", [name for each in SEGMENTS for name in (each.slug, each.korean, each.code)])
def test_the_schema_knows_every_sector(name: str) -> None:
    """An editor completes them."""
    assert complaints(rule(sectors=f"[{name}]")) == []


@pytest.mark.parametrize("name", [name for each in INVESTORS for name in (each.slug, each.korean, *each.also)])
def test_the_schema_knows_every_investor(name: str) -> None:
    """An editor completes them."""
    assert complaints(rule(investors=f"['{name}']")) == []
