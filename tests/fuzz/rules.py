"""A file of rules."""

from flowalert.rules.loader import load_rules
from tests.fuzz.target import Target, text_of
from tests.fuzz.yaml import LONG_VALUES, bombs_of, each_key
from tests.rules.test_hostile import GOOD

_RULE = {
    "name": "a",
    "sectors": "[kospi]",
    "investors": "[foreign]",
    "when": "msval > 1",
    "for": "2 updates",
    "cooldown": "5m",
    "limit": "3/1h",
    "expires": "2030-01-01",
    "active": '["09:00-10:00"]',
    "repeat": "10m",
    "keep_firing_for": "1m",
    "severity": "info",
    "notify": "[desk]",
    "title": "'{{ sector }}'",
    "message": "'{{ msval }}'",
    "summary": "a",
    "labels": "{team: a}",
    "levels": "{critical: msval > 2}",
}


def run(data: bytes) -> None:
    loaded = load_rules([("f.yaml", text_of(data))], ["desk"])
    for problem in loaded.problems:
        str(problem)


def _bombs() -> list[bytes]:
    rows = "".join(f"[{n}, {n}]," for n in range(20_000))
    table = f"rules:\n  - name: a-$x\n    params: {{columns: [x, y], rows: [{rows}]}}\n    sectors: $x\n    when: $y\n"
    return [*bombs_of("rules", "when"), *each_key("rules", _RULE, LONG_VALUES), table.encode()]


_SEED = "rules:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in _RULE.items())
TARGET = Target(run, [GOOD.encode(), _SEED.encode()], _bombs)
