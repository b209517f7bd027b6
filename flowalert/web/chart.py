"""What a chart shows of a series: its day, what rules set it against, and the alerts about it."""

from collections.abc import Sequence

from msgspec import Struct

from flowalert.market.series import Series
from flowalert.web.interest import Level
from flowalert.web.live.curve import Curve, Point
from flowalert.web.live.thin import thin
from flowalert.web.name import NamedSeries, name_series

# More would be finer than what a screen shows of a chart among a dozen.
POINTS = 160


class Mark(Struct, frozen=True):
    """An alert that fired: when, and `value`, the figure that its rule's condition is first about, then."""

    alert: str
    rule: str
    severity: str
    at: int
    value: float | int | None


class Extent(Struct, frozen=True):
    """The latest, the highest and the lowest figure of a day."""

    latest: int
    highest: int
    lowest: int


class Chart(Struct, frozen=True):
    """One series' day in few points, what its rules set it against, and the alerts of the day about it.

    `value` and `quantity` are None where nothing came yet.
    """

    series: NamedSeries
    points: Sequence[Point]
    value: Extent | None
    quantity: Extent | None
    levels: Sequence[Level]
    marks: Sequence[Mark]
    rules: Sequence[str]


def make_chart(
    of: Series, curve: Curve | None, levels: Sequence[Level], marks: Sequence[Mark], rules: Sequence[str]
) -> Chart:
    """Return the chart of a series."""
    points = [] if curve is None else list(curve.points())
    return Chart(
        series=name_series(of),
        points=thin(points, POINTS),
        value=find_extent([point.msval for point in points]),
        quantity=find_extent([point.msvol for point in points]),
        levels=levels,
        marks=marks,
        rules=rules,
    )


def find_extent(values: Sequence[int | None]) -> Extent | None:
    """Return the extent of figures in the order of time; None where none is known."""
    known = [value for value in values if value is not None]
    return Extent(known[-1], max(known), min(known)) if known else None
