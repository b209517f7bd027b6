"""A day as SVG: drawn by the service, and so there before any script, and where there is none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from markupsafe import Markup

from flowalert.language.tongue import Tongue
from flowalert.market.calendar import HOURS
from flowalert.market.instant import DAY, clock
from flowalert.market.venue import Venue
from flowalert.web.amount import write_figure
from flowalert.web.chart import Extent
from flowalert.web.live.curve import Point
from flowalert.web.name import NamedSeries

WIDTH, HEIGHT = 420, 190
_TOP, _FLOOR = 16.0, 126.0  # of the line
_BARS_TOP, _BARS_FLOOR = 134.0, 172.0
_LEFT, _RIGHT = 4.0, 416.0
_SHORTEST = 1_800
# A level this many times the day's breadth away would press the day flat.
_NEAR = 1.0
_APART = 10.0
_CLOCKS = (300, 600, 1_800, 3_600, 7_200)

# By severity, around the origin.
GLYPHS: Mapping[str, str] = {
    "info": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "warning": "M0-6L5.5 4H-5.5z",
    "critical": "M0-6.5L6.5 0L0 6.5L-6.5 0z",
}


class Line(Protocol):
    """A figure that something is set against, as far as it is drawn."""

    @property
    def rule(self) -> str: ...

    @property
    def figure(self) -> str: ...

    @property
    def value(self) -> float | int: ...

    @property
    def severity(self) -> str: ...


class Sign(Protocol):
    """An alert on a chart, as far as it is drawn."""

    @property
    def alert(self) -> str: ...

    @property
    def rule(self) -> str: ...

    @property
    def severity(self) -> str: ...

    @property
    def at(self) -> int: ...


class Drawing(Protocol):
    """What there is to draw."""

    @property
    def series(self) -> NamedSeries: ...

    @property
    def points(self) -> Sequence[Point]: ...

    @property
    def value(self) -> Extent | None: ...

    @property
    def quantity(self) -> Extent | None: ...

    @property
    def levels(self) -> Sequence[Line]: ...

    @property
    def marks(self) -> Sequence[Sign]: ...


class Scale:
    """Where an exchange time or a figure stands."""

    def __init__(self, low: float, high: float, begin: float, end: float) -> None:
        """Make a scale on which `low` stands at `begin` and `high` at `end`."""
        self._low = low
        self._begin = begin
        self._each = (end - begin) / ((high - low) or 1)

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return round(self._begin + (value - self._low) * self._each, 1)


def draw_chart(chart: Drawing, figure: str, tongue: Tongue, *, from_opening: bool = True) -> Markup:
    """Return a day as an SVG element: `figure` (`msval` or `msvol`) as a line, its changes as bars below.

    It begins with the venue's opening, or with its first point.

    Levels are dashed lines where the day comes near them, and alerts glyphs on the line, each a link to its page. The
    looks are the style sheet's.
    """
    change = f"p_{figure}"
    points, levels, unit = chart.points, chart.levels, chart.series.unit
    head = Markup('<svg class="day" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        WIDTH, HEIGHT, describe(chart, figure, tongue)
    )
    line = [(point.at, getattr(point, figure)) for point in points]
    known = [value for _, value in line if value is not None]
    if not known:
        return head + Markup("</svg>")
    times = [at for at, _ in line]
    begin, end = find_hours(times, Venue(chart.series.venue)) if from_opening else (times[0], times[-1])
    across = Scale(begin, end, _LEFT, _RIGHT)
    low, high = find_range(known, [level.value for level in levels if level.figure == figure])
    up = Scale(low, high, _FLOOR, _TOP)
    bars = [(at, value) for at, value in ((point.at, getattr(point, change)) for point in points) if value]
    size = max([abs(value) for _, value in bars], default=1)
    near = [level for level in levels if level.figure == change and abs(level.value) <= size * (1 + _NEAR)]
    size = max([size, *(abs(level.value) for level in near)])
    rise = Scale(-size, size, _BARS_FLOOR, _BARS_TOP)
    parts = [
        head,
        *_draw_clocks(begin, end, across),
        Markup('<path class="zero" d="M{} {}H{}"/>').format(_LEFT, up(0), _RIGHT),
        Markup('<path class="zero" d="M{} {}H{}"/>').format(_LEFT, rise(0), _RIGHT),
        *_draw_bars(bars, across, rise),
        *_draw_line(line, across, up),
        *_draw_levels([level for level in levels if level.figure == figure and low <= level.value <= high], up),
        *_draw_levels(near, rise),
        Markup('<text x="{}" y="11">{}</text>').format(_LEFT, write_figure(high, figure, unit, tongue)),
        Markup('<text x="{}" y="{}">{}</text>').format(_LEFT, _FLOOR + 2, write_figure(low, figure, unit, tongue)),
        *_draw_marks(chart.marks, line, across, up),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def describe(chart: Drawing, figure: str, tongue: Tongue) -> str:
    """Say what a chart shows, for who does not see it."""
    sector, investor = chart.series.sector, chart.series.investor
    name = tongue.choose(f"{sector.korean} {investor.korean}", f"{sector.english}, {investor.english}")
    extent = chart.value if figure == "msval" else chart.quantity
    if extent is None:
        return f"{name}: {tongue.choose('오늘 아직 없음', 'nothing yet today')}"
    latest, highest, lowest = (
        write_figure(each, figure, chart.series.unit, tongue) for each in (extent.latest, extent.highest, extent.lowest)
    )
    return tongue.choose(
        f"{name}: 현재 {latest}, 최고 {highest}, 최저 {lowest}, 경보 {len(chart.marks)}건",
        f"{name}: now {latest}, high {highest}, low {lowest}, alerts: {len(chart.marks)}",
    )


def find_hours(times: Sequence[int], venue: Venue) -> tuple[int, int]:
    """Return when a chart begins and ends: from the venue's opening to the newest point, half an hour at least."""
    opens = times[0] // DAY * DAY + HOURS[venue].opens
    begin = min(times[0], opens)
    return begin, max(times[-1], begin + _SHORTEST)


