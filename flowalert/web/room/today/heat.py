"""Who buys what: every sector against every investor."""

import enum
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import trio
from msgspec import Struct

from flowalert.market.investor import INVESTORS, SUM_OF_ROWS
from flowalert.market.sector import sector_of
from flowalert.market.series import Series
from flowalert.web.live.curve import Curve, Curves, Point
from flowalert.web.name import Named, name_investor, name_sector

STEPS = 4
_FIVE_MINUTES = 300
# Series looked at before the engine has its turn: two milliseconds.
_AT_ONCE = 100
# Those of whom people speak, then those whom they add up.
_FIRST = ("0017", "0018", "0008", "0007")


class Figure(enum.Enum):
    """What is shown of net buying."""

    VALUE = "value"
    QUANTITY = "quantity"


class Span(enum.Enum):
    """Over which time: the day so far, the last publication, or the last five minutes."""

    DAY = "day"
    SLOT = "slot"
    FIVE_MINUTES = "5m"


class Against(enum.Enum):
    """What the strongest colour stands for: the largest figure of the cell's sector, or of all of its unit."""

    SECTOR = "sector"
    ALL = "all"


class HeatCell(NamedTuple):
    """A figure, None where it is not known, and its step: from -4, much sold, to 4, much bought."""

    value: int | None
    step: int


class HeatRow(Struct, frozen=True):
    """A sector of a venue; `cells` go with the investors of the map."""

    venue: str
    sector: Named
    unit: str
    cells: Sequence[HeatCell]


class HeatMap(Struct, frozen=True):
    """Every sector of which something came against every investor.

    `trails` has, where the figure is over five minutes, what is needed to go on: [at, figure] of each series since.
    """

    figure: Figure
    span: Span
    against: Against
    investors: Sequence[Named]
    rows: Sequence[HeatRow]
    trails: Mapping[str, Sequence[tuple[int, int | None]]] = {}


async def collect_map(curves: Curves, figure: Figure, span: Span, against: Against) -> HeatMap:
    """Return the map of the present day, with the trails where they are needed."""
    trails = {}
    if span is Span.FIVE_MINUTES:
        for number, of in enumerate(curves.list_series()):
            trails[str(of)] = _read_trail(curves.find(of), figure)
            if number % _AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
    return make_map(curves, figure, span, against, trails)


def make_map(
    curves: Curves,
    figure: Figure,
    span: Span,
    against: Against,
    trails: Mapping[str, Sequence[tuple[int, int | None]]] = {},
) -> HeatMap:
    """Return the map of the present day; the sum of all rows counts subtotals twice, and is left out."""
    known = [each for each in curves.list_series() if each.investor != SUM_OF_ROWS]
    investors = sorted({each.investor for each in known}, key=_rank)
    places = dict.fromkeys((each.venue, each.sector) for each in known)
    values = {each: _read(curves.find(each), figure, span) for each in known}
    largest = _find_largest(values, figure, against)
    by_code = {(each.venue, each.sector, each.investor): each for each in known}

    def make_cell(of: Series | None) -> HeatCell:
        if of is None:
            return HeatCell(None, 0)
        return HeatCell(values[of], find_step(values[of], largest[_find_group(of, figure, against)]))

    rows = [
        HeatRow(
            venue.value,
            name_sector(sector),
            sector_of(sector).counted.value,
            [make_cell(by_code.get((venue, sector, each))) for each in investors],
        )
        for venue, sector in places
    ]
    return HeatMap(figure, span, against, [name_investor(code) for code in investors], rows, trails)


def find_step(value: int | None, largest: int) -> int:
    """Return how strongly a figure is coloured, where `largest` is coloured most.

    By the root of its share: by the share itself all but the largest would look alike.
    """
    if not value or not largest:
        return 0
    step = min(STEPS, math.ceil(STEPS * math.sqrt(abs(value) / largest)))
    return step if value > 0 else -step


def _find_largest(values: Mapping[Series, int | None], figure: Figure, against: Against) -> Mapping[str, int]:
    largest: dict[str, int] = {}
    for of, value in values.items():
        group = _find_group(of, figure, against)
        largest[group] = max(largest.get(group, 0), abs(value or 0))
    return largest


def _find_group(of: Series, figure: Figure, against: Against) -> str:
    if against is Against.SECTOR:
        return of.place
    return sector_of(of.sector).counted.value if figure is Figure.QUANTITY else ""


def _read(curve: Curve | None, figure: Figure, span: Span) -> int | None:
    last = None if curve is None else curve.last()
    if curve is None or last is None:
        return None
    if span is Span.SLOT:
        return last.p_msval if figure is Figure.VALUE else last.p_msvol
    now = _pick(last, figure)
    if span is Span.DAY or now is None:
        return now
    before = curve.at(last.at - _FIVE_MINUTES)
    then = None if before is None else _pick(before, figure)
    return None if then is None else now - then


def _read_trail(curve: Curve | None, figure: Figure) -> Sequence[tuple[int, int | None]]:
    last = None if curve is None else curve.last()
    if curve is None or last is None:
        return ()
    begin = curve.at(last.at - _FIVE_MINUTES)
    since = last.at - _FIVE_MINUTES if begin is None else begin.at
    return [(point.at, _pick(point, figure)) for point in curve.points(since)]


def _pick(point: Point, figure: Figure) -> int | None:
    return point.msval if figure is Figure.VALUE else point.msvol


def _rank(code: str) -> tuple[int, str]:
    order = (*_FIRST, *(each.code for each in INVESTORS if each.code not in _FIRST))
    return order.index(code) if code in order else len(order), code
