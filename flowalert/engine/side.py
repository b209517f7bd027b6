"""The two sides of a comparison, written as people of the market write figures."""

from flowalert.engine.transition import Scope
from flowalert.engine.why import Comparison
from flowalert.language.checker import Checker
from flowalert.language.meaning import Meaning, Sort
from flowalert.language.parser import parse_placeholder
from flowalert.language.template import UNKNOWN, show_number
from flowalert.market.instant import clock
from flowalert.market.sector import sector_of


def show_sides(comparison: Comparison, scope: Scope) -> tuple[str, str]:
    """Write the two values of a comparison as their meanings want it; a bare number is shown like the other side."""
    left, right = _find_meaning(comparison.left), _find_meaning(comparison.right)
    return (
        _show_value(comparison.left_value, right if left.bare else left, scope),
        _show_value(comparison.right_value, left if right.bare else right, scope),
    )


def show_number_of(value: float, meaning: Meaning, scope: Scope) -> str:
    """Write a figure of this meaning; what quantities count is the sector's to say."""
    counted = None if scope.sector is None else sector_of(scope.sector).counted
    return show_number(value, meaning, counted)


def _find_meaning(spelled: str) -> Meaning:
    return Checker(None).check(parse_placeholder(spelled)[0]).meaning


def _show_value(value: float | None, meaning: Meaning, scope: Scope) -> str:
    if value is None:
        return UNKNOWN
    return clock(int(value)) if meaning.sort is Sort.CLOCK else show_number_of(value, meaning, scope)
