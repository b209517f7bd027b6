"""The simulated trading day: when each venue publishes, how busy it then is, and what `JIF` says of it."""

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.venue import Venue

# The exchange repeats its last rows for hours. Ten minutes show a client what that looks like.
AFTER_HOURS = 600
LEAD = 60  # the simulated day begins this long before its first publication

_KRX_OPENS = HOURS[Venue.KRX].opens
_KRX_SHUTS = HOURS[Venue.KRX].shuts
_CLOSING_AUCTION = _KRX_SHUTS - 600


def second_at(hour: int, minute: int = 0, second: int = 0) -> int:
    """Return the second of the day."""
    return hour * 3600 + minute * 60 + second


def day_opens(venues: frozenset[Venue]) -> int:
    """Return the second at which a day begins for those who watch `venues`; KRX where nobody watches yet."""
    return min(HOURS[venue].opens for venue in venues or {Venue.KRX}) - LEAD


def day_ends(venues: frozenset[Venue]) -> int:
    """Return the second after which a day has nothing more for those who watch `venues`, or may come to."""
    return max(HOURS[venue].shuts for venue in venues or HOURS) + AFTER_HOURS


def is_published(venue: Venue, second: int) -> bool:
    """Tell whether the venue publishes a slot at this second, after-hours included."""
    hours = HOURS[venue]
    return hours.opens <= second <= hours.shuts + AFTER_HOURS and second % SLOT == 0


def slots(venue: Venue) -> range:
    """Return the seconds of the day at which the venue publishes trades."""
    hours = HOURS[venue]
    return range(hours.opens, hours.shuts + SLOT, SLOT)


@cache
def busyness(venue: Venue) -> dict[int, float]:
    """Return each slot's part of the day's turnover: they add up to one, and most falls near both ends."""
    weigh = {Venue.KRX: _weigh_krx, Venue.NXT: _weigh_nxt}[venue]
    weights = {second: weigh(second) for second in slots(venue)}
    total = sum(weights.values())
    return {second: weight / total for second, weight in weights.items()}


def _weigh_krx(second: int) -> float:
    if second == _KRX_OPENS:
        return 6.0  # the opening auction is printed at once
    if _CLOSING_AUCTION < second < _KRX_SHUTS:
        return 0.0  # orders are collected for the closing auction
    if second == _KRX_SHUTS:
        return 8.0
    return 0.6 + 1.6 * math.exp(-(second - _KRX_OPENS) / 1500) + 1.2 * math.exp(-(_CLOSING_AUCTION - second) / 1200)


def _weigh_nxt(second: int) -> float:
    if second < second_at(8, 50):
        return 0.6 + 1.0 * math.exp(-(second - HOURS[Venue.NXT].opens) / 900)
    if second <= second_at(9):
        return 0.0
    if second <= second_at(15, 20):
        return 0.5 + 1.4 * math.exp(-(second - second_at(9)) / 1500)
    if second <= second_at(15, 40):
        return 0.0
    return 0.25


class Phase(NamedTuple):
    """One market status: at which second, of which market (`jangubun`), and what (`jstatus`)."""

    second: int
    jangubun: str
    jstatus: str


def _auction_phases(jangubun: str) -> Iterator[Phase]:
    for second, jstatus in (
        (_KRX_OPENS - 1800, "11"),
        (_KRX_OPENS - 600, "25"),
        (_KRX_OPENS - 300, "24"),
        (_KRX_OPENS - 60, "23"),
        (_KRX_OPENS - 10, "22"),
        (_KRX_OPENS, "21"),
        (_CLOSING_AUCTION, "31"),
        (_KRX_SHUTS - 300, "44"),
        (_KRX_SHUTS - 60, "43"),
        (_KRX_SHUTS - 10, "42"),
        (_KRX_SHUTS, "41"),
        (second_at(15, 40), "51"),
        (second_at(16), "52"),
        (second_at(18), "54"),
    ):
        yield Phase(second, jangubun, jstatus)


# Derivatives trade from 08:45 to 15:45 in truth. Here they keep the hours of the rows that are published.
PHASES = tuple(
    sorted(
        (
            *_auction_phases("1"),
            *_auction_phases("2"),
            Phase(_KRX_OPENS, "5", "21"),
            Phase(_KRX_SHUTS, "5", "41"),
            Phase(HOURS[Venue.NXT].opens, "6", "21"),
            Phase(HOURS[Venue.NXT].shuts, "6", "41"),
        )
    )
)
