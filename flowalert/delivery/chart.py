"""A picture as PNG; `python -m flowalert.delivery.chart` reads one from standard input and writes the PNG.

Matplotlib is an extra: it is imported when something is drawn, by its objects alone, without pyplot's state. Nothing
imports this module but its own process, which would otherwise warn that it is there already.
"""

import io
import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from flowalert.delivery.axis import list_clocks, write_amount, write_level, write_ticks
from flowalert.delivery.glyph import Script, find_script
from flowalert.delivery.picture import Curve, Picture, Words
from flowalert.delivery.stroke import list_strokes
from flowalert.language.tongue import Tongue
from flowalert.market.instant import clock, date_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# As every Korean quote board has it. Neither stands alone: the axis has the sign, and what is marked has a label.
RED, BLUE = "#d3222a", "#1a5fb4"
LEVEL, MOMENT = "#8f5902", "#202020"
_GREY, _FAINT = "#4c4a52", "#e3e1e6"

# Inches, and few of them: type of ten points in a picture five inches wide can be read on a phone.
_WIDTH, _HEIGHT, _HEIGHT_OF_TWO = 5.0, 2.625, 3.75
_DPI = 320
_TITLE, _TEXT, _TICK = 11.0, 8.5, 8.0
_SHORTEST = 600  # seconds along the axis
_COLORS = 128
# Parts of the values' range: below them, and above them, where the moment's label hangs.
_BELOW, _ABOVE = 0.12, 0.24
_NICENESS = 10
_LONGEST = 200  # characters, which are wider than any picture


