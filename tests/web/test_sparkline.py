"""A day as SVG."""

import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st

from flowalert.language.tongue import Tongue
from flowalert.web.chart import Chart, Mark, make_chart
from flowalert.web.interest import Level
from flowalert.web.live.curve import Curve, Point
from flowalert.web.sparkline import HEIGHT, WIDTH, draw_chart, find_range
from tests.feed.making import FOREIGN, MONDAY

_TEN = MONDAY + 36_000
_SVG = "{http://www.w3.org/2000/svg}"


def chart(
    values: list[int | None], levels: tuple[Level, ...] = (), marks: tuple[Mark, ...] = (), change: int | None = 1
) -> Chart:
    made = make_chart(FOREIGN, Curve(), levels, marks, ())
    points = [Point(_TEN + 30 * number, value, value, change, change) for number, value in enumerate(values)]
    return Chart(made.series, points, made.value, made.quantity, levels, marks, ())


def draw(of: Chart, figure: str = "msval") -> ET.Element:
    text = str(draw_chart(of, figure, Tongue.ENGLISH)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(text)  # noqa: S314 - of the code under test


def names(drawn: ET.Element) -> list[str]:
    return [each.get("class", "") for each in drawn.iter(f"{_SVG}path")]


def test_a_day_has_a_line_on_either_side_of_zero_and_bars() -> None:
    drawn = draw(chart([5, -5, 5]))
    assert {"line buy", "line sell", "bars buy"} <= set(names(drawn))
    assert "bars sell" not in names(drawn)
    assert "line sell" not in names(draw(chart([5, 0, 5])))


def test_an_alert_is_marked_where_the_line_is_then() -> None:
    """With its severity's glyph, a link to its page, and words."""
    mark = Mark("abc", "sellers <&>", "critical", _TEN + 45, -3)
    drawn = draw(chart([0, 10, 20], marks=(mark,)))
    (link,) = drawn.iter(f"{_SVG}a")
    assert link.get("href") == "/alerts/abc"
    (glyph,) = link
    assert glyph.get("class") == "mark critical"
    assert "".join(glyph.itertext()) == "10:00:45 sellers <&>"
    height = float(glyph.get("transform", "").split()[1].rstrip(")"))
    assert height == 71.0, "10 of 0 to 20 is the middle of the line's part"


def test_a_level_is_drawn_where_the_day_comes_near() -> None:
    """One far away would press the day flat; one of the changes is among the bars."""
    levels = (
        Level("near", "msval", 15, "warning"),
        Level("far", "msval", 1000, "warning"),
        Level("jump", "p_msval", 2, "info"),
        Level("other", "msvol", 5, "warning"),
    )
    drawn = draw(chart([0, 10], levels))
    assert [each.text for each in drawn.iter(f"{_SVG}text") if each.text in {"near", "far", "jump", "other"}] == [
        "near",
        "jump",
    ]


def test_nothing_is_said_in_words() -> None:
    drawn = draw(chart([None, None]))
    assert list(drawn) == []
    assert drawn.get("aria-label") == "kospi, foreigners: nothing yet today"


def test_a_screen_reader_hears_the_day() -> None:
    curve = Curve()
    made = make_chart(FOREIGN, curve, (), (), ())
    assert made.value is None
    assert draw(chart([1])).get("role") == "img"


_VALUES = st.lists(st.none() | st.integers(-(10**9), 10**9), max_size=40)


@given(_VALUES, st.lists(st.integers(-(10**9), 10**9), max_size=3), st.none() | st.integers(-(10**9), 10**9))
def test_whatever_comes_stays_within_the_picture(values: list[int | None], at: list[int], change: int | None) -> None:
    levels = tuple(Level("r", figure, value, "warning") for value in at for figure in ("msval", "p_msval"))
    drawn = draw(chart(values, levels, (Mark("a", "r", "info", _TEN + 60, None),), change))
    for path in drawn.iter(f"{_SVG}path"):
        if path.get("class", "").startswith(("line", "level", "zero")):
            text = path.get("d", "").replace("h0", "").replace("L", "M").replace("H", "M")
            for step in filter(None, text.split("M")):
                places = [float(each) for each in step.split()]
                assert 0 <= places[0] <= WIDTH
                assert len(places) == 1 or 0 <= places[1] <= HEIGHT


def test_zero_is_always_in_sight() -> None:
    assert find_range([5, 9], []) == (0, 9)
    assert find_range([0], []) == (-1, 1)
