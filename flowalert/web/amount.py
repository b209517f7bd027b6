"""Figures of the feed as a page writes them."""

from collections.abc import Mapping

from flowalert.delivery.axis import write_amount
from flowalert.language.meaning import NET_QUANTITY, NET_WON, Meaning
from flowalert.language.tongue import Tongue
from flowalert.market.sector import Counted

_MEANINGS: Mapping[str, Meaning] = {
    "msval": NET_WON,
    "p_msval": NET_WON,
    "msvol": NET_QUANTITY,
    "p_msvol": NET_QUANTITY,
}


def write_figure(value: float | None, figure: str, unit: str, tongue: Tongue) -> str:
    """Write a net figure by its name on the wire: `-1,234억`, `-123.4bn won`; `–` for what is not known.

    `unit` is what the sector's quantities count.
    """
    return "–" if value is None else write_amount(value, _MEANINGS[figure], Counted(unit), tongue)
