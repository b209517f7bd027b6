"""Expressions and conditions as Python functions, compiled once for each shape."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeAlias

from flowalert.language.condition import Crossing, Form, Junction, Threshold, walk_leaves
from flowalert.language.literal import LARGEST_VALUE
from flowalert.language.tree import Binary, Call, Name, Node, Number
from flowalert.market.instant import DAY


class Moment(Protocol):
    """What expressions are read at: an update of one series, or a judged slot of several."""

    @property
    def at(self) -> int: ...


Value: TypeAlias = int | float | None
Read: TypeAlias = Callable[[Any], Value]
# A condition's features (each with `value`, `previous`, `before` and `tick`), its constants, and the present tick.
Judge: TypeAlias = Callable[[Sequence[Any], Sequence[int | float], int], bool | None]


# What each comparison asks of its two sides.
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def find_inputs(node: Node, is_input: Callable[[Node], bool]) -> tuple[Node, ...]:
    """Return the parts of an arithmetic expression that are read by themselves, from left to right, each once."""
    if is_input(node):
        return (node,)
    match node:
        case Call("abs", (inner,)):
            return find_inputs(inner, is_input)
        case Binary(_, left, right):
            return tuple(dict.fromkeys(find_inputs(left, is_input) + find_inputs(right, is_input)))
        case _:
            return ()


def compile_number(node: Node, inputs: Mapping[Node, Read]) -> Read:
    """Return a function of an update that computes `node`; `inputs` are the parts that are read by themselves.

    Its value is None, unknown, where a part is, and where the sum has no answer: division by zero, and what is
    beyond `LARGEST_VALUE`.
    """
    places = {part: number for number, part in enumerate(inputs)}
    source = _NUMBER.format(
        inputs=", ".join(f"input_{number}" for number in places.values()),
        readings="".join(f"        reading_{number} = input_{number}(update)\n" for number in places.values()),
        value=_write_number(node, places),
        largest=LARGEST_VALUE,
    )
    make: Callable[..., Read] = _define(source)
    return make(*inputs.values())


# The inputs are read before anything can fail: each has a memory, and must see every update. A TypeError is a None
# among the operands: asking each of them first costs more than the rare miss.
_NUMBER = """\
def make({inputs}):
    def read(update):
{readings}        try:
            value = {value}
        except (TypeError, ZeroDivisionError, OverflowError):
            return None
        return value if -{largest} < value < {largest} else None
    return read
"""


def _write_number(node: Node, places: dict[Node, int]) -> str:
    if node in places:
        return f"reading_{places[node]}"
    match node:
        case Number(value):
            return f"({value!r})"
        case Name("time"):
            return f"(update.at % {DAY})"
        case Name(name):
            return f"update.{name}"
        case Call("abs", (inner,)):
            return f"abs({_write_number(inner, places)})"
        case Binary(operator, left, right):
            return f"({_write_number(left, places)} {operator} {_write_number(right, places)})"
        case _:
            raise AssertionError(f"the checker lets no {type(node).__name__} be a number")


def compile_judge(form: Form) -> tuple[Judge, tuple[int | float, ...]]:
    """Return the function that judges conditions of this shape, and this one's constants."""
    leaves = tuple(walk_leaves(form))
    constants = tuple(leaf.cut if isinstance(leaf, Threshold) else leaf.level for leaf in leaves)
    lines: list[str] = []
    answer = _write_form(form, iter(range(len(leaves))), lines)
    body = "".join(f"    {line}\n" for line in (*lines, f"return {answer}"))
    judge: Judge = _define(f"def make(features, constants, tick):\n{body}")
    return judge, constants


def _write_form(form: Form, numbers: Any, lines: list[str]) -> str:
    """Append the lines that compute `form`; return the name that holds its answer: True, False or None."""
    match form:
        case Threshold(_, _, rising):
            number = next(numbers)
            side = ">=" if rising else "<"
            lines += [
                f"value = features[{number}].value",
                f"leaf_{number} = None if value is None else value {side} constants[{number}]",
            ]
            return f"leaf_{number}"
        case Crossing(_, _, upward, downward, wanted):
            number = next(numbers)
            ways = [way for way, asked in (("crossed_above", upward), ("crossed_below", downward)) if asked]
            asked = " or ".join(f"features[{number}].{way}(constants[{number}], tick)" for way in ways)
            lines += [
                f"leaf_{number} = None if features[{number}].value is None else {'' if wanted else 'not '}({asked})"
            ]
            return f"leaf_{number}"
        case Junction(every, parts):
            names = [_write_form(part, numbers, lines) for part in parts]
            name = f"join_{len(lines)}"
            decisive, other = (False, True) if every else (True, False)
            lines.append(
                f"{name} = {decisive} if {' or '.join(f'{each} is {decisive}' for each in names)} "
                f"else None if {' or '.join(f'{each} is None' for each in names)} else {other}"
            )
            return name


@cache
def _define(source: str) -> Any:
    """Run a source text that defines `make`, once; rules of one shape share the function.

    The text is written by this module from checked trees alone: names are the wire's own fields, and
    constants are numbers.
    """
    namespace: dict[str, Any] = {}
    exec(source, {"__builtins__": {"abs": abs, **_ERRORS}}, namespace)  # noqa: S102 - see the docstring
    return namespace["make"]


_ERRORS = {each.__name__: each for each in (TypeError, ZeroDivisionError, OverflowError)}
