"""YAML texts to a rulebook, with every problem of every file at its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from flowalert.language.condition import Condition, Mode, read_condition
from flowalert.language.literal import parse_span
from flowalert.language.meaning import Sort
from flowalert.language.mistake import Mistake
from flowalert.language.template import Template, read_template
from flowalert.language.tree import Node
from flowalert.market.investor import INVESTORS, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import SECTORS, SEGMENTS, Counted, find_sector, is_listed, sector_of
from flowalert.market.venue import Venue
from flowalert.rules.complaint import list_complaints
from flowalert.rules.document import Document, Listing, Path, Table, to_plain
from flowalert.rules.model import RuleDefaults, RuleFile, RuleModel
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Level, Problem
from flowalert.rules.rulebook import Investors, Rule, Rulebook
from flowalert.rules.severity import Severity

T = TypeVar("T")

EVERYTHING = "all"


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
        self._shared: dict[str, Node] = {}

    def load_file(self, document: Document) -> None:
        self.problems += document.problems
        if document.tree is None:
            if not document.problems:
                self.problems.append(
                    document.problem_at(document.place_of(()), "the file is empty", "begin with rules:")
                )
            return
        if not isinstance(document.tree, Table):
            self.problems.append(
                document.problem_at(
                    document.tree.place, "this is no rule file", "begin with rules: and a list below it"
                )
            )
            return
        try:
            RuleFile.model_validate(to_plain(document.tree))
        except ValidationError as error:
            known = {"": ["defaults", "rules"], "defaults": _keys(RuleDefaults)}
            self.problems += list_complaints(error, document, (), known, "file")
        rules, defaults = document.find(("rules",)), document.find(("defaults",))
        common = to_plain(defaults) if isinstance(defaults, Table) else {}
        if isinstance(rules, Listing):
            for number in range(len(rules.items)):
                self._load_rule(document, ("rules", number), common)

    def _load_rule(self, document: Document, path: Path, common: Mapping[str, Any]) -> None:
        tree = document.find(path)
        if not isinstance(tree, Table):
            place = document.place_of(path)
            self.problems.append(
                document.problem_at(place, "a rule is keys and values", "write name:, sectors:, when: …")
            )
            return
        own = to_plain(tree)
        known = _keys(RuleModel)
        # What is wrong with a default was said at its place, once.
        inherited = {key: value for key, value in common.items() if key in known and key not in own}
        given = {**inherited, **own}
        misshapen: frozenset[str | int] = frozenset()
        try:
            model = RuleModel.model_validate(given)
        except ValidationError as error:
            complaints = list_complaints(error, document, path, {"": known}, "rule")
            self.problems += complaints
            misshapen = frozenset(each["loc"][0] for each in error.errors(include_url=False))
            model = RuleModel.model_validate(
                {**_STAND_INS, **{key: value for key, value in given.items() if key not in misshapen}}
            )
        reader = _RuleReader(document, path, model, self._shared, misshapen)
        rule = reader.read(self._channels)
        if model.name != _STAND_INS["name"]:
            self._name(reader, model.name)
        self.problems += reader.problems
        if rule is None or misshapen or any(each.level is Level.ERROR for each in reader.problems):
            return
        if model.enabled:
            self.rules.append(rule)
        else:
            self.disabled.append(rule.name)

    def _name(self, reader: "_RuleReader", name: str) -> None:
        if name in self._named:
            reader.complain("name", f"another rule has the name {name!r}", f"it is in {self._named[name]}")
        self._named.setdefault(name, reader.where)


# What a rule that lacks a part is read with, so that its other mistakes are found in the same go.
_STAND_INS = {"name": "a rule without a name", "when": "msval > 0"}


def _keys(model: type[RuleDefaults]) -> list[str]:
    return [each.alias or name for name, each in model.model_fields.items()]


class _RuleReader:
    """Reads one rule; `problems` grows while it does. The keys that are `misshapen` were complained of before."""

    def __init__(
        self,
        document: Document,
        path: Path,
        model: RuleModel,
        shared: dict[str, Node],
        misshapen: frozenset[str | int],
    ) -> None:
        self.problems: list[Problem] = []
        self._misshapen = misshapen
        self._document = document
        self._path = path
        self._model = model
        self._shared = shared
        self.where = f"{document.file}:{document.place_of(path).line + 1}"

    def read(self, channels: Sequence[str] | None) -> Rule | None:
        model = self._model
        self._check_name(model.name)
        venue = self._choose("venue", model.venue, {each.value: each for each in Venue})
        severity = self._choose("severity", model.severity, {each.name.lower(): each for each in Severity})
        mode = self._choose("mode", model.mode, {each.value: each for each in Mode}) if model.mode else None
        sectors = self._read_sectors()
        investors = self._read_investors()
        counted = _common_unit(sectors)
        condition = self._read_text("when", model.when, lambda text: read_condition(text, counted, self._shared))
        for_seconds, for_updates = self._read_for()
        cooldown = self._read_cooldown()
        self._check_notify(channels)
        if condition is None or venue is None or severity is None or not sectors:
            return None
        mode = mode or condition.mode
        if mode is Mode.EVENT and (for_seconds or for_updates):
            self.complain("for", "an event lasts no time, so nothing holds for long", self._explain_event(condition))
        return Rule(
            name=model.name,
            condition=condition,
            sectors=sectors,
            investors=investors,
            summary=model.summary,
            venue=venue,
            mode=mode,
            for_seconds=for_seconds,
            for_updates=for_updates,
            cooldown=cooldown,
            severity=severity,
            labels=tuple(sorted(model.labels.items())),
            notify=tuple(dict.fromkeys(model.notify)),
            title=self._read_template("title", model.title, counted, condition),
            message=self._read_template("message", model.message, counted, condition),
            where=self.where,
        )

    def complain(self, key: str | Path, what: str, instead: str = "", level: Level = Level.ERROR) -> None:
        """Note a problem at a key of the rule, or of the file's defaults where the rule has it from there."""
        path = self._locate((key,) if isinstance(key, str) else key)
        self._note(self._document.problem_at(self._document.place_of(path), what, instead), level)

    def _note(self, problem: Problem, level: Level = Level.ERROR) -> None:
        self.problems.append(Problem(problem.file, problem.line, problem.column, problem.what, problem.instead, level))

    def _locate(self, steps: Path) -> Path:
        own = (*self._path, *steps)
        if self._document.find((*self._path, steps[0])) is None:
            return ("defaults", *steps) if self._document.find(("defaults", steps[0])) is not None else self._path
        return own if self._document.find(own) is not None else (*self._path, steps[0])

    def _check_name(self, name: str) -> None:
        if not name or name != name.strip() or any(not each.isprintable() or each in "/\\" for each in name):
            self.complain(
                "name", f"{name!r} is no name for a rule", "write words joined by hyphens, like foreigners-sell"
            )

    def _choose(self, key: str, value: str, choices: Mapping[str, T]) -> T | None:
        if value in choices:
            return choices[value]
        near = suggest(value, choices)
        self.complain(
            key, f"unknown {key} {value!r}", f"did you mean {near}?" if near else f"write one of {' '.join(choices)}"
        )
        return None

    def _read_sectors(self) -> tuple[str, ...]:
        if not self._model.sectors:
            if "sectors" not in self._misshapen:
                self.complain("sectors", "the rule names no sectors", "add sectors:, like [kospi, kosdaq] or all")
            return ()
        codes: list[str] = []
        for number, name in enumerate(self._model.sectors):
            found = find_sector(name)
            if name == EVERYTHING:
                codes += [each.code for each in SEGMENTS]
            elif found is None:
                names = [each for sector in SECTORS for each in (sector.slug, sector.korean)]
                near = suggest(name, names)
                self.complain(
                    ("sectors", number),
                    f"unknown sector {name!r}",
                    f"did you mean {near}?" if near else "write a name like kospi, 코스닥 or futures, a code, or all",
                )
            else:
                codes.append(found.code)
                if not is_listed(found.code):
                    self.complain(
                        ("sectors", number),
                        f"the sector code {found.code} is in no list that flowalert knows",
                        "it is asked for all the same; the exchange may stay silent",
                        Level.WARNING,
                    )
        return tuple(dict.fromkeys(codes))

    def _read_investors(self) -> Investors:
        if not self._model.investors:
            if "investors" not in self._misshapen:
                self.complain("investors", "the rule names no investors", "add investors:, like [foreign, 개인] or all")
            return ()
        codes: list[str] = []
        for number, name in enumerate(self._model.investors):
            found = find_investor(name)
            if found is not None:
                codes.append(found.code)
            elif name != EVERYTHING:
                names = [each for investor in INVESTORS for each in (investor.slug, investor.korean, *investor.also)]
                near = suggest(name, names)
                self.complain(
                    ("investors", number),
                    f"unknown investor {name!r}",
                    f"did you mean {near}?" if near else "write a name like foreign, 개인 or 기관, a code, or all",
                )
        everybody = EVERYTHING in self._model.investors
        if everybody and len(self._model.investors) > 1:
            self.complain("investors", "all stands beside others", "write all alone, or the others alone")
        return None if everybody else tuple(dict.fromkeys(codes))

    def _read_text(self, key: str, text: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(text)
        except Mistake as mistake:
            scalar = self._document.find(self._locate((key,)))
            if isinstance(scalar, Scalar):
                place = self._document.place_inside(scalar, mistake.start)
                self._note(self._document.problem_at(place, mistake.what, mistake.instead))
            else:
                self.complain(key, mistake.what, mistake.instead)
            return None

    def _read_template(
        self, key: str, text: str | None, counted: Counted | None, condition: Condition
    ) -> Template | None:
        if text is None:
            return None
        return self._read_text(key, text, lambda given: read_template(given, counted, condition.meaning))

    def _read_for(self) -> tuple[int, int]:
        span = self._read_text("for", self._model.for_, parse_span) if self._model.for_ is not None else None
        if span is None:
            return 0, 0
        return (int(span.value), 0) if span.meaning.sort is Sort.DURATION else (0, int(span.value))

    def _read_cooldown(self) -> int:
        span = (
            self._read_text("cooldown", self._model.cooldown, parse_span) if self._model.cooldown is not None else None
        )
        if span is None:
            return 0
        if span.meaning.sort is not Sort.DURATION:
            self.complain("cooldown", "a cooldown is a time, not a count of updates", "write a duration, like 5m")
        return int(span.value)

    def _check_notify(self, channels: Sequence[str] | None) -> None:
        for number, name in enumerate(self._model.notify):
            if channels is not None and name not in channels:
                near = suggest(name, channels)
                self.complain(
                    ("notify", number),
                    f"unknown channel {name!r}",
                    f"did you mean {near}?" if near else f"channels are {' '.join(channels) or 'none'}",
                )

    def _explain_event(self, condition: Condition) -> str:
        if condition.mode is Mode.EVENT:
            return "take for out, or write a condition that lasts, like delta(msval, 5m) <= -300억"
        return "take for out, or write mode: state"


def _common_unit(sectors: Sequence[str]) -> Counted | None:
    """Return what all of the sectors count, or None where they differ."""
    kinds = {sector_of(code).counted for code in sectors}
    return kinds.pop() if len(kinds) == 1 else None if kinds else Counted.SHARES
