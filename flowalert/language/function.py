"""The functions of the language: what each takes, and what it stands for."""

from dataclasses import dataclass
from typing import Protocol

from flowalert.language.meaning import TRUTH, Meaning, Sort
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Node, Number, Span, spell


class Argument(Protocol):
    """A checked argument."""

    @property
    def node(self) -> Node: ...

    @property
    def meaning(self) -> Meaning: ...


class Rule(Protocol):
    """What a function's arguments must be; returns what the call stands for, or raises Mistake."""

    def __call__(self, name: str, arguments: tuple[Argument, ...]) -> Meaning: ...


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its usage for people, how many arguments it takes, and the check of them.

    `momentary` marks a function whose answer is about one update alone (without a window), and which so
    makes a rule an event.
    """

    usage: str
    least: int
    most: int
    check: Rule
    momentary: bool = False
    in_texts_alone: bool = False


def _check_change(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    meaning = _number(name, arguments[0])
    for window in arguments[1:]:
        _check_window(window)
    return Meaning(Sort.NUMBER, meaning.won, meaning.quantity, net=True)


def _check_window(window: Argument) -> None:
    """Refuse what is no length of time: exchange time has whole seconds, and a change looks back."""
    if window.meaning.sort not in (Sort.DURATION, Sort.UPDATES):
        raise Mistake(
            f"{spell(window.node)} is no window",
            window.node.span,
            "write a duration or a count of updates, like 5m or 20 updates",
        )
    if isinstance(window.node, Number) and (not isinstance(window.node.value, int) or window.node.value < 1):
        raise Mistake(
            f"{spell(window.node)} is no whole number of seconds above zero", window.node.span, "write 1s or more"
        )


def _check_size(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    meaning = _number(name, arguments[0])
    return Meaning(Sort.NUMBER, meaning.won, meaning.quantity)


def _check_crossing(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    crossing, crossed = arguments
    _number(name, crossing)
    if not crossing.meaning.agrees(crossed.meaning):
        raise Mistake(
            f"{name} sets {crossing.meaning.words} against {crossed.meaning.words}",
            crossed.node.span,
            _advice(crossing.meaning),
        )
    return TRUTH


def _check_choice(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    condition, yes, no = arguments
    if condition.meaning.sort is not Sort.TRUTH:
        raise Mistake(f"{name} asks {condition.meaning.words}", condition.node.span, "begin with a condition")
    if not yes.meaning.agrees(no.meaning):
        raise Mistake(
            f"{name} gives {yes.meaning.words} or {no.meaning.words}",
            no.node.span,
            "give two things of one sort",
        )
    return no.meaning if yes.meaning.bare else yes.meaning


def _number(name: str, argument: Argument) -> Meaning:
    if argument.meaning.sort is not Sort.NUMBER:
        raise Mistake(
            f"{name} takes a number, and this is {argument.meaning.words}",
            argument.node.span,
            "give it a field, like msval",
        )
    return argument.meaning


def _advice(meaning: Meaning) -> str:
    match meaning.won, meaning.quantity:
        case 1, 0:
            return "write an amount of won, like 300억, or a bare number in 억원"
        case 0, 1:
            return "write a quantity, like 20만주 or 40계약, or a bare number in 천주 or contracts"
        case 0, 0:
            return "write a ratio, like 30% or 0.3"
        case _:
            return "write a bare number"


def check_pair(operator: str, left: Meaning, right: Meaning, span: Span) -> None:
    """Refuse two sides that cannot be compared, added or subtracted."""
    if not left.agrees(right):
        verb = {"+": "is added to", "-": "is subtracted from"}.get(operator, "is compared with")
        first, second = (right, left) if operator in "+-" else (left, right)
        dimension = left if left.sort is Sort.NUMBER else right
        instead = _advice(dimension) if left.sort is right.sort else "put things of one sort on both sides"
        raise Mistake(f"{first.words} {verb} {second.words}", span, instead)


# What is true at one update alone.
CROSSINGS = frozenset({"crosses_above", "crosses_below", "crosses"})

FUNCTIONS = {
    "delta": Function("delta(x) or delta(x, 5m)", 1, 2, _check_change, momentary=True),
    "abs": Function("abs(x)", 1, 1, _check_size),
    "crosses_above": Function("crosses_above(x, level)", 2, 2, _check_crossing, momentary=True),
    "crosses_below": Function("crosses_below(x, level)", 2, 2, _check_crossing, momentary=True),
    "crosses": Function("crosses(x, level)", 2, 2, _check_crossing, momentary=True),
    "if": Function("if(condition, this, that)", 3, 3, _check_choice, in_texts_alone=True),
}
