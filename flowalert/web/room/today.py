"""The present day at a glance: who buys what, and what fires."""

from collections.abc import Sequence

from msgspec import Struct

from flowalert.operation.status import FeedStatus
from flowalert.web.name import NamedSeries, name_series
from flowalert.web.room.alerts import AlertRow, make_row
from flowalert.web.route import AnyView, NoQuestion, View
from flowalert.web.site import Site


class Cell(Struct, frozen=True):
    """One series now; None is what is not known. `at` is exchange time."""

    series: NamedSeries
    at: int
    msval: int | None
    msvol: int | None
    p_msval: int | None
    p_msvol: int | None


class Today(Struct, frozen=True):
    """The newest figures of every series, the alerts that fire, and how the feed stands.

    `place` is where news of it follow.
    """

    place: str
    feed: FeedStatus
    cells: Sequence[Cell]
    alerts: Sequence[AlertRow]


async def look_at_today(site: Site, _: NoQuestion) -> Today:
    """Return the present day at a glance."""
    place = site.news.place
    outlook = await site.look()
    alerts = [make_row(alert) for alert in await site.clerk.open_alerts()]
    curves = site.news.curves
    cells = []
    for each in curves.list_series():
        curve = curves.find(each)
        last = None if curve is None else curve.last()
        if last is not None:
            cells.append(Cell(name_series(each), *last))
    return Today(place, outlook.feed, cells, alerts)


VIEWS: tuple[AnyView, ...] = (
    View(
        name="today",
        path="/",
        api="/today",
        summary="The present day at a glance.",
        question=NoQuestion,
        answer=Today,
        look=look_at_today,
        template="today.html",
    ),
)