def draw_chart(picture: Picture) -> bytes:
    """Draw a picture as PNG, 1600 pixels wide and 840 high, or 1200 with two panels.

    Where no font has Korean it is written in English. A level is dashed and has its amount; the moment is an upright
    line, with a dot, the time and the value then.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - an extra, and slow to import, as are the others
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    script = find_script()
    # A dollar sign in a rule's name begins no formula.
    with rc_context({"font.family": list(script.families), "text.parse_math": False}):
        height = _HEIGHT if len(picture.curves) == 1 else _HEIGHT_OF_TWO
        figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        _Draughtsman(picture, script).draw(figure)
        raw = io.BytesIO()
        figure.savefig(raw, format="rgba")
    size = round(_WIDTH * _DPI), round(height * _DPI)
    drawn = Image.frombytes("RGBA", size, raw.getvalue()).convert("RGB")
    png = io.BytesIO()
    # A palette is a third of the bytes: people look at it over a mobile network.
    drawn.quantize(_COLORS, dither=Image.Dither.NONE).save(png, format="png", optimize=True)
    return png.getvalue()


class _Draughtsman:
    """Draws one picture; it does not change."""

    def __init__(self, picture: Picture, script: Script) -> None:
        self._picture = picture
        self._script = script
        self._tongue = picture.tongue if script.korean else Tongue.ENGLISH
        times = [at for curve in picture.curves for at, _ in curve.points]
        self._begin = min([*times, picture.at - _SHORTEST])
        self._end = max([*times, picture.at])
        # The labels of levels stand at the end that the moment's leaves free.
        self._late = picture.at * 2 > self._begin + self._end

    def draw(self, figure: "Figure") -> None:
        title = self._fit(self._picture.title)
        heading = figure.suptitle(title, x=0.015, ha="left", size=_TITLE, weight="bold", color=MOMENT)
        _cut(heading, figure.bbox.width * 0.97)
        panels = figure.subplots(len(self._picture.curves), sharex=True, squeeze=False)[:, 0]
        for axes, curve in zip(panels, self._picture.curves, strict=True):
            self._draw_frame(axes, curve)
            name = axes.set_title(self._name(curve), loc="left", size=_TEXT, color=_GREY)
            _cut(name, figure.bbox.width * 0.75)
            self._draw_strokes(axes, curve)
            self._draw_levels(axes, curve)
            self._draw_moment(axes, curve)

    def _draw_frame(self, axes: "Axes", curve: Curve) -> None:
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

        values = [*curve.levels, *(value for _, value in curve.points)]
        low, high = min(values), max(values)
        size = high - low or abs(high) or 1
        axes.set_ylim(low - size * _BELOW, high + size * _ABOVE)
        room = (self._end - self._begin) * 0.02
        axes.set_xlim(self._begin - room, self._end + room)
        found = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(*axes.get_ylim())
        # Multiples of a step that binary has not exactly.
        ticks = [float(f"{tick:.9g}") for tick in found if axes.get_ylim()[0] <= tick <= axes.get_ylim()[1]]
        labels = write_ticks(ticks, curve.meaning, curve.counted, self._tongue)
        axes.set_yticks(ticks, list(map(self._script.fit, labels)))
        clocks = list_clocks(self._begin, self._end)
        axes.set_xticks(clocks, [clock(at)[:5] for at in clocks])
        axes.tick_params(labelsize=_TICK, labelcolor=_GREY, length=0)
        axes.grid(visible=True, color=_FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_visible(False)

    def _draw_strokes(self, axes: "Axes", curve: Curve) -> None:
        if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
            axes.axhline(0, color=_GREY, linewidth=0.8, zorder=1)
        for stroke in list_strokes(curve.points):
            times, values = zip(*stroke.points, strict=True)
            color = BLUE if stroke.below else RED
            axes.fill_between(times, values, 0, color=color, alpha=0.10, linewidth=0)
            axes.plot(times, values, color=color, linewidth=1.6, marker="." if len(times) == 1 else "")

    def _draw_levels(self, axes: "Axes", curve: Curve) -> None:
        word = self._tongue.choose("기준", "level")
        for level in curve.levels:
            axes.axhline(level, color=LEVEL, linewidth=1.2, linestyle=(0, (5, 3)))
            text = f"{word} {write_level(level, curve.meaning, curve.counted, self._tongue)}"
            at = self._begin if self._late else self._end
            above = self._is_below(curve, level)
            self._label(axes, text, (at, level), LEVEL, right=self._late, above=above)

    def _is_below(self, curve: Curve, level: float) -> bool:
        """Tell whether the curve is below a level where the level's label stands."""
        width = (self._end - self._begin) / 3
        at = self._begin if self._late else self._end
        near = [value for when, value in curve.points if abs(when - at) <= width]
        return sum(value < level for value in near) * 2 >= len(near)

    def _draw_moment(self, axes: "Axes", curve: Curve) -> None:
        at = self._picture.at
        axes.axvline(at, color=MOMENT, linewidth=1.0)
        text = clock(at)
        value = next((value for when, value in reversed(curve.points) if when <= at), None)
        if value is not None:
            axes.plot([at], [value], marker="o", markersize=6, color=MOMENT, markeredgecolor="white", zorder=4)
            text += f"  {write_amount(value, curve.meaning, curve.counted, self._tongue)}"
        self._label(axes, text, (at, axes.get_ylim()[1]), MOMENT, right=not self._late, above=False)

    def _label(
        self, axes: "Axes", text: str, place: tuple[float, float], color: str, *, right: bool, above: bool
    ) -> None:
        """Write beside a place, to its right or left and above or below it."""
        axes.annotate(
            self._script.fit(text),
            place,
            xytext=(5 if right else -5, 3 if above else -3),
            textcoords="offset points",
            ha="left" if right else "right",
            va="bottom" if above else "top",
            size=_TEXT,
            weight="bold",
            color=color,
            bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.0},
            zorder=5,
        )

    def _name(self, curve: Curve) -> str:
        name = self._fit(curve.label)
        first = curve is self._picture.curves[0]
        return f"{date_of(self._picture.at).isoformat()} · {name}" if first else name

    def _fit(self, words: Words) -> str:
        return self._script.fit(" ".join(words.choose(self._tongue).split()))


def _cut(written: "Text", widest: float) -> None:
    """Shorten a text until it is no wider than so many pixels."""
    text = written.get_text()[:_LONGEST]
    while written.get_window_extent().width > widest:
        text = text[:-1]
        written.set_text(f"{text.rstrip()}…")


def main() -> None:
    """Draw what comes on standard input; whoever started it wants to hear from the exchange first."""
    # systemd's unit denies the call, and a picture that is drawn as fast as the rest works is better than none.
    with suppress(PermissionError):
        os.nice(_NICENESS)
    # It tells of each font that lacks the very weight.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    sys.stdout.buffer.write(draw_chart(msgspec.json.decode(sys.stdin.buffer.read(), type=Picture)))


if __name__ == "__main__":
    main()
