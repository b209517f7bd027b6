"""Amounts in the wrong unit: far beyond what the market ever did, or below what the feed can tell.

The feed counts value in 억원 and shares in 천주, and people forget it in both directions. What is named here is an
order of magnitude beyond the largest days on record, so that only a slip of the unit is found.
"""

from collections.abc import Iterator
from typing import NamedTuple

from flowalert.language.condition import is_momentary
from flowalert.language.function import CROSSINGS
from flowalert.language.tree import Binary, Call, Compare, Name, Node, Number, children
from flowalert.market.amount import format_quantity, format_won
from flowalert.market.sector import Counted, sector_of
from flowalert.rules.finding import Finding


class _Reach(NamedTuple):
    """The most that may be: at one publication, of a day's balance, of a day's purchases or sales."""

    momentary: float
    net: float
    gross: float


# The KOSPI turns over 10 to 30조 a day, futures several times that; a day's net is seldom above 3조.
_WON = _Reach(20_000, 200_000, 3_000_000)
# A share costs 20,000 won, one of a warrant a thousandth of it.
_SHARES = _Reach(1_000_000, 10_000_000, 1_000_000_000)
_CONTRACTS = _Reach(1_000_000, 10_000_000, 1_000_000_000)

# Functions whose answer is as large as what they are given.
_KEEPING = frozenset({"abs", "delta", "prev", "avg", "highest", "lowest", "ema", "stdev"})
_GROSS = frozenset({"msvolume", "mdvolume", "msvalue", "mdvalue"})
_WON_PER_UNIT = 100_000_000


def list_slips(tree: Node, counted: Counted | None) -> Iterator[Finding]:
    """Yield what is suspect about the amounts that a condition compares with.

    `counted` is what the rule's sectors count, None where they count both shares and contracts.
    """
    for feature, level in _list_levels(tree):
        name = _find_field(feature)
        if name is None or name.name == "time" or level.value == 0:
            continue
        finding = _judge(feature, name, level, counted if name.sector is None else sector_of(name.sector).counted)
        if finding is not None:
            yield finding


def _list_levels(node: Node) -> Iterator[tuple[Node, Number]]:
    match node:
        case Compare(_, Number() as level, feature) | Compare(_, feature, Number() as level):
            yield feature, level
        case Call(function, (feature, Number() as level)) if function in CROSSINGS:
            yield feature, level
    for child in children(node):
        yield from _list_levels(child)


def _find_field(feature: Node) -> Name | None:
    """Return the field that a feature is as large as; None for sums, ratios and whatever mixes fields."""
    match feature:
        case Name():
            return feature
        case Call(function, (first, *_)) if function in _KEEPING:
            return _find_field(first)
        case Binary("-", Number(0), right):
            return _find_field(right)
        case _:
            return None


def _judge(feature: Node, name: Name, level: Number, counted: Counted | None) -> Finding | None:
    is_won = name.name.endswith(("val", "value"))
    if not is_won and counted is None:
        return None
    reach, unit = (_WON, "억원") if is_won else (_SHARES, "천주") if counted is Counted.SHARES else (_CONTRACTS, "계약")
    is_brief = is_momentary(feature)
    most = reach.momentary if is_brief else reach.gross if name.name in _GROSS else reach.net
    if abs(level.value) > most:
        said = format_quantity(level.value, counted, signed=False) if counted and not is_won else ""
        said = said or format_won(level.value, signed=False)
        what = f"more than any {'publication' if is_brief else 'day'} brings"
        if level.meaning.bare:
            what = f"a bare number is in {unit}: this is {said}, {what}"
            return Finding(what, _suggest(level.value, None if is_won else counted), level.span)
        return Finding(f"{said} is {what}", "look at its unit", level.span)
    if abs(level.value) < 1 and _is_counted(feature):
        what = f"this is less than 1{unit}, the least that the feed can tell"
        return Finding(what, "write 0, or look at its unit", level.span)
    return None


def _is_counted(feature: Node) -> bool:
    """Tell whether a feature has whole numbers for values; a mean may lie between them."""
    match feature:
        case Call("avg" | "ema" | "stdev", _):
            return False
        case Call(_, (first, *_)):
            return _is_counted(first)
        case _:
            return True


def _suggest(value: float, counted: Counted | None) -> str:
    """Say what was meant if single won, or single shares, were counted; None stands for won."""
    if counted is Counted.SHARES:
        return f"if shares were meant, write {_write(value, '주')}"
    meant = value / _WON_PER_UNIT
    if counted is None and abs(meant) >= 0.01:
        return f"if won was meant, write {_write(meant, '억')}"
    return "look at its unit"


def _write(number: float, unit: str) -> str:
    return f"{number:_.2f}".rstrip("0").rstrip(".") + unit
