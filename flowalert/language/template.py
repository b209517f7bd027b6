"""Texts with `{{ expression | format }}` in them, in the language of the conditions.

There are no loops and no assignments, so a text cannot run away, and there is nothing to sandbox.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flowalert.language.checker import FIELDS, Checked, Checker
from flowalert.language.code import COMPARE
from flowalert.language.function import CROSSINGS
from flowalert.language.literal import LARGEST_VALUE
from flowalert.language.meaning import BARE, CLOCK, DURATION, TEXT, Meaning, Sort
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_placeholder
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, Text, spell, walk_names
from flowalert.market.amount import format_number, format_percent, format_quantity, format_won
from flowalert.market.instant import clock
from flowalert.market.name import suggest
from flowalert.market.sector import Counted

Word: TypeAlias = str | int | float | None

UNKNOWN = "–"

# An alert's own words; `value` and `peak` have the meaning of the condition's subject.
WORDS: Mapping[str, Meaning] = {
    "rule": TEXT,
    "summary": TEXT,
    "sector": TEXT,
    "investor": TEXT,
    "venue": TEXT,
    "severity": TEXT,
    "state": TEXT,
    "at": CLOCK,
    "opened_at": CLOCK,
    "duration": DURATION,
    "held_back": BARE,
}
OF_THE_SUBJECT = ("value", "peak")

# What needs no past of its arguments; the alert's own words have none.
_MOMENTARY_WORK = frozenset({"abs", "if"})
# What takes a condition, with anything in it.
_COUNTS = frozenset({"streak", "count"})

# More than any service shows of a message; what is read in a placeholder costs a thousand times what the text does.
LONGEST = 20_000

_OPENING = re.compile(r"\{\{")
# What stands between quotes may hold braces.
_INSIDE = re.compile(r"""(?:[^"'}]|"[^"]*"|'[^']*'|\}(?!\}))*\}\}""")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{{ … }}`: what it shows and how. `form` is None where the meaning says how."""

    node: Node
    meaning: Meaning
    form: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text. `expressions` are those whose values it needs of the moment, `words` the alert's own."""

    text: str
    parts: tuple[str | Placeholder, ...]
    expressions: tuple[Node, ...]
    words: frozenset[str] = frozenset()

    def render(
        self, values: Mapping[str, int | float | None], words: Mapping[str, Word], counted: Counted | None
    ) -> str:
        """Fill the text in; what is not known reads as a dash.

        `values` has the value of each of `expressions` by its spelling, `words` those of the alert, with times in
        exchange time; `counted` is what quantities count here.
        """
        return "".join(
            part if isinstance(part, str) else _show(part, _evaluate(part.node, values, words), counted)
            for part in self.parts
        )


def read_template(
    text: str, counted: Counted | None, subject: Meaning, *, opens_sector: bool = True, opens_investor: bool = True
) -> Template:
    """Parse and check a text; raises Mistake with the place in it.

    `subject` is what `value` and `peak` mean. A name may leave sector and investor open only where the rule's
    condition does, for else there is nothing to take them from.
    """
    checker = Checker(counted, {**WORDS, **dict.fromkeys(OF_THE_SUBJECT, subject)})

    def check(placeholder: Placeholder, offset: int) -> None:
        _check_open(placeholder, offset, opens_sector=opens_sector, opens_investor=opens_investor)

    return _read(text, checker, check)


def read_wording(text: str, words: Mapping[str, Meaning]) -> Template:
    """Parse and check a text about alerts of any rule, in which these words alone have a meaning; raises Mistake."""
    return _read(text, Checker(None, words), _refuse_fields)


def _read(text: str, checker: Checker, check: Callable[[Placeholder, int], None]) -> Template:
    if len(text) > LONGEST:
        raise Mistake(f"the text is longer than {LONGEST:,} characters", (LONGEST, len(text)), "make it shorter")
    parts: list[str | Placeholder] = []
    after = 0
    while opening := _OPENING.search(text, after):
        parts.append(text[after : opening.start()])
        inside = _INSIDE.match(text, opening.end())
        if inside is None:
            raise Mistake("'{{' is never closed", opening.span(), "close it with }}")
        placeholder = _read_placeholder(text[opening.end() : inside.end() - 2], opening.end(), checker)
        check(placeholder, opening.end())
        parts.append(placeholder)
        after = inside.end()
    parts.append(text[after:])
    placeholders = [each for each in parts if isinstance(each, Placeholder)]
    expressions = dict.fromkeys(part for each in placeholders for part in _find_expressions(each.node))
    words = frozenset(word for each in placeholders for word in _find_words(each.node))
    return Template(text, tuple(each for each in parts if each != ""), tuple(expressions), words)


def _refuse_fields(placeholder: Placeholder, offset: int) -> None:
    for name in walk_names(placeholder.node):
        if name.name in FIELDS:
            raise Mistake(
                f"{name.name} is a figure of one rule's series, and this text is about alerts of any rule",
                (name.span[0] + offset, name.span[1] + offset),
                "take it out; a rule's own title and message can have it",
            )


def _read_placeholder(text: str, offset: int, checker: Checker) -> Placeholder:
    try:
        node, form, span = parse_placeholder(text)
        checked = checker.check(node)
        _check_shown(checked)
        if form is not None:
            _check_form(form, checked.meaning, span)
    except Mistake as mistake:
        raise Mistake(mistake.what, (mistake.start + offset, mistake.end + offset), mistake.instead) from None
    return Placeholder(checked.node, checked.meaning, form)


def _check_open(placeholder: Placeholder, offset: int, *, opens_sector: bool, opens_investor: bool) -> None:
    for name in walk_names(placeholder.node):
        if name.name not in FIELDS or name.name == "time":
            continue
        span = (name.span[0] + offset, name.span[1] + offset)
        if name.investor is None and not opens_investor:
            raise Mistake(
                f"whose {name.name}? The condition names its investors itself",
                span,
                f"say whose, like foreign.{name.name}",
            )
        if name.sector is None and not opens_sector:
            raise Mistake(
                f"{name.name} of which sector? The condition names its sectors itself",
                span,
                f"say of which, like kospi.foreign.{name.name}",
            )


def _check_shown(checked: Checked) -> None:
    for call in _find_calls(checked.node):
        if call.function in CROSSINGS:
            raise Mistake(f"{call.function} is for conditions", call.span, "a text shows what is, like msval")
        word = next(_find_words(call), None)
        if call.function not in _MOMENTARY_WORK and word is not None:
            raise Mistake(
                f"the alert's {word} has no past to look back on", call.span, f"write {call.function} of a field"
            )
    if checked.meaning.sort in (Sort.TRUTH, Sort.UPDATES):
        raise Mistake(
            f"{checked.meaning.words} is nothing to show",
            checked.node.span,
            "choose a text by it, like if(msval > 0, '매수', '매도')",
        )


def _find_calls(node: Node) -> Iterator[Call]:
    match node:
        case Call(_, parts) | Logic(_, parts):
            if isinstance(node, Call):
                yield node
                if node.function in _COUNTS:
                    return
            for each in parts:
                yield from _find_calls(each)
        case Binary(_, left, right) | Compare(_, left, right):
            yield from _find_calls(left)
            yield from _find_calls(right)
        case Not(part):
            yield from _find_calls(part)
        case _:
            return


def _find_expressions(node: Node) -> Iterator[Node]:
    """Yield the largest parts that are made of the feed's fields alone: their values are the engine's to tell."""
    match node:
        case Call("if", arguments):
            for each in arguments:
                yield from _find_expressions(each)
        case Compare(_, left, right):
            yield from _find_expressions(left)
            yield from _find_expressions(right)
        case Logic(_, parts):
            for each in parts:
                yield from _find_expressions(each)
        case Not(part):
            yield from _find_expressions(part)
        case Number() | Text():
            return
        case _ if next(_find_words(node), None) is None:
            yield node
        case Binary(_, left, right):
            yield from _find_expressions(left)
            yield from _find_expressions(right)
        case Call(_, arguments):
            for each in arguments:
                yield from _find_expressions(each)
        case _:
            return


def _find_words(node: Node) -> Iterator[str]:
    match node:
        case Name(name):
            if name in WORDS or name in OF_THE_SUBJECT:
                yield name
        case Call(_, parts) | Logic(_, parts):
            for each in parts:
                yield from _find_words(each)
        case Binary(_, left, right) | Compare(_, left, right):
            yield from _find_words(left)
            yield from _find_words(right)
        case Not(part):
            yield from _find_words(part)
        case _:
            return


def _evaluate(node: Node, values: Mapping[str, int | float | None], words: Mapping[str, Word]) -> Word:
    spelled = spell(node)
    if spelled in values:
        return values[spelled]
    match node:
        case Number(value):
            return value
        case Text(value):
            return value
        case Name(name):
            return words.get(name)
        case Call("if", (condition, yes, no)):
            truth = _judge(condition, values, words)
            return None if truth is None else _evaluate(yes if truth else no, values, words)
        case Call("abs", (inner,)):
            number = _evaluate(inner, values, words)
            return abs(number) if isinstance(number, int | float) else None
        case Binary(symbol, left, right):
            return _calculate(symbol, _evaluate(left, values, words), _evaluate(right, values, words))
        case _:
            return None


def _calculate(symbol: str, left: Word, right: Word) -> Word:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    try:
        number = _COMPUTE[symbol](left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return number if -LARGEST_VALUE < number < LARGEST_VALUE else None


def _judge(node: Node, values: Mapping[str, int | float | None], words: Mapping[str, Word]) -> bool | None:
    match node:
        case Not(part):
            truth = _judge(part, values, words)
            return None if truth is None else not truth
        case Logic(joint, parts):
            truths = [_judge(each, values, words) for each in parts]
            decisive = joint == "or"
            return decisive if decisive in truths else None if None in truths else not decisive
        case Compare(symbol, left, right):
            one, other = _evaluate(left, values, words), _evaluate(right, values, words)
            if not isinstance(one, int | float) or not isinstance(other, int | float):
                return None
            return COMPARE[symbol](one, other)
        case _:
            return None


_COMPUTE: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}

# Each format with the meanings that it can show, and those words for it.
_FORMS: Mapping[str, tuple[Callable[[Meaning], bool], str]] = {
    "won": (lambda each: (each.won, each.quantity) == (1, 0) or each.bare, "an amount of won"),
    "shares": (lambda each: (each.won, each.quantity) == (0, 1) or each.bare, "a quantity"),
    "signed": (lambda each: each.sort is Sort.NUMBER, "a number"),
    "percent": (lambda each: each.sort is Sort.NUMBER and each.won == each.quantity == 0, "a ratio"),
    "clock": (lambda each: each.sort is Sort.CLOCK, "a time of day"),
}


def _check_form(form: str, meaning: Meaning, span: tuple[int, int]) -> None:
    if form not in _FORMS:
        near = suggest(form, _FORMS)
        raise Mistake(
            f"unknown format {form!r}",
            span,
            f"did you mean {near}?" if near else f"formats are {' '.join(_FORMS)}",
        )
    fits, what = _FORMS[form]
    if not fits(meaning):
        fitting = [name for name, (good, _) in _FORMS.items() if good(meaning)]
        raise Mistake(
            f"{form} shows {what}, and this is {meaning.words}",
            span,
            f"write {' or '.join(fitting)}" if fitting else "leave the format out",
        )


def _show(placeholder: Placeholder, value: Word, counted: Counted | None) -> str:
    meaning, form = placeholder.meaning, placeholder.form
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if meaning.sort is Sort.CLOCK:
        return clock(int(value))
    if meaning.sort is Sort.DURATION:
        return show_duration(int(value))
    return show_number(value, meaning, counted, form)


def show_number(value: float, meaning: Meaning, counted: Counted | None, form: str | None = None) -> str:
    """Write a number as its meaning wants it, or as the format says."""
    signed = meaning.net or form == "signed"
    counted = meaning.counted or counted
    dimension = (meaning.won, meaning.quantity)
    if form == "percent":
        return format_percent(value, signed=signed)
    if form == "won" or (form != "shares" and dimension == (1, 0)):
        return format_won(value, signed=signed)
    if (form == "shares" or dimension == (0, 1)) and counted is not None:
        return format_quantity(value, counted, signed=signed)
    return format_number(value, signed=signed)


def show_duration(seconds: int) -> str:
    """Write `1시간 2분 30초`."""
    parts = ((seconds // 3600, "시간"), (seconds // 60 % 60, "분"), (seconds % 60, "초"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0초"
