"""The amounts that a rule's condition is set against, and the same rule with others in their place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flowalert.language.condition import condition_of, is_whole
from flowalert.language.meaning import Meaning, Sort
from flowalert.language.tree import Call, Compare, Logic, Node, Not, Number, Span
from flowalert.rules.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Amount:
    """One constant of a condition's comparisons, in the feed's own unit.

    `of` is what is set against it. `easing` says which way it has to move for the condition to hold more often: -1
    down, as in `x >= 300`; 1 up, as in `x <= -300`; 0 where neither way is (`==`, `!=`, `crosses`). `span` is its
    place in the condition's text.
    """

    value: int | float
    of: Node
    easing: int
    meaning: Meaning
    span: Span

    def ease(self, share: float) -> float:
        """Return the amount moved the easier way by a share of its size, and toward zero where there is none."""
        if not self.easing:
            return self.value * (1 - share)
        return self.value + self.easing * share * abs(self.value)

    @property
    def whole(self) -> bool:
        """Whether what is set against it has whole numbers for values."""
        return is_whole(self.of)


def find_amounts(tree: Node) -> tuple[Amount, ...]:
    """Return the amounts of a checked condition from left to right; times of day are none, nor are those in calls."""
    return tuple(_find(tree, wanted=True))


def place_amounts(rule: Rule, values: Mapping[int, float]) -> Rule:
    """Return the rule with other amounts, by their place in `find_amounts`; its text is written anew."""
    condition = rule.condition
    amounts = find_amounts(condition.tree)
    texts = {number: write_amount(condition.text, amounts[number], value) for number, value in values.items()}
    tree = _place(condition.tree, iter(range(len(amounts))), values)
    text = _substitute(condition.text, {amounts[number].span: written for number, written in texts.items()})
    placed = condition_of(tree, text, condition.counted)
    return replace(rule, condition=replace(placed, references=condition.references))


def round_amount(value: float, *, whole: bool) -> int | float:
    """Round to two significant digits, and to a whole number where nothing else makes a difference."""
    rounded = float(f"{value:.1e}")
    return round(rounded) if whole or rounded == int(rounded) else rounded


def write_amount(text: str, amount: Amount, value: float) -> str:
    """Write a value as the amount stands in `text`, in its unit: `-420억` in the place of `-300억`."""
    written = text[slice(*amount.span)]
    match = _LITERAL.fullmatch(written)
    if match is None or not amount.value:
        return _write(value, amount.meaning)
    # A unit is a fixed multiple, so what it is follows from the number that stands there.
    per_unit = Decimal(repr(amount.value)) / Decimal(match["digits"].replace("_", "").replace(" ", ""))
    return _plain(Decimal(repr(value)) / per_unit) + match["unit"]


_LITERAL = re.compile(r"(?P<digits>(?:-\s*)?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?)(?P<unit>\s*(?:[^\W\d_]+|%)?)")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_EASING = {">": -1, ">=": -1, "<": 1, "<=": 1, "crosses_above": -1, "crosses_below": 1}


def _find(node: Node, *, wanted: bool) -> Iterator[Amount]:
    match node:
        case Logic(_, parts):
            for part in parts:
                yield from _find(part, wanted=wanted)
        case Not(part):
            yield from _find(part, wanted=not wanted)
        case Compare(operator, Number() as number, of) | Compare(operator, of, Number() as number):
            if number.meaning.sort is Sort.NUMBER:
                operator = _MIRRORED.get(operator, operator) if number is node.left else operator
                yield _amount(number, of, _EASING.get(operator, 0), wanted=wanted)
        case Call(function, (of, Number() as number)):
            if number.meaning.sort is Sort.NUMBER:
                yield _amount(number, of, _EASING.get(function, 0), wanted=wanted)
        case _:
            return


def _amount(number: Number, of: Node, easing: int, *, wanted: bool) -> Amount:
    return Amount(number.value, of, easing if wanted else -easing, number.meaning, number.span)


def _place(node: Node, numbers: Iterator[int], values: Mapping[int, float]) -> Node:
    """Return the condition with the values placed; takes the numbers of its amounts off `numbers`."""
    match node:
        case Logic(operator, parts, span):
            return Logic(operator, tuple(_place(each, numbers, values) for each in parts), span)
        case Not(part, span):
            return Not(_place(part, numbers, values), span)
        case Compare(operator, Number() as number, of, span):
            return Compare(operator, _change(number, numbers, values), of, span)
        case Compare(operator, of, Number() as number, span):
            return Compare(operator, of, _change(number, numbers, values), span)
        case Call(function, (of, Number() as number), span):
            return Call(function, (of, _change(number, numbers, values)), span)
        case _:
            return node


def _change(number: Number, numbers: Iterator[int], values: Mapping[int, float]) -> Number:
    if number.meaning.sort is not Sort.NUMBER:
        return number
    value = values.get(next(numbers), number.value)
    whole = int(value) if value == int(value) else value
    return Number(whole, number.meaning, number.span)


def _substitute(text: str, changes: Mapping[Span, str]) -> str:
    for (begin, end), written in sorted(changes.items(), reverse=True):
        text = text[:begin] + written + text[end:]
    return text


def _write(value: float, meaning: Meaning) -> str:
    return _plain(Decimal(repr(value))) + ("억" if (meaning.won, meaning.quantity) == (1, 0) else "")


def _plain(number: Decimal) -> str:
    """Write a number without an exponent, which the language does not have, and without needless zeros."""
    text = format(number.normalize(), "f")
    return "0" if text in {"-0", "0"} else text
