"""The exchange's own books of one sector, and the rows that it prints from them."""

from collections.abc import Sequence
from typing import NamedTuple

from flowalert.market.investor import PARTS_OF_FOREIGN, PARTS_OF_INSTITUTIONS, SUM_OF_ROWS

# The investors that trade, in the order of their codes; the others are sums of these.
BASIC = tuple(f"{number:04}" for number in range(12))
INDEX = {code: index for index, code in enumerate(BASIC)}
OTHER_CORPORATIONS = INDEX["0007"]
INDIVIDUAL = INDEX["0008"]
FOREIGN = tuple(INDEX[code] for code in PARTS_OF_FOREIGN)
INSTITUTIONS = tuple(INDEX[code] for code in PARTS_OF_INSTITUTIONS)

INVESTORS = (*BASIC, "0017", "0018", SUM_OF_ROWS)

# The books are kept finer than they are printed. The number is odd so that nothing lies halfway: rounding
# needs no rule for ties, and two figures that add up to a whole still do when each was rounded.
FINE = 101


class Deal(NamedTuple):
    """What each basic investor bought and sold, in fine units; both sides add up to the same."""

    bought: Sequence[int]
    sold: Sequence[int]


class Figures(NamedTuple):
    """One investor's printed figures of the day: quantities in 천주 or contracts, values in 억원."""

    msvolume: int
    mdvolume: int
    msvol: int
    msvalue: int
    mdvalue: int
    msval: int


NOTHING = Figures(0, 0, 0, 0, 0, 0)


class Ledger:
    """What each basic investor bought and sold since the open, in fine units.

    `post` alone changes it, and only by deals in which somebody sold whatever somebody bought.
    """

    __slots__ = ("value_bought", "value_sold", "volume_bought", "volume_sold")

    def __init__(self) -> None:
        self.volume_bought = [0] * len(BASIC)
        self.volume_sold = [0] * len(BASIC)
        self.value_bought = [0] * len(BASIC)
        self.value_sold = [0] * len(BASIC)

    def post(self, volume: Deal, value: Deal) -> None:
        """Enter one deal; raises ValueError where its two sides differ."""
        for name, deal in (("volume", volume), ("value", value)):
            if sum(deal.bought) != sum(deal.sold):
                raise ValueError(f"{name}: bought {sum(deal.bought)}, but sold {sum(deal.sold)} fine units")
        self.volume_bought = _add(self.volume_bought, volume.bought)
        self.volume_sold = _add(self.volume_sold, volume.sold)
        self.value_bought = _add(self.value_bought, value.bought)
        self.value_sold = _add(self.value_sold, value.sold)

    def __add__(self, other: "Ledger") -> "Ledger":
        total = Ledger()
        for each in (self, other):
            total.post(Deal(each.volume_bought, each.volume_sold), Deal(each.value_bought, each.value_sold))
        return total


def print_figures(ledger: Ledger) -> tuple[Figures, ...]:
    """Return the figures of every row, in the order of `INVESTORS`.

    Each figure is rounded on its own, so a row's net may differ from its purchases less its sales by one.
    Source: 0017 and 0018 are the sums of their parts; 9999 adds up all rows, those two counted again.
    """
    basic = [
        Figures(
            _round(volume_bought),
            _round(volume_sold),
            _round(volume_bought - volume_sold),
            _round(value_bought),
            _round(value_sold),
            _round(value_bought - value_sold),
        )
        for volume_bought, volume_sold, value_bought, value_sold in zip(
            ledger.volume_bought, ledger.volume_sold, ledger.value_bought, ledger.value_sold, strict=True
        )
    ]
    foreign = _total([basic[index] for index in FOREIGN])
    institutions = _total([basic[index] for index in INSTITUTIONS])
    return (*basic, foreign, institutions, _total([*basic, foreign, institutions]))


def split(whole: int, weights: Sequence[float]) -> list[int]:
    """Divide a whole number by weights into whole numbers that add up to it."""
    total = sum(weights)
    parts: list[int] = []
    reached = 0.0
    given = 0
    for weight in weights:
        reached += weight
        upto = round(whole * reached / total)
        parts.append(upto - given)
        given = upto
    return parts


def _round(fine: int) -> int:
    return (fine + FINE // 2) // FINE


def _total(rows: Sequence[Figures]) -> Figures:
    return Figures(*map(sum, zip(*rows, strict=True)))


def _add(left: Sequence[int], right: Sequence[int]) -> list[int]:
    return [one + other for one, other in zip(left, right, strict=True)]
