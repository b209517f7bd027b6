"""The items of the journal: what the engine folds, and all that it ever learns of the world."""

from msgspec import Struct

from flowalert.market.series import Series
from flowalert.market.venue import Venue


class Update(Struct, frozen=True, gc=False):
    """One investor in one sector at one publication.

    `at` is exchange time (see `instant`). The eight figures are the wire's own: values cumulative over the
    day in 억원, quantities in 천주 or contracts, `p_*` the change since the previous publication; a
    figure that the exchange left blank is None. `tjjtime` is kept as it was sent.
    Source: the vendor's pages for `BM_`, `NBM` and `UBM`.
    """

    series: Series
    at: int
    msvol: int | None
    msval: int | None
    msvolume: int | None
    mdvolume: int | None
    msvalue: int | None
    mdvalue: int | None
    p_msvol: int | None
    p_msval: int | None
    tjjtime: str = ""


class SlotClosed(Struct, frozen=True, gc=False):
    """Every update of the slot at `at` that will come has come, as the edge judged by its clock."""

    venue: Venue
    at: int


class FeedLost(Struct, frozen=True):
    """From here on updates may be missing for these places (`krx/001`); none named means all of them.

    `at` is the last exchange time seen before; `reason` is for people.
    """

    at: int
    reason: str
    places: tuple[str, ...] = ()


class FeedBack(Struct, frozen=True):
    """The places are registered again; what was missed stays missed."""

    at: int
    places: tuple[str, ...] = ()


class FeedSilent(Struct, frozen=True):
    """Nothing comes from the exchange although it should, as the edge judged by its clock; of no place, of no venue.

    `at` is the last exchange time seen in a session that is open, the wall's where none is; `reason`, the last known
    cause, is for people.
    """

    at: int
    reason: str


class FeedHeard(Struct, frozen=True):
    """The first update since the feed fell silent has come, of the exchange time `at`, and follows at once."""

    at: int


class SessionClosed(Struct, frozen=True, gc=False):
    """The trading day of `venue` on the date of `at` is over, by the calendar."""

    venue: Venue
    at: int


Entry = Update | SlotClosed | FeedLost | FeedBack | FeedSilent | FeedHeard | SessionClosed
