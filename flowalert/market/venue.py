"""The three venues and how each is spelled on the wire."""

import enum

from flowalert.market.name import fold, index_names


class Venue(enum.Enum):
    """Where the trading is done; `tr_cd` names the venue's stream and `prefix` starts its registration keys.

    Source: the vendor's pages for `BM_`, `NBM` and `UBM`.
    """

    # Each venue is one object. An Enum's own hash is a Python function, and every update looks its venue up.
    __hash__ = object.__hash__

    KRX = "krx"
    NXT = "nxt"
    UNIFIED = "unified"

    @property
    def tr_cd(self) -> str:
        return _TR_CD[self]

    @property
    def prefix(self) -> str:
        return _PREFIX[self]

    @property
    def korean(self) -> str:
        return _KOREAN[self]


_TR_CD = {Venue.KRX: "BM_", Venue.NXT: "NBM", Venue.UNIFIED: "UBM"}
_PREFIX = {Venue.KRX: "", Venue.NXT: "N", Venue.UNIFIED: "U"}
_KOREAN = {Venue.KRX: "한국거래소", Venue.NXT: "넥스트레이드", Venue.UNIFIED: "통합"}

VENUE_BY_TR_CD = {venue.tr_cd: venue for venue in Venue}
_BY_NAME = index_names((venue, (venue.value, venue.korean, venue.tr_cd)) for venue in Venue)


def find_venue(name: str) -> Venue | None:
    """Return the venue of a slug, a Korean name or the code of its stream; None for what is none of these."""
    return _BY_NAME.get(fold(name))
