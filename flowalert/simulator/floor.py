"""The trading floor of one sector at KRX or NXT: slot by slot it deals, and keeps the exchange's books."""

import datetime as dt
import math
from collections.abc import Sequence
from random import Random

from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.venue import Venue
from flowalert.simulator.book import (
    BASIC,
    FINE,
    FOREIGN,
    INDIVIDUAL,
    INSTITUTIONS,
    OTHER_CORPORATIONS,
    Deal,
    Ledger,
)
from flowalert.simulator.flow import Flow, Mood, share
from flowalert.simulator.scale import Scale
from flowalert.simulator.session import busyness

_FIRST_OPEN = min(hours.opens for hours in HOURS.values())
_OWN_MEMORY = 0.5  # of a sector's own wishes, beside the mood of its family
_OWN_NOISE = 0.8
_ODD_PART = 0.02  # of a slot's turnover


class Floor:
    """One sector's day; `trade` alone changes it, and adds one slot to the books.

    The same seed, date, venue and sector give the same day, whatever else is asked of the market. Everybody
    but individuals and other corporations deals in whole printed units, so that the printed subtotals and
    9999 are exactly the sums that the exchange says they are; those two deal in odd amounts with each other,
    and in their rows the rounding shows. At NXT nobody does: then the unified rows are the sum of both venues'.
    """

    def __init__(
        self,
        seed: int,
        date: dt.date,
        venue: Venue,
        sector: str,
        *,
        scale: Scale,
        mood: Mood,
        flows: Sequence[Flow] = (),
    ) -> None:
        self.ledger = Ledger()
        self._rng = Random(f"{seed} {date} {venue.value} {sector}")  # noqa: S311 - a seed, not a secret
        self._busyness = busyness(venue)
        self._odd = venue is Venue.KRX
        self._scale = scale
        self._mood = mood
        self._flows = tuple(flows)
        self._own = [0.0] * len(BASIC)
        self._crowd = 0.0  # the logarithm of how much busier than usual it is
        self._price = 1.0

    def trade(self, second: int) -> None:
        """Enter the deals of the slot that is published at this second of the day."""
        turnover = self._scale.turnover * self._busyness[second] * self._draw_crowd()
        nets = self._draw_nets(turnover, second)
        bought, sold = [], []
        for part, net in zip(self._scale.parts, nets, strict=True):
            either = max(turnover * part, abs(net) / 2)
            bought.append(self._draw_whole(either + net / 2))
            sold.append(self._draw_whole(either - net / 2))
        for flow in self._flows:
            for index, net in enumerate(share(flow.net_between(second - SLOT, second), flow)):
                (bought if net > 0 else sold)[index] += abs(net)
        _settle(bought, sold)
        volume = self._price_deal(bought, sold)
        self.ledger.post(
            self._blur(*volume, largest=0 if self._scale.is_counted_whole else sum(volume[0])),
            self._blur(bought, sold, largest=sum(bought)),
        )

    def _draw_crowd(self) -> float:
        self._crowd = 0.85 * self._crowd + self._rng.gauss(0, 0.15)
        return math.exp(self._crowd)

    def _draw_nets(self, turnover: float, second: int) -> list[float]:
        foreign, institutions = self._mood.at((second - _FIRST_OPEN) // SLOT)
        nets = [0.0] * len(BASIC)
        for index, part in enumerate(self._scale.parts):
            own = self._own[index] = _OWN_MEMORY * self._own[index] + self._rng.gauss(0, _OWN_NOISE)
            if index in FOREIGN:
                wish = foreign + own
            elif index in INSTITUTIONS:
                wish = institutions + 2 * own
            else:
                wish = own
            nets[index] = turnover * part * self._scale.tilt * wish
        # Somebody must take the other side. In Seoul that is the individuals.
        nets[INDIVIDUAL] = nets[INDIVIDUAL] - sum(nets)
        return nets

    def _price_deal(self, bought: Sequence[int], sold: Sequence[int]) -> tuple[list[int], list[int]]:
        rng = self._rng
        self._price *= math.exp(rng.gauss(0, 0.0004))
        per_eok = self._scale.per_eok / self._price
        volume_bought = [self._draw_whole(each * per_eok * rng.uniform(0.997, 1.003)) for each in bought]
        volume_sold = [self._draw_whole(each * per_eok * rng.uniform(0.997, 1.003)) for each in sold]
        _settle(volume_bought, volume_sold)
        return volume_bought, volume_sold

    def _draw_whole(self, amount: float) -> int:
        """Round up or down by chance, so that a small sector's flows add up to what they should."""
        return int(amount + self._rng.random())

    def _blur(self, bought: Sequence[int], sold: Sequence[int], *, largest: int) -> Deal:
        fine_bought = [each * FINE for each in bought]
        fine_sold = [each * FINE for each in sold]
        if self._odd and largest:
            upto = max(largest * FINE * _ODD_PART, 2)
            for buyer, seller in ((INDIVIDUAL, OTHER_CORPORATIONS), (OTHER_CORPORATIONS, INDIVIDUAL)):
                # Not randrange: it takes more or fewer draws by its argument, and what a scenario adds to one slot
                # would change the chance of all that follow.
                amount = int(self._rng.random() * upto)
                fine_bought[buyer] += amount
                fine_sold[seller] += amount
        return Deal(fine_bought, fine_sold)


def _settle(bought: list[int], sold: list[int]) -> None:
    """Let individuals take what rounding left without a counterparty."""
    missing = sum(bought) - sum(sold)
    (sold if missing > 0 else bought)[INDIVIDUAL] += abs(missing)
