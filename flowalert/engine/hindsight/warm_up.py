"""What a rule looks back on, and which series it reads."""

from typing import NamedTuple

from flowalert.language.meaning import Sort
from flowalert.language.tree import Call, Node, Number, children
from flowalert.market.investor import SUM_OF_ROWS
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule


class WarmUp(NamedTuple):
    """How much of a session must have passed before a condition is known: seconds, and publications."""

    seconds: int = 0
    updates: int = 0


def find_warm_up(node: Node) -> WarmUp:
    """Return what an expression looks back on; a window over a window needs both."""
    inner = [find_warm_up(each) for each in children(node)]
    seconds = max((each.seconds for each in inner), default=0)
    updates = max((each.updates for each in inner), default=0)
    match node:
        case Call("delta" | "prev", (_,)):
            return WarmUp(seconds, updates + 1)
        case Call(_, (_, Number(length, meaning))) if meaning.sort is Sort.DURATION:
            return WarmUp(seconds + int(length), updates)
        case Call(_, (_, Number(length, meaning))) if meaning.sort is Sort.UPDATES:
            return WarmUp(seconds, updates + int(length))
        case _:
            return WarmUp(seconds, updates)


def reads(rule: Rule, named: Series) -> bool:
    """Tell whether a rule's conditions have to do with a series."""
    if named.venue is not rule.venue:
        return False
    return any(
        (named.sector in rule.sectors if sector is None else named.sector == sector)
        and (_is_own(rule, named.investor) if investor is None else named.investor == investor)
        for sector, investor in rule.references
    )


def _is_own(rule: Rule, investor: str) -> bool:
    if rule.investors is None:
        return investor != SUM_OF_ROWS
    return investor in rule.investors
