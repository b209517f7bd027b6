"""Which alerts are meant: `sector=kospi,severity<critical`, read from its text and asked of an alert."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from flowalert.engine.clause import (
    EQUAL,
    KEY_NAMES,
    LABEL_PREFIX,
    ORDERED,
    RESERVED,
    UNEQUAL,
    Clause,
    Key,
    Subject,
    say_clause,
)
from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Span
from flowalert.market.investor import find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import find_sector
from flowalert.market.venue import Venue, find_venue
from flowalert.rules.about import INVESTOR_NAMES, SECTOR_NAMES
from flowalert.rules.severity import Severity, find_severity

_OPERATORS = (EQUAL, UNEQUAL, *ORDERED)
_KEYS = {name: key for key, names in KEY_NAMES.items() for name in names}
# An alert has one of each, so two clauses that want different ones want too much.
_SINGLE = (Key.SECTOR, Key.INVESTOR, Key.VENUE, Key.SEVERITY)
_EXAMPLE = "write something like sector=kospi,severity<critical"
# Bounds what a hostile text can cost: clauses are compared with each other.
_LONGEST = 4_000
_ALERT = re.compile(r"[0-9a-f]{4,20}", re.ASCII)

_BLANK = re.compile(r"\s*")
_RESERVED = re.escape("".join(sorted(RESERVED)))
_KEY = re.compile(rf"[^{_RESERVED}]*")
_OPERATOR = re.compile(r"[=!<>~]*")
_BARE = re.compile(rf"[^{_RESERVED}]*")
_QUOTED = re.compile(r""" "((?:[^"\\]|\\.)*)" | '((?:[^'\\]|\\.)*)' """, re.VERBOSE | re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Matcher(Struct, frozen=True):
    """Clauses that must all hold. `str(it)` is its canonical text, of which `parse_matcher` makes the same again."""

    clauses: tuple[Clause, ...]

    def __str__(self) -> str:
        return ",".join(map(str, self.clauses))

    def matches(self, subject: Subject) -> bool:
        """Tell whether an alert is one of those that are meant."""
        return all(clause.holds(subject) for clause in self.clauses)


def say_matcher(matcher: Matcher, tongue: Tongue) -> str:
    """Say which alerts are meant: `업종 코스피, 심각도 긴급 미만`, or `sector KOSPI, severity below critical`."""
    return ", ".join(say_clause(each, tongue) for each in matcher.clauses)


def parse_matcher(text: str) -> Matcher:
    """Return the matcher of a text; raises Mistake with the place in it.

    Clauses stand between commas: a key, one of `= != < <= > >=`, and a value, or several between `|`. A value with a
    character that is RESERVED stands in quotation marks. A key that is none of Key's, by its English or Korean name, is
    a label, and `label.NAME` always is one.
    """
    if len(text) > _LONGEST:
        raise Mistake(f"the text is longer than {_LONGEST:,} characters", (_LONGEST, len(text)), "name fewer alerts")
    if not text.strip():
        raise Mistake("nothing stands here", (0, len(text)), _EXAMPLE)
    clauses: list[Clause] = []
    for piece in _split(text):
        clause = _read_clause(piece)
        _check_possible(clause, clauses, piece)
        clauses.append(clause)
    return Matcher(tuple(dict.fromkeys(clauses)))


class _Word(NamedTuple):
    """A part of a text, and where it stands."""

    text: str
    span: Span


class _Piece(NamedTuple):
    """A clause as it is written."""

    key: _Word
    operator: _Word
    values: list[_Word]

    @property
    def span(self) -> Span:
        return self.key.span[0], self.values[-1].span[1]


def _split(text: str) -> Iterator[_Piece]:
    """Yield the clauses of a text."""
    at = 0
    before: _Piece | None = None
    while True:
        key, at = _take(text, at, _KEY)
        operator, at = _take(text, at, _OPERATOR)
        _check_operator(key, operator, before)
        values: list[_Word] = []
        while not values or text[at : at + 1] == "|":
            value, at = _take_value(text, at + bool(values))
            values.append(value)
        before = _Piece(key, operator, values)
        yield before
        if at == len(text):
            return
        if text[at] != ",":
            raise Mistake(f"{text[at]!r} stands in a value", (at, at + 1), 'put the value into "…", or write , or |')
        at += 1


def _take(text: str, at: int, pattern: re.Pattern[str]) -> tuple[_Word, int]:
    """Return what stands at a place, without the blanks around it, and where it ends."""
    start = _skip(text, at)
    match = pattern.match(text, start)
    found = match[0].rstrip() if match is not None else ""
    end = start + len(found)
    return _Word(found, (start, end)), _skip(text, end)


def _take_value(text: str, at: int) -> tuple[_Word, int]:
    start = _skip(text, at)
    if text[start : start + 1] not in ('"', "'"):
        value, end = _take(text, start, _BARE)
        if not value.text:
            raise Mistake("a value is missing", (start, start + 1), 'write one, or "" for none')
        return value, end
    match = _QUOTED.match(text, start)
    if match is None:
        raise Mistake("a quotation mark is not closed", (start, len(text)), f"write {text[start]} at its end")
    content = match[1] if match[1] is not None else match[2]
    return _Word(_ESCAPED.sub(r"\1", content), match.span()), _skip(text, match.end())


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return at if match is None else match.end()


