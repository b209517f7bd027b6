"""Which series a rule reads."""

from flowalert.market.investor import SUM_OF_ROWS
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule


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
