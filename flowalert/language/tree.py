"""What the parser makes of a text, and the one spelling of each expression.

Two expressions that mean the same to the engine are equal, wherever they stand: a node's place in the text
does not count. `spell` gives the text by which features are shared and a transition's values are named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from flowalert.language.meaning import Meaning
from flowalert.market.investor import BY_CODE as INVESTOR_BY_CODE
from flowalert.market.sector import BY_CODE as SECTOR_BY_CODE

Span: TypeAlias = tuple[int, int]
NOWHERE: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it was written, with its unit or without. The checker turns it into a `Number`."""

    digits: str
    unit: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A constant in the feed's own unit, or in seconds, or a count of updates."""

    value: int | float
    meaning: Meaning = field(compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes."""

    value: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or one of an alert's own words.

    `sector` and `investor` are the codes of the series that it is a field of; None leaves it to the rule.
    """

    name: str
    sector: str | None = None
    investor: str | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Of:
    """An expression with a prefix, `futures.foreign.`, as it was written. The checker moves it to the names."""

    path: str
    inner: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function over its arguments."""

    function: str
    arguments: tuple["Node", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * /` over two numbers."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`< <= > >= == !=` over two numbers."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two or more conditions."""

    operator: str
    parts: tuple["Node", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition; unknown stays unknown."""

    part: "Node"
    span: Span = field(default=NOWHERE, compare=False)


Node: TypeAlias = Literal | Number | Text | Name | Of | Call | Binary | Compare | Logic | Not

_BINDING = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_TIGHTEST = 9


def spell(node: Node) -> str:
    """Return the one spelling of an expression, in the feed's units: `delta(msval, 5m) <= -300`."""
    return _spell(node)[0]


def _spell(node: Node) -> tuple[str, int]:
    match node:
        case Literal(digits, unit):
            return digits + unit, _TIGHTEST
        case Number(value, meaning):
            return meaning.spell(value), _TIGHTEST
        case Text(value):
            return (f"'{value}'" if '"' in value else f'"{value}"'), _TIGHTEST
        case Name():
            return spell_prefix(node) + node.name, _TIGHTEST
        case Of(path, inner):
            return path + spell(inner), _TIGHTEST
        case Call(function, arguments):
            return f"{function}({', '.join(spell(each) for each in arguments)})", _TIGHTEST
        case Binary(operator, left, right):
            binding = _BINDING[operator]
            # The right side of `-` and `/` needs its parentheses; `+` and `*` get them too, since floats
            # do not associate.
            return f"{_wrap(left, binding)} {operator} {_wrap(right, binding + 1)}", binding
        case Compare(operator, left, right):
            binding = _BINDING["compare"]
            return f"{_wrap(left, binding + 1)} {operator} {_wrap(right, binding + 1)}", binding
        case Logic(operator, parts):
            binding = _BINDING[operator]
            return f" {operator} ".join(_wrap(each, binding + 1) for each in parts), binding
        case Not(part):
            return f"not {_wrap(part, _BINDING['not'])}", _BINDING["not"]


def spell_prefix(name: Name) -> str:
    """Return `futures.foreign.` for a name that says whose it is, nothing for one that does not."""
    parts = []
    if name.sector is not None:
        sector = SECTOR_BY_CODE.get(name.sector)
        parts.append(sector.slug if sector else name.sector)
    if name.investor is not None:
        investor = INVESTOR_BY_CODE.get(name.investor)
        parts.append(investor.slug if investor else name.investor)
    return "".join(f"{part}." for part in parts)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts that a node is made of."""
    match node:
        case Call(_, arguments):
            return arguments
        case Binary(_, left, right) | Compare(_, left, right):
            return left, right
        case Logic(_, parts):
            return parts
        case Not(part) | Of(_, part):
            return (part,)
        case _:
            return ()


def walk_names(node: Node) -> Iterator[Name]:
    """Yield the names in an expression, from left to right."""
    if isinstance(node, Name):
        yield node
    for child in children(node):
        yield from walk_names(child)


def _wrap(node: Node, binding: int) -> str:
    text, own = _spell(node)
    return text if own >= binding else f"({text})"