def _check_operator(key: _Word, operator: _Word, before: _Piece | None) -> None:
    if not key.text:
        raise Mistake("a key is missing", (key.span[0], key.span[0] + 1), _EXAMPLE)
    if operator.text in _OPERATORS:
        return
    if operator.text:
        instead = "rules take patterns, like rule=foreigners-*" if "~" in operator.text else "did you mean =?"
        raise Mistake(f"{operator.text!r} is no comparison", operator.span, instead)
    if before is not None and before.operator.text == EQUAL:
        # `sector=kospi,kosdaq`
        values = "|".join(each.text for each in before.values)
        instead = f"for one or the other write {before.key.text}={values}|{key.text}"
    else:
        instead = f"write what it must be, like {key.text}=…" if key.text.lower() in _KEYS else _EXAMPLE
    raise Mistake(f"{key.text!r} has no comparison", key.span, instead)


def _read_clause(piece: _Piece) -> Clause:
    name, operator = piece.key.text, piece.operator.text
    key = _KEYS.get(name.lower())
    if operator in ORDERED:
        if key is not Key.SEVERITY:
            raise Mistake(f"{name} has no order", piece.operator.span, "write = or !=; < and > are for severity")
        if len(piece.values) > 1:
            raise Mistake("an order has one value", piece.values[1].span, f"write {name}{operator} and one severity")
    if key is None:
        values = [each.text for each in piece.values]
        return Clause(Key.LABEL, operator, tuple(dict.fromkeys(values)), _read_label(piece.key))
    return Clause(key, operator, tuple(dict.fromkeys(_READERS[key](each) for each in piece.values)))


def _read_label(key: _Word) -> str:
    if key.text.lower().startswith(LABEL_PREFIX):
        label = key.text[len(LABEL_PREFIX) :].strip()
        if not label:
            raise Mistake("the label has no name", key.span, "write its name, like label.team=derivatives")
        return label
    near = suggest(key.text, _KEYS)
    if near:
        # A label that nothing has differs from every value: `sektor!=kospi` would match all.
        raise Mistake(
            f"unknown key {key.text!r}", key.span, f"did you mean {near}? A label of that name is label.{key.text}"
        )
    return key.text


def _check_possible(clause: Clause, others: Sequence[Clause], piece: _Piece) -> None:
    if clause.operator != EQUAL or clause.key not in _SINGLE:
        return
    for other in others:
        if other.key is clause.key and other.operator == EQUAL and not set(other.values) & set(clause.values):
            both = Clause(clause.key, EQUAL, other.values + clause.values)
            raise Mistake(f"no alert is both {other} and {clause}", piece.span, f"for one or the other write {both}")


def _read_sector(word: _Word) -> str:
    found = find_sector(word.text)
    if found is None:
        raise _unknown("sector", word, SECTOR_NAMES, "write a name like kospi, 코스닥 or futures, or a code")
    return found.code


def _read_investor(word: _Word) -> str:
    found = find_investor(word.text)
    if found is None:
        raise _unknown("investor", word, INVESTOR_NAMES, "write a name like foreign, 개인 or 기관, or a code")
    return found.code


def _read_venue(word: _Word) -> str:
    found = find_venue(word.text)
    if found is None:
        names = [name for each in Venue for name in (each.value, each.korean)]
        raise _unknown("venue", word, names, "write krx, nxt or unified")
    return found.value


def _read_severity(word: _Word) -> str:
    found = find_severity(word.text)
    if found is None:
        names = [name for each in Severity for name in (each.slug, each.korean)]
        raise _unknown("severity", word, names, "write info, warning or critical, or 정보, 주의 or 긴급")
    return found.slug


def _read_alert(word: _Word) -> str:
    beginning = word.text.lower()
    if not _ALERT.fullmatch(beginning):
        raise Mistake(
            f"{word.text!r} is no beginning of an alert's id",
            word.span,
            "write 4 to 20 of its digits, as flowalert ack lists them",
        )
    return beginning


def _read_rule(word: _Word) -> str:
    if not word.text:
        raise Mistake("a rule has a name", word.span, "write it, or a pattern like foreigners-*")
    return word.text


_READERS: dict[Key, Callable[[_Word], str]] = {
    Key.RULE: _read_rule,
    Key.SECTOR: _read_sector,
    Key.INVESTOR: _read_investor,
    Key.VENUE: _read_venue,
    Key.SEVERITY: _read_severity,
    Key.ALERT: _read_alert,
}


def _unknown(noun: str, word: _Word, known: Iterable[str], instead: str) -> Mistake:
    near = suggest(word.text, known)
    return Mistake(f"unknown {noun} {word.text!r}", word.span, f"did you mean {near}?" if near else instead)
