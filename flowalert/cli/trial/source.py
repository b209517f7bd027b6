"""The files of tests on disk, with the rules that they name."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from flowalert.rules.document import Document
from flowalert.rules.loader import Loaded
from flowalert.rules.problem import Level, Problem
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.trial import Trial, is_trial_file, list_patterns, load_trials
from flowalert.rules.trial.expectation import Verb
from flowalert.settings import load_rule_files, read_text

# A rule as `file:line` and name: rows of parameters may share a line.
_Named: TypeAlias = tuple[str, str]

_YAML = {".yaml", ".yml"}
# A large rule file is not to be parsed only to learn that it is none of tests.
_MAY_HAVE_TESTS = re.compile(r"^(?:\ufeff?[\"']?tests[\"']?\s*:|\s*\{)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrialSource:
    """One file of tests: those that can be run, and the rules of the files that it names."""

    path: Path
    trials: tuple[Trial, ...]
    rulebook: Rulebook


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of tests, the files beside them that no test names, and what is wrong with the tests."""

    files: tuple[TrialSource, ...]
    others: tuple[Path, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """The rules by what the tests expect of them: something, only to be quiet, or nothing at all."""

    told: tuple[_Named, ...]
    quiet: tuple[_Named, ...]
    untested: tuple[_Named, ...]


def gather(paths: Sequence[Path]) -> Gathered:
    """Read the files of tests among `paths`, and those in the folders among them."""
    gatherer = _Gatherer()
    for path in paths:
        if path.is_dir():
            for file in sorted(each for each in path.rglob("*") if each.suffix in _YAML and each.is_file()):
                gatherer.take(file, named=False)
        else:
            gatherer.take(path, named=True)
    return gatherer.finish()


def cover(gathered: Gathered) -> Covered:
    """Sort the rules of all the files by what the tests expect of them; those that no test names are read for it."""
    expected: dict[_Named, set[bool]] = {}
    for file in gathered.files:
        for trial in file.trials:
            for each in trial.expectations:
                asks_for_more = each.verb not in (Verb.QUIET, Verb.CLOSED)
                expected.setdefault(_name(file.rulebook.by_name[each.rule]), set()).add(asks_for_more)
    others = (load_rule_files((path,), None).rulebook for path in gathered.others)
    rulebooks = (*(file.rulebook for file in gathered.files), *others)
    rules = dict.fromkeys(_name(rule) for rulebook in rulebooks for rule in rulebook.rules)
    return Covered(
        told=tuple(each for each in rules if True in expected.get(each, ())),
        quiet=tuple(each for each in rules if expected.get(each) == {False}),
        untested=tuple(each for each in rules if each not in expected),
    )


def _name(rule: Rule) -> _Named:
    return rule.where, rule.name


class _Gatherer:
    """Reads one file after another; what is read once is kept, and everything grows."""

    def __init__(self) -> None:
        self._files: dict[Path, TrialSource] = {}
        self._rule_files: list[Path] = []
        self._problems: list[Problem] = []
        self._loaded: dict[tuple[Path, ...], Loaded] = {}

    def take(self, path: Path, *, named: bool) -> None:
        """Read a file; one that was not `named` is left alone where it is none of tests."""
        path = Path(os.path.normpath(path))
        if path in self._files:
            return
        text = read_text(path)
        if isinstance(text, Problem):
            self._problems.append(text)
            return
        if not named and not _MAY_HAVE_TESTS.search(text):
            self._rule_files.append(path)
            return
        document = Document(str(path), text)
        if not named and not is_trial_file(document) and not document.problems:
            self._rule_files.append(path)
            return
        rulebook = self._load_rules(document, path.parent)
        if rulebook is None:
            return
        loaded = load_trials(document, rulebook)
        self._problems += loaded.problems
        self._files[path] = TrialSource(path, loaded.trials, rulebook)

    def finish(self) -> Gathered:
        known = {path for paths in self._loaded for path in paths}
        others = tuple(path for path in self._rule_files if path not in known)
        return Gathered(tuple(self._files.values()), others, tuple(dict.fromkeys(self._problems)))

    def _load_rules(self, document: Document, folder: Path) -> Rulebook | None:
        """Return the rules that a file of tests names; None where they cannot be had."""
        files: dict[Path, None] = {}
        for pattern, steps in list_patterns(document):
            matches = sorted(_match(folder, pattern))
            if not matches:
                what = f"no file of rules matches {pattern}"
                self._problems.append(document.problem_of(steps, what, "name it relative to this file"))
                return None
            files.update(dict.fromkeys(matches))
        loaded = self._load(tuple(files))
        self._problems += [each for each in loaded.problems if each.level is Level.ERROR]
        return None if loaded.errors else loaded.rulebook

    def _load(self, files: tuple[Path, ...]) -> Loaded:
        if files not in self._loaded:
            self._loaded[files] = load_rule_files(files, None)
        return self._loaded[files]


def _match(folder: Path, pattern: str) -> Iterator[Path]:
    if not any(each in pattern for each in "*?["):
        found: Iterable[Path] = [folder / pattern]
    else:
        base = Path(pattern)
        found = Path(base.anchor).glob(str(base.relative_to(base.anchor))) if base.anchor else folder.glob(pattern)
        found = (each for each in found if not _is_of_tests(each))
    return (Path(os.path.normpath(each)) for each in found if each.is_file())


def _is_of_tests(path: Path) -> bool:
    text = read_text(path)
    return isinstance(text, str) and bool(_MAY_HAVE_TESTS.search(text)) and is_trial_file(Document(str(path), text))
