"""A condition in the form that the engine works on: comparisons of one feature with one constant, joined.

Every comparison becomes "the feature is at or above its cut" or the opposite, and `not` is pushed down into
the comparisons, so that what is left are `and` and `or` alone. From that follow the two facts on which the
engine rests: a condition can become true only where one of its comparisons becomes true, and it can
cease to be true only where one of them does.
"""

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flowalert.language.checker import Checker
from flowalert.language.function import FUNCTIONS, Moment, Whole
from flowalert.language.meaning import Meaning
from flowalert.language.parser import parse_condition
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, spell, walk_names
from flowalert.market.sector import Counted


class Mode(enum.Enum):
    """Whether a rule is about something that happens, or about something that lasts."""

    EVENT = "event"
    STATE = "state"


class Furthest(enum.Enum):
    """Which way a subject's peak lies."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    FROM_ZERO = "from zero"


@dataclass(frozen=True, slots=True)
class Threshold:
    """True where `feature >= cut` (rising) or `feature < cut` (falling).

    `<` and `<=` differ by one step of the number line and no more, so one kind of cut serves all four.
    """

    feature: Node
    cut: int | float
    rising: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """True at the one update that brings the feature to the other side of `level`; not `wanted`: the opposite."""

    feature: Node
    level: int | float
    upward: bool
    downward: bool
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Junction:
    """All of the parts (`and`), or any of them (`or`)."""

    every: bool
    parts: tuple["Form", ...]


# The series that an expression names, as codes of sector and investor; None is left to the rule.
References: TypeAlias = tuple[tuple[str | None, str | None], ...]
THE_RULES_OWN: References = ((None, None),)

Leaf: TypeAlias = Threshold | Crossing
Form: TypeAlias = Threshold | Crossing | Junction


@dataclass(frozen=True, slots=True)
class Clause:
    """A checked condition beside a rule's first one, asked while its alert is open: a level's, or `resolve_when`."""

    text: str
    node: Node
    references: "References"


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked condition.

    `subject` is the expression that the condition is first about, its sign kept: `delta(msval)` in
    `abs(delta(msval)) >= 300억`. `mode` is what follows from the condition alone, `features` are the expressions whose
    values decide. `counted` is what the sectors count that it leaves to its rule.
    """

    text: str
    form: Form
    leaves: tuple[Leaf, ...]
    subject: Node
    meaning: Meaning
    furthest: Furthest
    mode: Mode
    counted: Counted | None
    references: "References"

    @property
    def tree(self) -> Node:
        """The whole of it, checked. It is read from the text again: few ask, and a million trees are a lot."""
        return read_tree(self.text, self.counted)

    @property
    def opens_sector(self) -> bool:
        return any(sector is None for sector, _ in join_references(self.references))

    @property
    def opens_investor(self) -> bool:
        return any(investor is None for _, investor in join_references(self.references))

    @property
    def features(self) -> tuple[Node, ...]:
        return tuple(dict.fromkeys(leaf.feature for leaf in self.leaves))


def read_condition(text: str, counted: Counted | None, shared: dict[str, Node] | None = None) -> Condition:
    """Parse, check and compile a condition; raises Mistake with the place in `text`.

    `counted` is what the rule's sectors count. `shared` keeps one object for each feature over many conditions, where
    many rules are loaded.
    """
    return condition_of(read_tree(text, counted), text, counted, shared)


def read_tree(text: str, counted: Counted | None) -> Node:
    """Parse and check a condition, and no more."""
    return Checker(counted).check_truth(parse_condition(text))


def condition_of(tree: Node, text: str, counted: Counted | None, shared: dict[str, Node] | None = None) -> Condition:
    """Compile a condition from the checked tree of its text."""
    shared = {} if shared is None else shared
    checker = Checker(counted)
    form = _reshape(tree, wanted=True, shared=shared)
    # The time of day is when, and not what.
    comparisons = list(_comparisons(tree))
    first, wanted = next((each for each in comparisons if not _is_about_time(each[0])), comparisons[0])
    subject, furthest = _subject(first, wanted=wanted)
    subject = shared.setdefault(spell(subject), subject)
    return Condition(
        text=text,
        form=form,
        leaves=tuple(walk_leaves(form)),
        subject=subject,
        meaning=checker.check(subject).meaning,
        furthest=furthest,
        mode=_find_mode(tree),
        counted=counted,
        references=find_references(tree),
    )


def _find_mode(tree: Node) -> Mode:
    """Return `event` if every comparison is momentary; those of the time of day alone only say when."""
    comparisons = [each for each, _ in _comparisons(tree) if isinstance(each, Call) or not _is_about_time(each)]
    return Mode.EVENT if comparisons and all(map(is_momentary, comparisons)) else Mode.STATE


def read_clause(text: str, counted: Counted | None) -> Clause:
    """Parse and check a condition that stands beside a rule's first one; raises Mistake with the place in `text`."""
    node = read_tree(text, counted)
    return Clause(text, node, find_references(node))


def walk_leaves(form: Form) -> Iterator[Leaf]:
    """Yield the comparisons of a form from left to right."""
    if isinstance(form, Junction):
        for part in form.parts:
            yield from walk_leaves(part)
    else:
        yield form


