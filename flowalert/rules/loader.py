"""YAML texts to a rulebook, with every problem of every file at its place."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from flowalert.rules.complaint import list_complaints
from flowalert.rules.document import Document
from flowalert.rules.expansion import Expansion
from flowalert.rules.model import ActiveModel, RuleDefaults, RuleFile, RuleModel, Strict
from flowalert.rules.mould import Mould
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Listing, Page, Table, Tree, to_plain
from flowalert.rules.params import Row
from flowalert.rules.place import Place
from flowalert.rules.problem import Level, Problem
from flowalert.rules.reader import read_rule
from flowalert.rules.reserved import RESERVED
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.shelf import Shelf
from flowalert.rules.suspicion import list_traits, warn_of_rule


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files hold. With an error among `problems` the rulebook lacks the rules that have one."""

    rulebook: Rulebook
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.level is Level.ERROR)


def load_rules(files: Iterable[tuple[str, str]], channels: Sequence[str] | None = None) -> Loaded:
    """Load rule files, each a name and its text. `channels` are those that `notify` may name, where known."""
    loader = _Loader(channels)
    for file, text in files:
        loader.load_file(Document(file, text))
    rulebook = Rulebook(tuple(loader.rules), tuple(loader.disabled))
    # What is wrong with a default is wrong in each rule that has it, and said once.
    problems = sorted(dict.fromkeys(loader.problems), key=lambda each: (each.file, each.line, each.column))
    return Loaded(rulebook, tuple(problems))


class _Loader:
    """Gathers the rules and the problems of all files; both grow with each file and never shrink."""

    def __init__(self, channels: Sequence[str] | None) -> None:
        self.rules: list[Rule] = []
        self.disabled: list[str] = []
        self.problems: list[Problem] = []
        self._channels = channels
        self._named: dict[str, str] = {}
        self._shelf = Shelf()
        self._alike: dict[Hashable, Rule] = {}

    def load_file(self, document: Document) -> None:
        self.problems += document.problems
        if document.tree is None:
            if not document.problems:
                self.problems.append(document.problem_of((), "the file is empty", "begin with rules:"))
            return
        if not isinstance(document.tree, Table):
            what = "this is no rule file"
            self.problems.append(document.problem_of((), what, "begin with rules: and a list below it"))
            return
        if "tests" in document.tree.values:
            what = "this is a file of rule tests, not of rules"
            self.problems.append(document.problem_of_key(("tests",), what, "run it with flowalert test"))
            return
        try:
            RuleFile.model_validate(to_plain(document.tree))
        except ValidationError as error:
            known = {"": _keys(RuleFile), "defaults": _keys(RuleDefaults), "defaults.active": _keys(ActiveModel)}
            self.problems += list_complaints(error, document, (), known, "file")
        rules, defaults = document.find(("rules",)), document.find(("defaults",))
        common = defaults if isinstance(defaults, Table) else Table(document.tree.place)
        if isinstance(rules, Listing):
            has_braces = "${" in document.text
            most = len(self.problems) + _MOST_PROBLEMS
            for each in rules.items:
                self._load_rule(document, each, common, has_braces=has_braces)
                if len(self.problems) > most:
                    what = f"more than {_MOST_PROBLEMS:,} problems stand above; what comes after was not looked at"
                    self.problems.append(document.problem_at(each.place, what, "mend those first"))
                    break

    def _load_rule(self, document: Document, tree: Tree, common: Table, *, has_braces: bool) -> None:
        if not isinstance(tree, Table):
            problem = document.problem_at(tree.place, "a rule is keys and values", "write name:, sectors:, when: …")
            self.problems.append(problem)
            return
        # What is wrong with a default was said at its place, once.
        inherited = frozenset(key for key in common.values if key in _DEFAULT_KEYS and key not in tree.values)
        keys = {**{key: common.keys[key] for key in inherited}, **tree.keys}
        values = {**{key: common.values[key] for key in inherited}, **tree.values}
        table = Table(tree.place, keys, values)
        page = Page(document.source, table)
        if "params" in values:
            self._make_rules(page, table, inherited)
        elif has_braces:
            mould = Mould(page, ())
            self.problems += mould.problems
            if not mould.problems:
                whole, given = mould.fill(())
                self.problems += self._read_rule(Page(document.source, whole), given, inherited, tree.place)
        else:
            self.problems += self._read_rule(page, to_plain(table), inherited, tree.place)

    def _make_rules(self, page: Page, table: Table, inherited: frozenset[str]) -> None:
        """Make a rule for each row of the parameters."""
        expansion = Expansion(page, table)
        found: dict[Problem, list[Row]] = {}
        for row, filled, given in expansion:
            for problem in self._read_rule(filled, given, inherited, row.place):
                found.setdefault(problem, []).append(row)
        self.problems += expansion.problems
        self.problems += expansion.settle(found)

    def _read_rule(
        self, page: Page, given: dict[str, Any], inherited: frozenset[str], place: Place
    ) -> Sequence[Problem]:
        """Read one rule, keep it if it is right, and return what is wrong with it; its definition begins at `place`."""
        where = f"{page.file}:{place.line + 1}"
        complaints: list[Problem] = []
        misshapen: frozenset[str | int] = frozenset()
        try:
            model = RuleModel.model_validate(given)
        except ValidationError as error:
            complaints += list_complaints(error, page, (), _KNOWN, "rule")
            misshapen = frozenset(each["loc"][0] for each in error.errors(include_url=False))
            sound = {key: value for key, value in given.items() if key not in misshapen}
            model = RuleModel.model_validate({**_STAND_INS, **sound})
        notepad = Notepad(page, misshapen, inherited)
        rule = read_rule(notepad, model, self._shelf, self._channels, where)
        name = "" if model.name == _STAND_INS["name"] else model.name
        if name:
            self._name(notepad, name, where)
        if rule is not None and model.enabled and not complaints and not notepad.has_errors:
            warn_of_rule(notepad, rule, self._shelf)
            self._warn_of_twin(notepad, rule)
        problems = [replace(each, rule=name) for each in (*complaints, *notepad.problems)]
        if rule is not None and not any(each.level is Level.ERROR for each in problems):
            if model.enabled:
                self.rules.append(rule)
            else:
                self.disabled.append(rule.name)
        return problems

    def _warn_of_twin(self, notepad: Notepad, rule: Rule) -> None:
        traits = list_traits(rule)
        twin = self._alike.setdefault(traits, rule)
        if twin is not rule:
            notepad.warn(
                "name",
                f"this rule is {twin.name} but for the name",
                f"everybody is told twice; that one is in {twin.where}",
            )

    def _name(self, notepad: Notepad, name: str, where: str) -> None:
        if name in RESERVED:
            what = f"the name {name!r} is that of an alert that is built in"
            notepad.complain("name", what, f"write another, like my-{name}")
        if name in self._named:
            notepad.complain("name", f"another rule has the name {name!r}", f"it is in {self._named[name]}")
        self._named.setdefault(name, where)


# Nobody reads on, and each costs as much as a rule.
_MOST_PROBLEMS = 10_000


def _keys(model: type[Strict]) -> list[str]:
    return [each.alias or name for name, each in model.model_fields.items()]


_DEFAULT_KEYS = frozenset(_keys(RuleDefaults))
_KNOWN = {"": [*_keys(RuleModel), "params"], "active": _keys(ActiveModel)}
# What a rule that lacks a part is read with, so that its other mistakes are found in the same go.
_STAND_INS = {"name": "a rule without a name", "when": "msval > 0"}
