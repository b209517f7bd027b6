"""A picture as PNG."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # it has no types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # the same
from matplotlib.font_manager import fontManager

from flowalert.delivery.chart import BLUE, LEVEL, MOMENT, RED, draw_chart
from flowalert.delivery.glyph import find_script
from flowalert.delivery.picture import Words
from tests.delivery.drawing import POINTS, count_color, make_curve, make_picture, read_png
from tests.engine.market import NINE

KOREAN = "가억조만천주계약코스피외국인매도세지속순수분변화기준"


@pytest.fixture
def no_korean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no font be installed but what comes with matplotlib."""
    own = [each for each in fontManager.ttflist if each.name.startswith(("DejaVu", "STIX", "cm"))]
    monkeypatch.setattr(fontManager, "ttflist", own)
    find_script.cache_clear()
    yield
    find_script.cache_clear()


@pytest.fixture
def korean(tmp_path: Path) -> None:
    """Install, behind `no_korean`, a font whose Korean is a box each, of a name that is looked for."""
    path = tmp_path / "boxes.ttf"
    write_font(path, "NanumGothic", KOREAN)
    fontManager.addfont(path)


def write_font(path: Path, family: str, characters: str) -> None:
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    names = {character: f"uni{ord(character):04X}" for character in characters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (900, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWeightClass=400)
    builder.setupPost()
    builder.save(path)


@pytest.mark.usefixtures("no_korean")
def test_a_chart_shows_the_curve_the_level_and_the_moment() -> None:
    """Each in its colour; red above zero, blue below; of a size that goes over a mobile network."""
    png = draw_chart(make_picture())
    assert len(png) < 100_000
    image = read_png(png)
    assert image.size == (1600, 840)
    for color in (RED, BLUE, LEVEL, MOMENT):
        assert count_color(image, color) > 500, color
    assert image.getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.usefixtures("no_korean")
def test_what_is_not_there_is_not_drawn() -> None:
    """No level, and nothing below zero."""
    image = read_png(draw_chart(make_picture(make_curve(POINTS[:10], levels=()), at=POINTS[9][0])))
    assert count_color(image, RED) > 500
    assert count_color(image, LEVEL) == count_color(image, BLUE) == 0


@pytest.mark.usefixtures("no_korean")
def test_the_level_is_drawn_where_it_lies() -> None:
    """A higher one stands higher; the axis reaches to one that the curve is far from."""
    heights = []
    for level in (-300, 100, 900):
        image = read_png(draw_chart(make_picture(make_curve(levels=[level]))))
        rows = [count_color(image.crop((800, y, 1600, y + 1)), LEVEL) for y in range(image.height)]
        heights.append(rows.index(max(rows)))
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3


@pytest.mark.usefixtures("no_korean")
def test_two_curves_have_a_panel_each() -> None:
    """One below the other, over the same hour."""
    image = read_png(draw_chart(make_picture(make_curve(), make_curve())))
    assert image.size == (1600, 1200)
    halves = [image.crop((0, top, 1600, top + 600)) for top in (0, 600)]
    assert all(count_color(half, LEVEL) > 500 for half in halves)


@pytest.mark.usefixtures("no_korean")
def test_without_a_korean_font_it_is_written_in_english() -> None:
    """The same picture as of an English channel, and no box, of which matplotlib would warn."""
    assert not find_script().korean
    picture = make_picture(title=Words("외국인", "foreigners"))
    english = msgspec.structs.replace(picture, title=Words("foreigners", "foreigners"))
    assert draw_chart(picture) == draw_chart(english)


@pytest.mark.usefixtures("no_korean")
def test_what_no_font_has_is_a_question_mark() -> None:
    """A rule's name may have any letters; what looks like a formula is none."""
    odd = make_picture(title=Words("", "$매도$ 🚨\n $\\frac{$"))
    plain = make_picture(title=Words("", "$??$ ? $\\frac{$"))
    assert draw_chart(odd) == draw_chart(plain)


@pytest.mark.usefixtures("no_korean", "korean")
def test_with_a_korean_font_it_is_written_in_korean() -> None:
    """All of it: no warning of a missing glyph may come, neither of the Korean nor of what the font lacks."""
    assert find_script().families == ("NanumGothic", "DejaVu Sans")
    assert find_script().korean
    korean = draw_chart(make_picture())
    assert korean != draw_chart(make_picture(title=Words("코스피", "KOSPI foreigners · foreigners-sell")))
    read_png(korean)


@pytest.mark.usefixtures("no_korean")
def test_a_font_that_lacks_some_of_the_korean_is_not_used(tmp_path: Path) -> None:
    """Half of an amount says nothing."""
    path = tmp_path / "half.ttf"
    write_font(path, "Noto Sans KR", "가억")
    fontManager.addfont(path)
    assert find_script().families == ("DejaVu Sans",)
    find_script.cache_clear()
    write_font(tmp_path / "whole.ttf", "NanumGothic", KOREAN)
    fontManager.addfont(tmp_path / "whole.ttf")
    assert find_script().families == ("NanumGothic", "DejaVu Sans")


@pytest.mark.usefixtures("no_korean")
@pytest.mark.parametrize(
    "points",
    [
        [(NINE, 5.0)],
        [(NINE, 0.0), (NINE + 30, 0.0)],
        [(NINE, -1e12), (NINE + 30, 1e12)],
        [(NINE, 0.001), (NINE + 30, 0.0011)],
        [(NINE, 5.0), (NINE + 3000, -5.0)],
        [(NINE + 60, 5.0)],
    ],
)
def test_odd_curves_are_drawn(points: list[tuple[int, float]]) -> None:
    """One value, the same throughout, huge, tiny, with a gap; and one that begins after the moment."""
    for levels in ((), (0,), (300,)):
        read_png(draw_chart(make_picture(make_curve(points, levels=levels), at=NINE + 30)))


@pytest.mark.usefixtures("no_korean")
def test_what_is_too_long_is_cut() -> None:
    """The title and a panel's name end within the picture."""
    long = Words("", "foreigners-sell-" * 1000)
    image = read_png(draw_chart(make_picture(msgspec.structs.replace(make_curve(), label=long), title=long)))
    assert image.crop((1590, 0, 1600, 150)).getcolors() == [(1500, (255, 255, 255))]
    assert count_color(image.crop((1400, 0, 1590, 80)), MOMENT) > 100


def test_the_process_draws_what_it_is_given_and_says_nothing_else() -> None:
    """With warnings as errors; the fonts of this machine are whatever they are."""
    command = [sys.executable, "-W", "error", "-m", "flowalert.delivery.chart"]
    drawn = subprocess.run(command, input=msgspec.json.encode(make_picture()), capture_output=True, check=True)
    assert read_png(drawn.stdout).size == (1600, 840)
    assert drawn.stderr == b""


def test_the_process_draws_where_it_may_not_step_back() -> None:
    """The unit of the examples allows no call that changes a priority, lower ones too."""
    denied = (
        "import errno, os, runpy\n"
        "def nice(_): raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))\n"
        "os.nice = nice\n"
        "runpy.run_module('flowalert.delivery.chart', run_name='__main__')"
    )
    command = [sys.executable, "-c", denied]
    drawn = subprocess.run(command, input=msgspec.json.encode(make_picture()), capture_output=True, check=True)
    assert read_png(drawn.stdout).size == (1600, 840)
