"""A rule's figures over a session, drawn as SVG."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from flowalert.cli.report.tick import find_ticks
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.track import Panel, Sight, Track
from flowalert.engine.side import show_number_of
from flowalert.market.instant import clock

_WIDTH, _HEIGHT = 760, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 12, 10, 24
_TICKS = 6

Points = Sequence[tuple[int, float]]


def draw_charts(sight: Sight, track: Track, episodes: Sequence[Episode]) -> Iterator[str]:
    """Yield an SVG for each figure that the rule looks at: its course, its levels, and the alerts."""
    for number, panel in enumerate(track.panels):
        points = track.list_points(number)
        if points:
            yield _draw(sight, panel, points, episodes)


def _draw(sight: Sight, panel: Panel, points: Points, episodes: Sequence[Episode]) -> str:
    frame = _Frame(points, panel.levels)
    label = f"{sight.rule}, {sight.scope.korean}, {panel.of}"
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">',
        *_draw_grid(frame, panel, sight),
        *(_draw_span(frame, each) for each in episodes if not each.event),
        *(_draw_across(frame, level, "level") for level in panel.levels),
        f'<path class="course" d="{_trace(frame, points)}"/>',
        *_draw_marks(frame, points, episodes),
        "</svg>",
    ]
    return "".join(parts)


class _Frame:
    """Where times and values lie in the picture; it does not change."""

    def __init__(self, points: Points, levels: Sequence[float]) -> None:
        values = [value for _, value in points]
        low, high = min(*values, *levels), max(*values, *levels)
        margin = (high - low) * 0.05 or 1
        self.low, self.high = low - margin, high + margin
        self.begin, self.end = points[0][0], max(points[-1][0], points[0][0] + 1)

    def x(self, at: int) -> float:
        within = min(max(at, self.begin), self.end)
        return _LEFT + (within - self.begin) / (self.end - self.begin) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (self.high - value) / (self.high - self.low) * (_HEIGHT - _TOP - _BOTTOM)


def _draw_grid(frame: _Frame, panel: Panel, sight: Sight) -> Iterator[str]:
    for value in find_ticks(frame.low, frame.high):
        y = frame.y(value)
        shown = escape(show_number_of(value, panel.meaning, sight.scope))
        yield _draw_across(frame, value, "grid")
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>'
    step = max(1, math.ceil((frame.end - frame.begin) / _TICKS / 1800)) * 1800
    for at in range(frame.begin + -frame.begin % step, frame.end + 1, step):
        yield f'<text x="{frame.x(at):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{clock(at)[:5]}</text>'


def _draw_across(frame: _Frame, value: float, kind: str) -> str:
    y = frame.y(value)
    return f'<line class="{kind}" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _trace(frame: _Frame, points: Points) -> str:
    return "M" + "L".join(f"{frame.x(at):.1f} {frame.y(value):.1f}" for at, value in points)


def _draw_span(frame: _Frame, episode: Episode) -> str:
    """Draw how long an alert was open."""
    begin = frame.x(episode.opened_at)
    width = frame.x(frame.end if episode.ended_at is None else episode.ended_at) - begin
    height = _HEIGHT - _TOP - _BOTTOM
    return f'<rect class="open" x="{begin:.1f}" y="{_TOP}" width="{max(width, 1):.1f}" height="{height}"/>'


def _draw_marks(frame: _Frame, points: Points, episodes: Sequence[Episode]) -> Iterator[str]:
    values = dict(points)
    for each in episodes:
        value = values.get(each.fired_at)
        if value is not None:
            kind = "told" if each.told else "held"
            title = f"{clock(each.fired_at)} {each.severity.name.lower()}, {kind}"
            yield (
                f'<circle class="{kind}" cx="{frame.x(each.fired_at):.1f}" cy="{frame.y(value):.1f}" r="4">'
                f"<title>{title}</title></circle>"
            )
