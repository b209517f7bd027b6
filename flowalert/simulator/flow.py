"""What moves the market: the mood that sectors share, and the flows that a scenario scripts."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from flowalert.market.venue import Venue
from flowalert.simulator.book import BASIC, FOREIGN, INDEX, INDIVIDUAL, INSTITUTIONS, OTHER_CORPORATIONS, split

_REGIME_LASTS = 120  # slots, on average: an hour in which somebody keeps buying or keeps selling
_MEMORY = 0.92
_NOISE = 0.12


class Mood:
    """How strongly foreigners and institutions want to buy, slot by slot: about -2 to 2, above zero to buy.

    It grows by the slots that are asked for; what a slot's mood was never changes.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._wanted = (rng.gauss(0, 1), rng.gauss(0, 1))
        self._moods: list[tuple[float, float]] = []

    def at(self, slot: int) -> tuple[float, float]:
        """Return the moods (foreigners, institutions) of the day's `slot`-th slot, from 0."""
        while len(self._moods) <= slot:
            self._moods.append(self._next())
        return self._moods[slot]

    def _next(self) -> tuple[float, float]:
        rng = self._rng
        foreign, institutions = self._moods[-1] if self._moods else self._wanted
        if rng.random() < 1 / _REGIME_LASTS:
            wants = rng.gauss(0, 1)
            self._wanted = (wants, -0.3 * wants + rng.gauss(0, 0.9))
        return (
            _MEMORY * foreign + (1 - _MEMORY) * self._wanted[0] + rng.gauss(0, _NOISE),
            _MEMORY * institutions + (1 - _MEMORY) * self._wanted[1] + rng.gauss(0, _NOISE),
        )


class Flow(Struct, frozen=True):
    """A scripted net purchase, on top of what the day would have brought.

    `net` is in 억원, below zero for a sale, and spread evenly over `lasts` seconds from the second of the day
    `begins`. `by` and `against` give who trades and who takes the other side, as weights in the order of
    the basic investors. `day` is the simulated day, from 1; None for every day.
    """

    venue: Venue
    sector: str
    by: tuple[float, ...]
    against: tuple[float, ...]
    begins: int
    lasts: int
    net: int
    day: int | None = None

    def net_between(self, earlier: int, later: int) -> int:
        """Return the whole 억원 that fall between two seconds of the day; over the day they add up to `net`."""
        return self._net_until(later) - self._net_until(earlier)

    def _net_until(self, second: int) -> int:
        passed = min(max(second - self.begins, 0), self.lasts)
        return self.net * passed // self.lasts


def weigh_parts(code: str, parts: Sequence[float]) -> tuple[float, ...]:
    """Return the weights of the basic investors behind a code: itself, or the parts of a subtotal.

    `parts` are the weights that each would have in a whole sector. Raises KeyError for a code that is neither.
    """
    members = {"0017": FOREIGN, "0018": INSTITUTIONS}.get(code) or (INDEX[code],)
    return tuple(parts[index] if index in members else 0.0 for index in range(len(BASIC)))


def weigh_others(by: Sequence[float], parts: Sequence[float]) -> tuple[float, ...]:
    """Return the weights of those who take the other side when nobody is named: all the others, as they trade.

    A group does not trade against itself: where foreigners sell, no foreigner buys.
    """
    groups = (FOREIGN, INSTITUTIONS, (INDIVIDUAL,), (OTHER_CORPORATIONS,))
    busy = {index for group in groups if any(by[index] for index in group) for index in group}
    return tuple(0.0 if index in busy else parts[index] for index in range(len(BASIC)))


def share(net: int, flow: Flow) -> list[int]:
    """Return each basic investor's part of a flow's net; they add up to zero."""
    bought = split(net, flow.by)
    sold = split(net, flow.against)
    return [one - other for one, other in zip(bought, sold, strict=True)]
