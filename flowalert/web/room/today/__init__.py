"""The present day at a glance: who buys what, and what fires."""

import datetime as dt
from collections.abc import Mapping, Sequence

from msgspec import Struct

from flowalert.market.series import parse_series
from flowalert.operation.status import FeedStatus, Outlook
from flowalert.web.name import Named, NamedSeries, name_sector, name_series
from flowalert.web.room.alerts import AlertRow, make_row
from flowalert.web.room.today.chart import Charts, collect_charts
from flowalert.web.room.today.heat import Against, Figure, HeatMap, Span, collect_map
from flowalert.web.route import AnyView, NoQuestion, View
from flowalert.web.site import Site

_MOST_ALERTS = 100


class TodayQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose charts: those of a sector by its slug, name or code, or the first of all. And how the map is made."""

    sector: str = ""
    figure: Figure = Figure.VALUE
    span: Span = Span.DAY
    against: Against = Against.SECTOR


class Cell(Struct, frozen=True):
    """One series now; None is what is not known. `at` is exchange time."""

    series: NamedSeries
    at: int
    msval: int | None
    msvol: int | None
    p_msval: int | None
    p_msvol: int | None


class Gap(Struct, frozen=True):
    """A series, and how often updates of it were missed."""

    series: NamedSeries
    count: int


class FeedView(Struct, frozen=True, kw_only=True):
    """How it stands with the exchange.

    `lag` is the seconds from the publication of the last update to its receipt. `silent` are the sectors of which
    nothing comes while their venue is heard. `followers` is how many pages are open.
    """

    status: FeedStatus
    lag: float | None
    silent: Sequence[Named]
    refused: Sequence[Named]
    gaps: Sequence[Gap]
    open_alerts: int
    waiting: int
    followers: int


class Board(Struct, frozen=True, kw_only=True):
    """The charts and the map; `place` is where news of them follow."""

    place: str
    map: HeatMap
    charts: Charts


class Today(Struct, frozen=True, kw_only=True):
    """The newest figures of every series, the alerts that fire, and how the feed stands.

    `place` is where news of it follow. Of the open alerts the newest hundred are there.
    """

    place: str
    feed: FeedView
    board: Board
    cells: Sequence[Cell]
    alerts: Sequence[AlertRow]


async def look_at_today(site: Site, asked: TodayQuestion) -> Today:
    """Return the present day at a glance."""
    # What comes while this is put together is news, and may be told twice.
    place = site.news.place
    board = await look_at_board(site, asked)
    alerts = await site.clerk.newest_open_alerts(limit=_MOST_ALERTS)
    outlook = await site.look()
    return Today(
        place=place,
        feed=make_feed(outlook, site.news.followers),
        board=board,
        cells=list_cells(site),
        alerts=[make_row(alert) for alert in alerts],
    )


async def look_at_board(site: Site, asked: TodayQuestion) -> Board:
    """Return the charts and the map."""
    place = site.news.place
    charts = await collect_charts(site, asked.sector)
    made = await collect_map(site.news.curves, asked.figure, asked.span, asked.against)
    return Board(place=place, map=made, charts=charts)


async def look_at_feed(site: Site, _: NoQuestion) -> FeedView:
    """Return how it stands with the exchange."""
    outlook = await site.look()
    return make_feed(outlook, site.news.followers)


def make_feed(outlook: Outlook, followers: int) -> FeedView:
    """Return what a service says of its feed, with names for people."""
    feed = outlook.feed
    return FeedView(
        status=feed,
        lag=_find_lag(feed.published_at, feed.received_at),
        silent=_name_places(feed.silent),
        refused=_name_places(feed.refused),
        gaps=_name_gaps(outlook.gaps),
        open_alerts=outlook.open_alerts,
        waiting=outlook.waiting,
        followers=followers,
    )


def list_cells(site: Site) -> Sequence[Cell]:
    """Return the newest figures of every series."""
    curves = site.news.curves
    lasts = ((each, curve.last()) for each in curves.list_series() if (curve := curves.find(each)))
    return [Cell(name_series(each), *last) for each, last in lasts if last is not None]


def _find_lag(published: dt.datetime | None, received: dt.datetime | None) -> float | None:
    if published is None or received is None:
        return None
    return round((received - published).total_seconds(), 1)


def _name_places(places: Sequence[str]) -> Sequence[Named]:
    return [name_sector(place.rpartition("/")[2]) for place in places]


def _name_gaps(gaps: Mapping[str, int]) -> Sequence[Gap]:
    most = sorted(gaps.items(), key=lambda each: (-each[1], each[0]))
    return [Gap(name_series(parse_series(text)), count) for text, count in most]


VIEWS: tuple[AnyView, ...] = (
    View(
        name="today",
        path="/",
        api="/today",
        summary="The present day at a glance.",
        question=TodayQuestion,
        answer=Today,
        look=look_at_today,
        template="today.html",
    ),
    View(
        name="board",
        path="/today/board",
        summary="The charts of the present day, and the map of who buys what.",
        question=TodayQuestion,
        answer=Board,
        look=look_at_board,
    ),
    View(
        name="feed",
        path="/today/feed",
        summary="How it stands with the exchange.",
        question=NoQuestion,
        answer=FeedView,
        look=look_at_feed,
    ),
)
