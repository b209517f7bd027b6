"""On what grounds a transition came about, judged from the values that it keeps.

Nothing is folded: a transition has the value of every expression of its rule's condition, so that to judge each
comparison again takes no journal and no time. What only the engine's memory knew, like whether a value had come from
the other side, is told where it follows from what was decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from msgspec import Struct

from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.engine.why import Comparison, list_comparisons, sides_of
from flowalert.language.code import COMPARE, Read, Value, compile_number, find_inputs
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, spell
from flowalert.rules.rulebook import Rule

# What is to be tried doubles with each crossing.
_MOST_CROSSINGS = 6

_Values = Mapping[str, Value]
_Truths = Mapping[Node, bool | None]


class Grounds(Struct, frozen=True, kw_only=True):
    """What a transition's rule, as it is now, says of the transition's values.

    A comparison whose sides stand in no transition, as those of levels often do, is in `unkept` by its text, and
    unknown. `is_changed` is True where the rule cannot be the one that decided: its expressions are others, or the
    values do not bring about what happened. Where it is False it may be another all the same, in an amount.
    """

    comparisons: tuple[Comparison, ...]
    unkept: tuple[str, ...]
    is_changed: bool


def find_grounds(rule: Rule, transition: Transition) -> Grounds:
    """Return what each comparison of a rule was as of a transition."""
    values = transition.values
    found = list(list_comparisons(rule))
    truths: dict[Node, bool | None] = {node: _judge(node, values) for _, node in found}
    tree = rule.condition.tree
    answer = _find_answer(transition)
    open_ = [
        node
        for node, truth in truths.items()
        if isinstance(node, Call) and truth is None and _read_feature(node, values) is not None
    ]
    fitting = list(_list_fitting(tree, truths, open_, answer))
    for number, node in enumerate(open_):
        ways = {each[number] for each in fitting}
        if answer is not None and len(ways) == 1:
            truths[node] = ways.pop()
    return Grounds(
        comparisons=tuple(_describe(clause, node, values, truths[node]) for clause, node in found),
        unkept=tuple(dict.fromkeys(spell(node) for _, node in found if not _is_kept(node, values))),
        is_changed=not fitting or {spell(node) for node in rule.expressions} != values.keys(),
    )


def _find_answer(transition: Transition) -> bool | None:
    """Return what the condition was, where the kind and the reason of a transition say that."""
    if transition.kind is Kind.RESOLVED:
        return False if transition.reason is Reason.CONDITION else None
    return True if transition.reason in (Reason.CONDITION, Reason.HELD_FOR) else None


def _list_fitting(
    tree: Node,
    truths: _Truths,
    crossings: Sequence[Node],
    answer: bool | None,  # noqa: FBT001 - Kleene's
) -> Iterator[tuple[bool, ...]]:
    """Yield each way in which the crossings can have been, so that the condition was what is known of it."""
    if len(crossings) > _MOST_CROSSINGS:
        yield from ((False,) * len(crossings), (True,) * len(crossings))
        return
    for ways in product((False, True), repeat=len(crossings)):
        truth = _join(tree, {**truths, **dict(zip(crossings, ways, strict=True))})
        if answer is None or truth is None or truth is answer:
            yield ways


def _join(node: Node, truths: _Truths) -> bool | None:
    """Return a condition's truth in Kleene's logic, from those of its comparisons."""
    match node:
        case Logic(operator, parts):
            decisive = operator == "or"
            answers = [_join(part, truths) for part in parts]
            return decisive if decisive in answers else None if None in answers else not decisive
        case Not(part):
            answer = _join(part, truths)
            return None if answer is None else not answer
        case _:
            return truths[node]


def _judge(node: Compare | Call, values: _Values) -> bool | None:
    left, right = sides_of(node)
    sides = _read_sides(left, right, values)
    if sides is None:
        return None
    if isinstance(node, Compare):
        return COMPARE[node.operator](*sides)
    above, below = sides[0] > sides[1], sides[0] < sides[1]
    may_be = (above and node.function != "crosses_below") or (below and node.function != "crosses_above")
    return None if may_be else False


def _describe(clause: str, node: Compare | Call, values: _Values, truth: bool | None) -> Comparison:  # noqa: FBT001 - Kleene's
    left, right = sides_of(node)
    left_value, right_value = _read(left, values), _read(right, values)
    if left_value is None or right_value is None:
        distance = Binary("-", left, right)
        if values.get(spell(distance)) is not None:
            # Of two figures that are set against each other their distance is what decides, and what is kept.
            return Comparison(
                text=spell(node),
                left=spell(distance),
                left_value=values[spell(distance)],
                right="0",
                right_value=0,
                holds=truth,
                clause=clause,
            )
    return Comparison(
        text=spell(node),
        left=spell(left),
        left_value=left_value,
        right=spell(right),
        right_value=right_value,
        holds=truth,
        clause=clause,
    )


def _read_sides(left: Node, right: Node, values: _Values) -> tuple[float, float] | None:
    distance = values.get(spell(Binary("-", left, right)))
    if distance is not None:
        return distance, 0
    one, other = _read(left, values), _read(right, values)
    return None if one is None or other is None else (one, other)


def _read_feature(node: Call, values: _Values) -> float | None:
    sides = _read_sides(*sides_of(node), values)
    return None if sides is None else sides[0] - sides[1]


def _is_kept(node: Compare | Call, values: _Values) -> bool:
    left, right = sides_of(node)
    return spell(Binary("-", left, right)) in values or all(
        spell(part) in values for side in (left, right) for part in _find_parts(side, values)
    )


def _read(node: Node, values: _Values) -> Value:
    if isinstance(node, Number):
        return node.value
    parts = _find_parts(node, values)
    if parts == (node,):
        return values.get(spell(node))
    return compile_number(node, {part: _reader_of(spell(part)) for part in parts})(values)


def _find_parts(node: Node, values: _Values) -> Sequence[Node]:
    """Return the largest parts of an expression whose values are kept, or that are not to be computed from others."""
    return find_inputs(
        node,
        lambda part: (
            spell(part) in values or isinstance(part, Name) or (isinstance(part, Call) and part.function != "abs")
        ),
    )


def _reader_of(spelled: str) -> Read:
    return lambda values: values.get(spelled)
