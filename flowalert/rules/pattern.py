"""Conditions that differ in their amounts alone, parsed once.

A rule that is made a hundred thousand times has as many conditions, and most of what they cost is the parser.
"""

import re
from collections.abc import Sequence

from flowalert.language.condition import Condition, condition_of, read_tree
from flowalert.language.literal import resolve_literal
from flowalert.language.tree import Compare, Logic, Node, Not, Number, Span
from flowalert.market.sector import Counted

# A number that is no part of a name, a code or a time of day.
_NUMBER = re.compile(r"(?<![\w.:])[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?![0-9_.:])", re.ASCII)
_AMOUNT = re.compile(r"(-?)\s*([0-9_.]+)\s*([^\W\d_]*|%)")


class Patterns:
    """Reads conditions as `read_condition` does; it grows with each one that is like none before."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        """`nodes` has one object for each feature of all conditions."""
        self._nodes = nodes
        self._known: dict[tuple[str, Counted | None], _Pattern] = {}
        # What a rule is read from, it is looked at for suspicions next.
        self._latest: tuple[str, Counted | None, Node] | None = None

    def read(self, text: str, counted: Counted | None) -> Condition:
        """Return the condition of a text; raises Mistake with the place in it."""
        return condition_of(self.read_tree(text, counted), text, counted, self._nodes)

    def read_tree(self, text: str, counted: Counted | None) -> Node:
        """Return the checked tree of a text; raises Mistake with the place in it."""
        if self._latest is None or self._latest[:2] != (text, counted):
            self._latest = (text, counted, self._find_tree(text, counted))
        return self._latest[2]

    def _find_tree(self, text: str, counted: Counted | None) -> Node:
        if '"' in text or "'" in text:
            return read_tree(text, counted)
        # The language has no use for this character.
        key = (_NUMBER.sub("#", text), counted)
        pattern = self._known.get(key)
        if pattern is None:
            tree = read_tree(text, counted)
            self._known[key] = _Pattern(text, tree)
            return tree
        return pattern.cast(text) or read_tree(text, counted)


class _Pattern:
    """A checked condition, of which the numbers that something is compared with can be exchanged for others."""

    def __init__(self, text: str, tree: Node) -> None:
        self._tree = tree
        self._numbers = list(_NUMBER.finditer(text))
        ordinals = {each.start(): number for number, each in enumerate(self._numbers)}
        # By its ordinal, the sign and the unit of each number that is compared with.
        self._amounts: dict[int, tuple[str, str]] = {}
        self._ordinals: dict[Span, int] = {}
        for side in _list_levels(tree):
            start, end = side.span
            match = _AMOUNT.fullmatch(text, start, end)
            ordinal = ordinals.get(match.start(2)) if match is not None else None
            if match is not None and ordinal is not None:
                self._amounts[ordinal] = (match[1], match[3])
                self._ordinals[side.span] = ordinal

    def cast(self, text: str) -> Node | None:
        """Return the tree with the numbers of a text of the same shape; None where others than levels differ.

        The places of the levels are right; of the features they are not, for many conditions share them anyway.
        """
        numbers = list(_NUMBER.finditer(text))
        for ordinal, (old, new) in enumerate(zip(self._numbers, numbers, strict=True)):
            if ordinal not in self._amounts and old[0] != new[0]:
                return None
        return self._exchange(self._tree, numbers)

    def _exchange(self, node: Node, numbers: Sequence[re.Match[str]]) -> Node:
        match node:
            case Logic(operator, parts, span):
                return Logic(operator, tuple(self._exchange(each, numbers) for each in parts), span)
            case Not(part, span):
                return Not(self._exchange(part, numbers), span)
            case Compare(operator, left, right, span):
                return Compare(operator, self._level(left, numbers), self._level(right, numbers), span)
            case _:
                return node

    def _level(self, side: Node, numbers: Sequence[re.Match[str]]) -> Node:
        if not isinstance(side, Number):
            return side
        pairs = zip(self._numbers, numbers, strict=True)
        start, end = side.span
        moved = sum(len(new[0]) - len(old[0]) for old, new in pairs if old.end() <= start)
        ordinal = self._ordinals.get(side.span)
        if ordinal is None:
            return Number(side.value, side.meaning, (start + moved, end + moved))
        sign, unit = self._amounts[ordinal]
        longer = len(numbers[ordinal][0]) - len(self._numbers[ordinal][0])
        span = (start + moved, end + moved + longer)
        return resolve_literal(sign + numbers[ordinal][0], unit, side.meaning.counted, span)


def _list_levels(node: Node) -> list[Number]:
    match node:
        case Logic(_, parts):
            return [level for each in parts for level in _list_levels(each)]
        case Not(part):
            return _list_levels(part)
        case Compare(_, left, right):
            return [each for each in (left, right) if isinstance(each, Number)]
        case _:
            return []
