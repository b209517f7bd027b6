"""The parts of a venue's day that have a name, such as the regular session."""

from typing import NamedTuple

from flowalert.market.name import fold, index_names
from flowalert.market.venue import Venue


class Phase(NamedTuple):
    """A part of the day, in seconds from midnight, its end not in it; with its slug and its names for people."""

    venue: Venue
    slug: str
    korean: str
    begins: int
    ends: int
    also: tuple[str, ...] = ()


def _at(hour: int, minute: int, second: int = 0) -> int:
    return hour * 3600 + minute * 60 + second


# Source: the exchanges' own pages, for stocks. What is traded as futures and options begins and ends at hours of its
# own, and the single-price auction that opens NXT's after-market (from 15:30) is not counted to it.
PHASES = (
    Phase(Venue.KRX, "opening_auction", "시가단일가", _at(8, 30), _at(9, 0), ("장전동시호가",)),
    Phase(Venue.KRX, "regular", "정규장", _at(9, 0), _at(15, 30), ("정규시장",)),
    Phase(Venue.KRX, "closing_auction", "종가단일가", _at(15, 20), _at(15, 30), ("장마감동시호가",)),
    Phase(Venue.KRX, "after_hours", "시간외", _at(15, 40), _at(18, 0), ("장후시간외",)),
    Phase(Venue.NXT, "pre_market", "프리마켓", _at(8, 0), _at(8, 50)),
    Phase(Venue.NXT, "main", "메인마켓", _at(9, 0, 30), _at(15, 20)),
    Phase(Venue.NXT, "after_market", "애프터마켓", _at(15, 40), _at(20, 0)),
)

_BY_NAME = index_names((each, (each.slug, each.korean, *each.also)) for each in PHASES)


def find_phase(name: str) -> Phase | None:
    """Return the phase of a slug or a Korean name, of whatever venue; None where there is none."""
    return _BY_NAME.get(fold(name))


def list_phases(venue: Venue) -> tuple[Phase, ...]:
    """Return the phases of a venue's day; `unified` has those of both exchanges."""
    return tuple(each for each in PHASES if venue in (each.venue, Venue.UNIFIED))
