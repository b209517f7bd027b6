"""Examples in a document: fenced blocks with a kind behind `yaml`, and what it takes to run them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flowalert.engine.engine import Engine
from flowalert.engine.expression import resolve
from flowalert.language.code import Value
from flowalert.market.entry import Entry, Update
from flowalert.market.series import Series
from flowalert.rules.document import Document, to_plain
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.trial import Trial, load_trials

_BLOCK = re.compile(r"^```yaml (?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

# What an example's rule has, where its expression leaves it open.
_OWN = {"sectors": "kospi", "investors": "foreign"}


@dataclass(frozen=True, slots=True)
class Block:
    """One example. `line` is that of its first line in the document."""

    kind: str
    text: str
    line: int

    @property
    def given(self) -> dict[str, Any]:
        """The block's YAML, all of it text."""
        document = Document(f"line {self.line}", self.text)
        assert not document.problems, document.problems
        plain: dict[str, Any] = to_plain(document.tree)
        return plain


def list_blocks(path: Path, kind: str) -> list[Block]:
    """Return the examples of a kind that a document has."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(each["kind"], each["text"], text.count("\n", 0, each.start()) + 2)
        for each in _BLOCK.finditer(text)
        if each["kind"] == kind
    ]


def list_rows(path: Path, *header: str) -> list[list[str]]:
    """Return the cells of the table that has this header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines.index(f"| {' | '.join(header)} |") + 2
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[first:])
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def list_words(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall("`([^`]+)`", cell)


def load(rules: Sequence[dict[str, Any]]) -> Rulebook:
    """Load rules that have no problem at all."""
    text = yaml.safe_dump({"rules": list(rules)}, allow_unicode=True, sort_keys=False)
    loaded = load_rules([("example.yaml", text)])
    assert loaded.problems == ()
    return loaded.rulebook


def load_trial(tests: list[dict[str, Any]], rulebook: Rulebook) -> tuple[Trial, ...]:
    """Load tests of rules, whose markets are about KOSPI where they do not say."""
    given = {"rules": ["example.yaml"], "defaults": {"sector": "kospi"}, "tests": tests}
    text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
    loaded = load_trials(Document("example.test.yaml", text), rulebook)
    assert loaded.problems == ()
    return loaded.trials


def say_values(expression: str, trial: Trial) -> list[str]:
    """Return what an expression is at each slot of a market: `?` where unknown, `_` where nothing asks for it."""
    # True exactly where the expression is known.
    known = f"({expression}) < 1 or ({expression}) >= 1"
    # The condition's subject is the expression without `abs`; its one feature is the whole.
    return _say(trial, [known], lambda transition: _write(list(transition.values.values())[-1]))


def say_truths(condition: str, trial: Trial) -> list[str]:
    """Return whether a condition holds at each slot of a market: `yes`, `no`, `?` or `_`."""
    return _say(trial, [condition, f"not ({condition})"], lambda transition: _TRUTHS[transition.rule])


_TRUTHS = {"rule-0": "yes", "rule-1": "no"}


def _say(trial: Trial, conditions: Sequence[str], write: Any) -> list[str]:
    rules = [{"name": f"rule-{number}", "when": text, "mode": "event"} for number, text in enumerate(conditions)]
    rulebook = _load_open(rules)
    engine = Engine(rulebook)
    members = _find_members(rulebook.rules[0])
    by_slot: dict[int, list[str]] = {at: [] for at in trial.slots}
    reported: set[int] = set()
    for entry in trial.entries:
        made = engine.handle(entry)
        if isinstance(entry, Update) and entry.series in members:
            reported.add(entry.at)
        if _is_asked(entry, members):
            by_slot[entry.at] += [write(each) for each in made] or ["?"]
        else:
            for each in made:
                by_slot[each.at].append(write(each))
    return ["/".join(said) or ("?" if at in reported else "_") for at, said in by_slot.items()]


def _is_asked(entry: Entry, members: Sequence[Series]) -> bool:
    """Tell whether an entry is one at which the condition of a single series is judged."""
    return isinstance(entry, Update) and entry.series in members and len(members) == 1


def _load_open(rules: Sequence[dict[str, Any]]) -> Rulebook:
    # From the defaults, what a condition names itself is no mistake.
    text = yaml.safe_dump({"defaults": _OWN, "rules": list(rules)}, allow_unicode=True, sort_keys=False)
    loaded = load_rules([("example.yaml", text)])
    assert loaded.errors == ()
    return loaded.rulebook


def _find_members(rule: Rule) -> tuple[Series, ...]:
    sector = rule.sectors[0] if rule.sectors else None
    investor = rule.investors[0] if rule.investors else None
    return resolve(rule.venue, sector, investor, rule.references)


def _write(value: Value) -> str:
    if value is None:
        return "?"
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
