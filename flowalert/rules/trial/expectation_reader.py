"""An expectation of a test, read against the rule that it is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from flowalert.language.mistake import Mistake
from flowalert.market.instant import clock
from flowalert.market.investor import find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import Counted, find_sector, sector_of
from flowalert.rules.about import common_unit
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Path
from flowalert.rules.place import Scalar
from flowalert.rules.reader import SEVERITIES
from flowalert.rules.rulebook import Rule
from flowalert.rules.trial.amount import read_amount
from flowalert.rules.trial.expectation import HOLDS, REASONS, STANDINGS, TELLINGS, Expectation, Verb
from flowalert.rules.trial.model import ExpectationModel
from flowalert.rules.trial.moment import Moments

T = TypeVar("T")

_TEXTS = frozenset({"title", "message", "contains"})
_FIGURES = frozenset({"severity", "value", "peak", "opened_at", "held_back", "reason"})
# The keys that say something, by what is expected.
_KEYS: Mapping[Verb, frozenset[str]] = {
    **dict.fromkeys(TELLINGS, _FIGURES | _TEXTS | {"at", "scope"}),
    # Of what nobody is told there is no text.
    Verb.HELD: _FIGURES | {"at", "scope", "hold"},
    Verb.QUIET: frozenset({"from", "until", "scope"}),
    **dict.fromkeys(STANDINGS, frozenset({"at", "scope"})),
}


class ExpectationReader:
    """Reads the expectations of one test; nothing in here changes but the notepad.

    `rules` are those under test by name, `others` those that are not, each with the reason and what to do.
    """

    def __init__(
        self, notepad: Notepad, rules: Mapping[str, Rule], others: Mapping[str, tuple[str, str]], moments: Moments
    ) -> None:
        self._notepad = notepad
        self._rules = rules
        self._others = others
        self._moments = moments

    def read(self, number: int, model: ExpectationModel) -> Expectation | None:
        """Read an expectation; None where it cannot be."""
        path = ("expect", number)
        notepad, moments = self._notepad, self._moments
        given = {verb: name for verb in Verb if (name := getattr(model, verb.value)) is not None}
        if len(given) != 1:
            both = " and ".join(verb.value for verb in given)
            what = f"{both} stand side by side" if given else "this says nothing of a rule"
            notepad.complain(path, what, f"write one of {' '.join(verb.value for verb in Verb)}, and the rule's name")
            return None
        ((verb, name),) = given.items()
        rule = self._find_rule((*path, verb.value), name)
        if rule is None:
            return None
        self._check_keys(path, verb, model)
        sector, investor = self._read_scope(path, model, rule)
        counted = _count(rule, sector)
        figure = partial(read_amount, meaning=rule.condition.meaning, counted=counted)
        place = notepad.page.place_of_key((*path, verb.value))
        since = self._read((*path, "from"), model.from_, moments.parse)
        until = self._read((*path, "until"), model.until, moments.parse)
        if since is not None and until is not None and until < since:
            notepad.complain((*path, "until"), "until lies before from", "let it be the same or later")
        return Expectation(
            verb=verb,
            rule=name,
            line=place.line + 1,
            column=place.column + 1,
            at=self._read((*path, "at"), model.at, moments.find),
            since=since,
            until=until,
            sector=sector,
            investor=investor,
            severity=self._choose((*path, "severity"), model.severity, SEVERITIES),
            value=self._read((*path, "value"), model.value, figure),
            peak=self._read((*path, "peak"), model.peak, figure),
            opened_at=self._read((*path, "opened_at"), model.opened_at, moments.parse),
            held_back=self._read((*path, "held_back"), model.held_back, _parse_count),
            reason=self._choose((*path, "reason"), model.reason, _by_name(REASONS)),
            hold=self._choose((*path, "hold"), model.hold, _by_name(HOLDS)),
            title=None if model.title is None else model.title.strip(),
            message=None if model.message is None else model.message.strip(),
            contains=tuple(model.contains),
        )

    def _find_rule(self, path: Path, name: str) -> Rule | None:
        rule = self._rules.get(name)
        if rule is None and name in self._others:
            why, instead = self._others[name]
            self._notepad.complain(path, f"the rule {name} {why}", instead)
        elif rule is None:
            complain_no_rule(self._notepad, path, name, [*self._rules, *self._others])
        return rule

    def _check_keys(self, path: Path, verb: Verb, model: ExpectationModel) -> None:
        written = {each.rstrip("_") for each in model.model_fields_set} - {verb.value}
        for key in sorted(written - _KEYS[verb]):
            problem = self._notepad.page.problem_of_key(
                (*path, key), f"{key} says nothing about {verb.value}", "take it out"
            )
            self._notepad.problems.append(problem)
        if model.at is None and "at" in _KEYS[verb] and verb not in STANDINGS:
            self._notepad.complain(path, f"{verb.value} at what time?", f"add at:, like {clock(self._moments.start)}")

    def _read_scope(self, path: Path, model: ExpectationModel, rule: Rule) -> tuple[str | None, str | None]:
        found: dict[str, str] = {}
        is_list = not isinstance(self._notepad.page.find((*path, "scope")), Scalar)
        for number, part in enumerate(model.scope):
            steps = (*path, "scope", number) if is_list else (*path, "scope")
            for word in _split_scope(part):
                kind, code = _read_word(word, rule, found)
                if kind is None:
                    self._notepad.complain(steps, f"{word!r} is no part of this rule's scope", _advise_scope(rule))
                else:
                    found[kind] = code
        return found.get("sector"), found.get("investor")

    def _read(self, path: Path, text: str | None, parse: Callable[[str], T]) -> T | None:
        return None if text is None else self._notepad.read(path, text, parse)

    def _choose(self, path: Path, text: str | None, choices: Mapping[str, T]) -> T | None:
        if text is None:
            return None
        word = text.lower().replace(" ", "_").replace("-", "_")
        if word not in choices:
            noun = str(path[-1])
            self._notepad.complain_unknown(path, noun, text, choices, f"write one of {' '.join(choices)}")
        return choices.get(word)


def complain_no_rule(notepad: Notepad, path: Path, name: str, known: Sequence[str]) -> None:
    """Note that no rule has a name; `known` are those that there are."""
    near = suggest(name, known)
    more = " …" if len(known) > 10 else ""
    instead = f"did you mean {near}?" if near else f"there are {' '.join(known[:10])}{more}" if known else ""
    notepad.complain(path, f"no rule is called {name!r}", instead)


def _count(rule: Rule, sector: str | None) -> Counted | None:
    if sector is not None:
        return sector_of(sector).counted
    return rule.condition.meaning.counted or common_unit(rule.sectors)


def _split_scope(text: str) -> Sequence[str]:
    """Return the names in `kospi foreign` or `kospi/foreign`; a sector's name may have blanks of its own."""
    return [text] if find_sector(text) is not None else text.replace("/", " ").split()


def _read_word(word: str, rule: Rule, found: Mapping[str, str]) -> tuple[str | None, str]:
    """Return which part of a scope a word is, and its code; 증권 and 보험 are investors first, as before a field."""
    investor, sector = find_investor(word), find_sector(word)
    if investor is not None and rule.investors != () and "investor" not in found:
        return "investor", investor.code
    if sector is not None and rule.sectors and "sector" not in found:
        return "sector", sector.code
    return None, ""


def _advise_scope(rule: Rule) -> str:
    match bool(rule.sectors), rule.investors != ():
        case True, True:
            return "its alerts are about a sector and an investor, like kospi foreign"
        case True, False:
            return "its alerts are about a sector, like kospi"
        case False, True:
            return "its alerts are about an investor, like foreign"
        case _:
            return "its alerts have none; take it out"


def _by_name(words: Iterable[str]) -> Mapping[str, str]:
    return {word: word for word in words}


def _parse_count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Mistake(f"{text!r} is no count", (0, len(text)), "write a whole number, like 2")
    return int(text[:9])
