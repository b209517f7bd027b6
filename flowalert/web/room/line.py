"""The day of one series."""

from collections.abc import Sequence

from msgspec import Struct

from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.web.live.curve import Point
from flowalert.web.mistake import not_there
from flowalert.web.name import NamedSeries, name_series
from flowalert.web.route import AnyView, View
from flowalert.web.site import Site


class LineQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which series, and from which exchange time on."""

    venue: Venue
    sector: str
    investor: str
    since: int = 0


class Line(Struct, frozen=True):
    """The points of a series, in order, each [at, msval, msvol, p_msval, p_msvol]; `place` is where news follows."""

    series: NamedSeries
    points: Sequence[Point]
    place: str


async def look_at_line(site: Site, asked: LineQuestion) -> Line:
    """Return the present day of a series."""
    of = series(asked.venue, asked.sector, asked.investor) if _is_code(asked.sector, asked.investor) else None
    curve = None if of is None else site.news.curves.find(of)
    if of is None or curve is None:
        raise not_there(f"nothing came of {asked.venue.value}/{asked.sector}/{asked.investor} today")
    return Line(name_series(of), list(curve.points(asked.since)), site.news.place)


def _is_code(sector: str, investor: str) -> bool:
    # Each series that is named is kept for good: what is no code must not be one.
    return (len(sector), len(investor)) == (3, 4) and sector.isdecimal() and investor.isdecimal()


VIEWS: tuple[AnyView, ...] = (
    View(
        name="line",
        path="/series/{venue}/{sector}/{investor}",
        summary="The present day of one series.",
        question=LineQuestion,
        answer=Line,
        look=look_at_line,
    ),
)
