"""The functions of the language: what each takes, and what it stands for."""

import enum
from dataclasses import dataclass, replace
from typing import Protocol

from flowalert.language.meaning import NET_RATIO, RATIO, TRUTH, Meaning, Sort
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


class Moment(enum.Enum):
    """Whether a call is about one update alone, which makes a rule an event."""

    ALWAYS = "always"
    NEVER = "never"
    LIKE_FIRST = "like its first argument"
    UNLESS_WINDOWED = "without a window"


class Whole(enum.Enum):
    """Whether a call has whole numbers for values."""

    ALWAYS = "always"
    NEVER = "never"
    LIKE_FIRST = "like its first argument"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its usage for people, how many arguments it takes, and the check of them.

    A `windowed` one looks back over its second argument; one that `compares` sets its second argument against its
    first.
    """

    usage: str
    least: int
    most: int
    check: Rule
    moment: Moment = Moment.LIKE_FIRST
    whole: Whole = Whole.LIKE_FIRST
    windowed: bool = False
    compares: bool = False
    in_texts_alone: bool = False


def _check_change(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    return replace(_check_kept(name, arguments), net=True)


def _check_kept(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    """Check a number and perhaps a window; the answer has the number's meaning."""
    meaning = _number(name, arguments[0])
    for window in arguments[1:]:
        _check_window(window)
    return meaning


def _check_fading(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    meaning = _check_kept(name, arguments)
    if arguments[1].meaning.sort is Sort.SESSION:
        raise Mistake(f"{name} needs a length to fade over", arguments[1].node.span, "write one, like 5m or 20 updates")
    return meaning


def _check_spread(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    return replace(_check_kept(name, arguments), net=False)


def _check_score(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    _check_kept(name, arguments)
    return NET_RATIO


def _check_count(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    if arguments[0].meaning.sort is not Sort.TRUTH:
        raise Mistake(
            f"{name} counts a condition, and this is {arguments[0].meaning.words}",
            arguments[0].node.span,
            f"write one, like {name}(delta(msval) < 0{', 10m' if len(arguments) > 1 else ''})",
        )
    for window in arguments[1:]:
        _check_window(window)
    return RATIO


def _check_window(window: Argument) -> None:
    """Refuse what is no length of time: exchange time has whole seconds, and a window looks back."""
    if window.meaning.sort is Sort.SESSION:
        return
    if window.meaning.sort not in (Sort.DURATION, Sort.UPDATES):
        raise Mistake(
            f"{spell(window.node)} is no window",
            window.node.span,
            "write a duration, a count of updates or session, like 5m or 20 updates",
        )
    if isinstance(window.node, Number) and (not isinstance(window.node.value, int) or window.node.value < 1):
        raise Mistake(
            f"{spell(window.node)} is no whole number of seconds above zero", window.node.span, "write 1s or more"
        )


def _check_size(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    return replace(_number(name, arguments[0]), net=False)


def _check_crossing(name: str, arguments: tuple[Argument, ...]) -> Meaning:
    crossing, crossed = arguments
    if crossing.meaning.sort is not Sort.CLOCK:
        _number(name, crossing)
    if not crossing.meaning.agrees(crossed.meaning):
        first, second = name_both(crossing.meaning, crossed.meaning)
        raise Mistake(f"{name} sets {first} against {second}", crossed.node.span, _advice(crossing.meaning))
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
        one, other = name_both(first, second)
        raise Mistake(f"{one} {verb} {other}", span, instead)


def name_both(first: Meaning, second: Meaning) -> tuple[str, str]:
    """Return the words for two meanings; of two quantities also what they count, where that is what differs."""
    if first.words != second.words or not (first.counted and second.counted):
        return first.words, second.words
    return f"{first.words} of {first.counted.value}", f"{second.words} of {second.counted.value}"


# What is true at one update alone.
CROSSINGS = frozenset({"crosses_above", "crosses_below", "crosses"})

_CROSSING = Function("", 2, 2, _check_crossing, Moment.ALWAYS, compares=True)
_WINDOWED = Function("", 2, 2, _check_kept, Moment.NEVER, windowed=True)

FUNCTIONS = {
    "delta": Function("delta(x) or delta(x, 5m)", 1, 2, _check_change, Moment.UNLESS_WINDOWED, windowed=True),
    "prev": Function("prev(x)", 1, 1, _check_kept),
    "abs": Function("abs(x)", 1, 1, _check_size),
    "sum": replace(_WINDOWED, usage="sum(x, 5m)"),
    "avg": replace(_WINDOWED, usage="avg(x, 5m)", whole=Whole.NEVER),
    "stdev": replace(_WINDOWED, usage="stdev(x, 30m)", check=_check_spread, whole=Whole.NEVER),
    "highest": replace(_WINDOWED, usage="highest(x, session)"),
    "lowest": replace(_WINDOWED, usage="lowest(x, session)"),
    "slope": replace(_WINDOWED, usage="slope(x, 10m)", check=_check_change, whole=Whole.NEVER),
    "ema": replace(_WINDOWED, usage="ema(x, 10m)", check=_check_fading, whole=Whole.NEVER),
    "zscore": replace(
        _WINDOWED, usage="zscore(x, 1h)", check=_check_score, moment=Moment.LIKE_FIRST, whole=Whole.NEVER
    ),
    "streak": Function("streak(condition)", 1, 1, _check_count, Moment.NEVER, Whole.ALWAYS),
    "count": replace(_WINDOWED, usage="count(condition, 10m)", check=_check_count, whole=Whole.ALWAYS),
    "crosses_above": replace(_CROSSING, usage="crosses_above(x, level)"),
    "crosses_below": replace(_CROSSING, usage="crosses_below(x, level)"),
    "crosses": replace(_CROSSING, usage="crosses(x, level)"),
    "if": Function("if(condition, this, that)", 3, 3, _check_choice, in_texts_alone=True),
}