def is_momentary(node: Node) -> bool:
    """Tell whether an expression is about one update alone: `delta` without a window, a crossing, a `p_*`."""
    match node:
        case Name(name):
            return name.startswith("p_")
        case Call(function, arguments):
            match FUNCTIONS[function].moment:
                case Moment.ALWAYS:
                    return True
                case Moment.NEVER:
                    return False
                case Moment.UNLESS_WINDOWED:
                    return len(arguments) == 1
                case Moment.LIKE_FIRST:
                    return is_momentary(arguments[0])
        case Binary(_, left, right) | Compare(_, left, right):
            return is_momentary(left) or is_momentary(right)
        case _:
            return False


def _is_about_time(node: Node) -> bool:
    return all(name.name == "time" for name in walk_names(node))


def find_references(*nodes: Node) -> References:
    """Return the series that expressions name, each once, from left to right; nothing for `time` alone."""
    names = [name for node in nodes for name in walk_names(node) if name.name != "time"]
    found = tuple(dict.fromkeys((name.sector, name.investor) for name in names))
    # One object serves all who name but their own.
    return THE_RULES_OWN if found == THE_RULES_OWN else found


def join_references(*references: References) -> References:
    """Return the series that conditions name together.

    Where they name none at all they are about the rule's own: somebody's updates must say what time it is.
    """
    return tuple(dict.fromkeys(each for some in references for each in some)) or THE_RULES_OWN


def _comparisons(node: Node, *, wanted: bool = True) -> Iterator[tuple[Compare | Call, bool]]:
    """Yield the comparisons as they were written, from left to right, each with whether it is wanted true."""
    match node:
        case Logic(_, parts):
            for part in parts:
                yield from _comparisons(part, wanted=wanted)
        case Not(part):
            yield from _comparisons(part, wanted=not wanted)
        case Compare() | Call():
            yield node, wanted
        case _:
            raise AssertionError(f"the checker lets no {type(node).__name__} be a condition")


def _reshape(node: Node, *, wanted: bool, shared: dict[str, Node]) -> Form:
    match node:
        case Logic(operator, parts):
            return Junction(
                (operator == "and") is wanted,
                tuple(_reshape(each, wanted=wanted, shared=shared) for each in parts),
            )
        case Not(part):
            return _reshape(part, wanted=not wanted, shared=shared)
        case Call(function, (left, right)):
            feature, level = _split(left, right, shared)
            return Crossing(feature, level, function != "crosses_below", function != "crosses_above", wanted)
        case Compare(operator, left, right):
            if isinstance(left, Number):
                left, right, operator = right, left, _MIRRORED[operator]
            feature, level = _split(left, right, shared)
            return _cut(operator if wanted else _OPPOSITE[operator], feature, level)
        case _:
            raise AssertionError(f"the checker lets no {type(node).__name__} be a condition")


def _split(left: Node, right: Node, shared: dict[str, Node]) -> tuple[Node, int | float]:
    if isinstance(right, Number):
        feature, level = left, right.value
    else:
        feature, level = Binary("-", left, right), 0
    return shared.setdefault(spell(feature), feature), level


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}


def _cut(operator: str, feature: Node, level: float) -> Form:
    whole = is_whole(feature)
    at = math.ceil(level) if whole else level
    beyond = math.floor(level) + 1 if whole else math.nextafter(level, math.inf)
    match operator:
        case ">=":
            return Threshold(feature, at, rising=True)
        case ">":
            return Threshold(feature, beyond, rising=True)
        case "<":
            return Threshold(feature, at, rising=False)
        case "<=":
            return Threshold(feature, beyond, rising=False)
        case "==":
            return Junction(
                every=True,
                parts=(Threshold(feature, at, rising=True), Threshold(feature, beyond, rising=False)),
            )
        case _:
            return Junction(
                every=False,
                parts=(Threshold(feature, at, rising=False), Threshold(feature, beyond, rising=True)),
            )


def is_whole(node: Node) -> bool:
    """Tell whether the expression has whole numbers for values: the wire's figures are whole."""
    match node:
        case Name():
            return True
        case Number(value):
            return isinstance(value, int)
        case Call(function, arguments):
            whole = FUNCTIONS[function].whole
            return whole is Whole.ALWAYS or (whole is Whole.LIKE_FIRST and is_whole(arguments[0]))
        case Binary(operator, left, right):
            return operator != "/" and is_whole(left) and is_whole(right)
        case _:
            return False


def _subject(node: Compare | Call, *, wanted: bool) -> tuple[Node, Furthest]:
    rising: bool | None
    match node:
        case Call(function, (left, _)):
            subject, rising = left, {"crosses_above": True, "crosses_below": False}.get(function)
        case Compare(operator, left, right):
            if isinstance(left, Number):
                left, operator = right, _MIRRORED[operator]
            subject, rising = left, {">": True, ">=": True, "<": False, "<=": False}.get(operator)
        case _:
            raise AssertionError("a crossing takes two arguments")
    if isinstance(subject, Call) and subject.function == "abs":
        return subject.arguments[0], Furthest.FROM_ZERO
    if rising is None:
        return subject, Furthest.FROM_ZERO
    return subject, Furthest.HIGHEST if rising is wanted else Furthest.LOWEST
