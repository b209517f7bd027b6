"""A rule's figures over a session, drawn with characters."""

import math
from collections.abc import Iterator, Sequence

import plotext  # type: ignore[import-untyped]  # it has no types
from rich.console import Console

from flowalert.cli.report.tick import find_ticks
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.track import Panel, Sight, Track
from flowalert.engine.side import show_number_of
from flowalert.market.instant import DAY, clock, date_of

_HEIGHT = 18
_WIDEST = 160
_TICKS = 8
_HALF_HOUR = 1800


def draw_plot(sight: Sight, track: Track, episodes: Sequence[Episode], console: Console) -> Iterator[str]:
    """Yield the lines of a plot for each figure that the rule looks at, its levels dotted and firings marked."""
    for number, panel in enumerate(track.panels):
        points = track.list_points(number)
        if points:
            yield from _draw(sight, panel, points, episodes, console)
            yield ""


def _draw(
    sight: Sight, panel: Panel, points: Sequence[tuple[int, float]], episodes: Sequence[Episode], console: Console
) -> Iterator[str]:
    times, values = [at for at, _ in points], [value for _, value in points]
    figure = plotext.figure
    figure.clear()
    figure.plot_size(min(console.width, _WIDEST), _HEIGHT)
    figure.theme("simple" if console.color_system else "colorless")
    date = date_of(sight.day * DAY).isoformat()
    figure.title(f"{sight.rule} · {sight.scope.korean} · {date} · {panel.of}")
    for level in panel.levels:
        figure.draw(figure.signal([times[0], times[-1]], [level, level], marker="┈").lines())
    figure.draw(figure.signal(times, values).lines())
    by_time = dict(points)
    marked = [each.fired_at for each in episodes if each.fired_at in by_time]
    if marked:
        figure.draw(figure.signal(marked, [by_time[at] for at in marked], marker="◆"))
    step = max(1, math.ceil((times[-1] - times[0]) / _TICKS / _HALF_HOUR)) * _HALF_HOUR
    clocks = range(times[0] + -times[0] % step, times[-1] + 1, step)
    figure.ruler("x").ticks(list(clocks), [clock(at)[:5] for at in clocks])
    levels = find_ticks(min(*values, *panel.levels), max(*values, *panel.levels))
    figure.ruler("y").ticks(levels, [show_number_of(level, panel.meaning, sight.scope) for level in levels])
    yield from str(figure.build()).splitlines()