def find_range(values: Sequence[float], levels: Sequence[float]) -> tuple[float, float]:
    """Return the lowest and the highest figure that a chart shows: of the day, of zero, and of the levels near it."""
    low, high = min([0, *values]), max([0, *values])
    room = (high - low or 1) * _NEAR
    near = [level for level in levels if low - room <= level <= high + room]
    low, high = min([low, *near]), max([high, *near])
    return (low, high) if low != high else (low - 1, high + 1)


def _draw_clocks(begin: int, end: int, across: Scale) -> Iterator[Markup]:
    step = next((each for each in _CLOCKS if (end - begin) / each <= 5), _CLOCKS[-1])
    for at in range(-(-begin // step) * step, end + 1, step):
        place = across(at)
        yield Markup('<path class="grid" d="M{} {}V{}"/>').format(place, _TOP, _BARS_FLOOR)
        if place < _RIGHT - 30:
            yield Markup('<text x="{}" y="{}">{}</text>').format(place, HEIGHT - 6, clock(at)[:5])


def _draw_line(line: Sequence[tuple[int, int | None]], across: Scale, up: Scale) -> Iterator[Markup]:
    """Draw a line in the colour of the side of zero that it is on."""
    steps: dict[bool, list[str]] = {False: [], True: []}
    before: tuple[float, float, bool] | None = None
    for at, value in line:
        if value is None:
            before = None
            continue
        x, y, below = across(at), up(value), value < 0
        if before is None:
            steps[below].append(f"M{x:g} {y:g}h0")
        elif before[2] == below:
            steps[below].append(f"L{x:g} {y:g}")
        else:
            # Where it passes zero one colour ends and the other begins.
            part = (up(0) - before[1]) / ((y - before[1]) or 1)
            passing = f"{before[0] + (x - before[0]) * part:.1f} {up(0):g}"
            steps[not below].append(f"L{passing}")
            steps[below].append(f"M{passing}L{x:g} {y:g}")
        before = x, y, below
    for below, name in ((False, "buy"), (True, "sell")):
        if steps[below]:
            yield Markup('<path class="line {}" d="{}"/>').format(name, "".join(steps[below]))


def _draw_bars(bars: Sequence[tuple[int, int]], across: Scale, rise: Scale) -> Iterator[Markup]:
    for name, some in (
        ("buy", [each for each in bars if each[1] > 0]),
        ("sell", [each for each in bars if each[1] < 0]),
    ):
        if some:
            path = "".join(f"M{across(at):g} {rise(0):g}V{rise(value):g}" for at, value in some)
            yield Markup('<path class="bars {}" d="{}"/>').format(name, path)


def _draw_levels(levels: Sequence[Line], up: Scale) -> Iterator[Markup]:
    named: list[float] = []
    for level in levels:
        place = up(level.value)
        yield Markup('<path class="level {}" d="M{} {}H{}"/>').format(level.severity, _LEFT, place, _RIGHT)
        # Of lines that lie close together one is named; the list below the chart has them all.
        if all(abs(place - other) >= _APART for other in named):
            named.append(place)
            yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
                _RIGHT, round(place + (_APART if place < _TOP + _APART else -3), 1), level.rule
            )


def _draw_marks(
    marks: Sequence[Sign], line: Sequence[tuple[int, int | None]], across: Scale, up: Scale
) -> Iterator[Markup]:
    for mark in marks:
        value = next((value for at, value in reversed(line) if at <= mark.at and value is not None), None)
        if value is not None:
            yield Markup(
                '<a href="/alerts/{}"><path class="mark {}" transform="translate({} {})" d="{}">'
                "<title>{} {}</title></path></a>"
            ).format(
                mark.alert,
                mark.severity,
                across(mark.at),
                up(value),
                GLYPHS[mark.severity],
                clock(mark.at),
                mark.rule,
            )
