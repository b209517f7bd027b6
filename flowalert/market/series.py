"""The identity of a series: one investor in one sector of one venue."""

from collections.abc import Callable

from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of
from flowalert.market.venue import Venue


class Series:
    """One (venue, sector, investor). There is one object for each, so that identity is equality.

    Every update looks its series up several times: an identity hash costs a quarter of a tuple's.
    Make one with `series`; `str(it)` is `krx/001/0017` and `parse_series` reads that back.
    """

    __slots__ = ("_text", "investor", "place", "sector", "venue")

    venue: Venue
    sector: str
    investor: str
    place: str
    """The venue and sector, `krx/001`: what one registration brings."""
    _text: str

    def __repr__(self) -> str:
        return f"series({self})"

    def __str__(self) -> str:
        return self._text

    def __lt__(self, other: "Series") -> bool:
        return self._text < other._text

    def __reduce__(self) -> tuple[Callable[[Venue, str, str], "Series"], tuple[Venue, str, str]]:
        return series, (self.venue, self.sector, self.investor)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a series does not change: {name}")

    @property
    def korean(self) -> str:
        return f"{sector_of(self.sector).korean} {investor_of(self.investor).korean}"


def name_place(venue: Venue, sector: str) -> str:
    """Return `krx/001`, as entries and messages name a place."""
    return f"{venue.value}/{sector}"


# The one place that makes them. It grows by one for each series that the exchange sends: hundreds, not more,
# since the feed checks the form of each code before it asks.
_MADE: dict[tuple[Venue, str, str], Series] = {}


def series(venue: Venue, sector: str, investor: str) -> Series:
    """Return the one object for this venue, sector code and investor code."""
    key = (venue, sector, investor)
    made = _MADE.get(key)
    if made is None:
        made = Series.__new__(Series)
        object.__setattr__(made, "venue", venue)
        object.__setattr__(made, "sector", sector)
        object.__setattr__(made, "investor", investor)
        object.__setattr__(made, "place", name_place(venue, sector))
        object.__setattr__(made, "_text", f"{venue.value}/{sector}/{investor}")
        made = _MADE.setdefault(key, made)
    return made


def parse_series(text: str) -> Series:
    """Read `krx/001/0017` back; raises ValueError for anything else."""
    venue, sector, investor = text.split("/")
    return series(Venue(venue), sector, investor)
