"""A file of tests to its tests, with every mistake at its place."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from flowalert.rules.complaint import list_complaints
from flowalert.rules.document import Document
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Listing, Page, Path, Table, Tree, to_plain
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Problem
from flowalert.rules.rulebook import Rulebook
from flowalert.rules.trial.model import EventModel, ExpectationModel, TrialDefaults, TrialFile, TrialModel
from flowalert.rules.trial.reader import Trial, read_trial


@dataclass(frozen=True, slots=True)
class LoadedTrials:
    """The tests of a file that have no mistake, and the mistakes of the others."""

    trials: tuple[Trial, ...]
    problems: tuple[Problem, ...]


def is_trial_file(document: Document) -> bool:
    """Tell whether a document is a file of tests: nothing else has `tests` at its top."""
    return isinstance(document.tree, Table) and "tests" in document.tree.values


def list_patterns(document: Document) -> tuple[tuple[str, Path], ...]:
    """Return the rule files that a file of tests names, each with the path at which it does."""
    match document.find(("rules",)):
        case Scalar(str(text)):
            return ((text, ("rules",)),)
        case Listing(items=items):
            texts = ((each.text, number) for number, each in enumerate(items) if isinstance(each, Scalar))
            return tuple((text, ("rules", number)) for text, number in texts if text)
        case _:
            return ()


def load_trials(document: Document, rulebook: Rulebook) -> LoadedTrials:
    """Read the tests of a document; `rulebook` has the rules of the files that it names."""
    loader = _Loader(document, rulebook)
    loader.load()
    # What is wrong with a default is wrong in each test that has it, and said once.
    problems = sorted(dict.fromkeys(loader.problems), key=lambda each: (each.line, each.column))
    return LoadedTrials(tuple(loader.trials), tuple(problems))


class _Loader:
    """Gathers the tests and the problems of one file; both grow with each test."""

    def __init__(self, document: Document, rulebook: Rulebook) -> None:
        self.trials: list[Trial] = []
        self.problems: list[Problem] = [*document.problems]
        self._document = document
        self._rulebook = rulebook
        self._named: dict[str, int] = {}

    def load(self) -> None:
        document = self._document
        if not is_trial_file(document):
            if not document.problems:
                self._complain((), "this is no file of tests", "begin with rules: and tests:")
            return
        self._check_shell()
        tests, defaults = document.find(("tests",)), document.find(("defaults",))
        if not isinstance(tests, Listing) or not tests.items:
            self._complain(("tests",), "there are no tests here", "write a list, each test after a dash")
            return
        common = defaults if isinstance(defaults, Table) else Table(tests.place)
        for each in tests.items:
            self._load_test(each, common)

    def _check_shell(self) -> None:
        """Check all but the tests, of which each is validated by itself, so that one bad test hides no other."""
        shell = {**to_plain(self._document.tree), "tests": [_STAND_IN]}
        try:
            TrialFile.model_validate(shell)
        except ValidationError as error:
            known = {"": _keys(TrialFile), "defaults": _keys(TrialDefaults)}
            self.problems += list_complaints(error, self._document, (), known, "file of tests")

    def _load_test(self, tree: Tree, common: Table) -> None:
        if not isinstance(tree, Table):
            problem = self._document.problem_at(tree.place, "a test is keys and values", "write name:, market: …")
            self.problems.append(problem)
            return
        inherited = frozenset(key for key in common.values if key in _DEFAULT_KEYS and key not in tree.values)
        keys = {**{key: common.keys[key] for key in inherited}, **tree.keys}
        values = {**{key: common.values[key] for key in inherited}, **tree.values}
        page = Page(self._document.source, Table(tree.place, keys, values))
        given = to_plain(page.tree)
        try:
            model = TrialModel.model_validate(given)
        except ValidationError as error:
            self.problems += list_complaints(error, page, (), _list_known(given), "test")
            return
        notepad = Notepad(page, frozenset(), inherited)
        trial = read_trial(notepad, model, self._rulebook)
        line = tree.place.line + 1
        if model.name in self._named:
            first = self._named[model.name]
            notepad.complain("name", f"another test has the name {model.name!r}", f"it is in line {first}")
        self._named.setdefault(model.name, line)
        self.problems += notepad.problems
        if trial is not None and not notepad.problems:
            self.trials.append(trial)

    def _complain(self, path: Path, what: str, instead: str) -> None:
        self.problems.append(self._document.problem_of(path, what, instead))


def _keys(model: type[BaseModel]) -> list[str]:
    return [each.alias or name for name, each in model.model_fields.items()]


_DEFAULT_KEYS = frozenset(_keys(TrialDefaults))
_STAND_IN: dict[str, Any] = {"name": "", "market": {}, "expect": []}


def _list_known(given: dict[str, Any]) -> dict[str, list[str]]:
    known = {"": _keys(TrialModel)}
    for part, model in (("events", EventModel), ("expect", ExpectationModel)):
        items = given.get(part)
        known |= {f"{part}.{number}": _keys(model) for number in range(len(items) if isinstance(items, list) else 0)}
    return known
