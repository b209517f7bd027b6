"""A line of figures in a line of text."""

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from flowalert.delivery.sparkline import BARS, GAP, LONGEST, ZERO, draw_sparkline, say_trend, say_trends
from flowalert.engine.transition import Scope
from flowalert.engine.trend import Figure, Trends
from flowalert.language.tongue import Tongue
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, read_rules
from tests.store.sample import transition, update

KOSPI_FOREIGN = Scope(Venue.KRX, "001", "0017")
FUTURES = series(Venue.KRX, "900", "0017")

VALUES = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9))
LINES = st.lists(st.one_of(st.none(), VALUES), max_size=60)


def list_heights(drawn: str) -> list[int]:
    return [BARS.index(each) for each in drawn if each in BARS]


@pytest.mark.parametrize(
    ("line", "drawn"),
    [
        ((1, 2, 3, 4, 5, 6), "▁▂▃▅▆▇"),
        ((5, 5, 5), "▃▃▃"),
        ((0, 0), "▃▃"),
        ((7,), "▃"),
        ((None, None, 1, None, 9), "··▁·▇"),
        ((), ""),
        ((None, None), ""),
        ((600, 300, -100, -600), "▇▆0▃▁"),
        ((-5, 5, -5, 5), "▁▇▁0▇"),
        ((0, 5), "▁▇"),
        ((-5, 0, 5), "▁▅0▇"),
        ((-5, 0, -3), "▁▇▃"),
        ((-5, None, 5), "▁·0▇"),
        ((3000, 3100, 3050), "▁▇▅"),
    ],
)
def test_a_line_is_drawn_between_its_extremes(line: Sequence[float | None], drawn: str) -> None:
    """Zero is marked where the line came to the side on which it now is, and equality is not beyond."""
    assert draw_sparkline(line) == drawn


def test_what_has_no_room_is_thinned() -> None:
    """Neighbours become one bar, of the last that is known; the mark of zero needs room too."""
    assert draw_sparkline((1, 1, 2, 2, 3, 3), 3) == "▁▅▇"
    assert draw_sparkline((9, 1, 9, None), 2) == "▁▇"
    assert draw_sparkline((-3, -2, -1, 1), 4) == "▁0▇"


@given(LINES, st.integers(2, 40))
def test_a_line_is_no_longer_than_there_is_room(line: list[float | None], at_most: int) -> None:
    """Whatever is in it; and nothing is drawn only where nothing is known."""
    drawn = draw_sparkline(line, at_most)
    assert len(drawn) <= at_most
    assert set(drawn) <= {*BARS, GAP, ZERO}
    assert bool(drawn) == any(value is not None for value in line)


@given(LINES)
def test_every_bucket_has_a_character_where_there_is_room(line: list[float | None]) -> None:
    """A bar or a dot each, and at most one mark of zero."""
    drawn = draw_sparkline(line, 61)
    if drawn:
        assert [each == GAP for each in drawn if each != ZERO] == [value is None for value in line]
        assert drawn.count(ZERO) <= 1


@given(st.lists(VALUES, min_size=2, max_size=60))
def test_more_is_never_a_lower_bar_and_the_extremes_have_the_extreme_bars(line: list[float]) -> None:
    """The order of the bars is that of the values."""
    heights = list_heights(draw_sparkline(line, 61))
    pairs = sorted(zip(line, heights, strict=True))
    assert [height for _, height in pairs] == sorted(heights)
    if min(line) < max(line):
        assert (pairs[0][1], pairs[-1][1]) == (0, len(BARS) - 1)


@given(st.lists(VALUES.filter(bool), min_size=1, max_size=60))
def test_since_the_mark_the_line_is_on_the_side_where_it_is_now(line: list[float]) -> None:
    """Just before the mark it was on the other; without one it never changed sides."""
    before, mark, after = draw_sparkline(line, 61).rpartition(ZERO)
    side = line[-1] > 0
    assert all((value > 0) == side for value in line[-len(after) :])
    if mark:
        assert (line[len(before) - 1] > 0) != side


@pytest.mark.parametrize(
    ("figure", "scope", "korean", "english"),
    [
        (Figure(FOREIGN, "msval"), KOSPI_FOREIGN, "오늘 ▇0▁ -1,234억", "today ▇0▁ -1,234억 (-123.4bn won)"),
        (
            Figure(FOREIGN, "msval"),
            Scope(Venue.KRX, "001"),
            "오늘 외국인 순매수 ▇0▁ -1,234억",
            "today foreigners' net buying ▇0▁ -1,234억 (-123.4bn won)",
        ),
        (
            Figure(FUTURES, "msvol"),
            Scope(Venue.KRX),
            "오늘 선물 외국인 순매수량 ▇0▁ -1,234계약",
            "today foreigners' net quantity bought in futures ▇0▁ -1,234계약 (-1,234 contracts)",
        ),
        (
            Figure(FOREIGN, "msvol"),
            KOSPI_FOREIGN,
            "오늘 순매수량 ▇0▁ -123만주",
            "today net quantity bought ▇0▁ -123만주 (-1.2m shares)",
        ),
    ],
)
def test_a_message_says_the_day_and_where_it_is_now(figure: Figure, scope: Scope, korean: str, english: str) -> None:
    """A figure is named that is not net buying of what the alert is about."""
    line = (500, -1234, None)
    assert say_trend(figure, line, scope, Tongue.KOREAN) == korean.replace("▁ ", "▁· ")
    assert say_trend(figure, line, scope, Tongue.ENGLISH) == english.replace("▁ ", "▁· ")


def test_nothing_is_said_of_what_is_not_known() -> None:
    """A rule may fire before its line's series has reported anything."""
    assert say_trend(Figure(FOREIGN, "msval"), (), KOSPI_FOREIGN, Tongue.KOREAN) is None
    assert say_trend(Figure(FOREIGN, "msval"), (None,), KOSPI_FOREIGN, Tongue.KOREAN) is None


def test_the_longest_day_of_any_venue_is_drawn_whole() -> None:
    """With the mark of zero beside its buckets."""
    assert len(draw_sparkline([-1] * 25 + [1])) == LONGEST


def test_a_transition_has_a_line_in_each_language_that_is_spoken() -> None:
    """Of what its rule is about; none where nobody is told, or in the rule's own text, or the rule is gone."""
    trends = Trends()
    trends.take(update())
    rule, own, timed = read_rules(
        "when: delta(msval) > 3", "when: msval > 3; message: own", "when: time >= 10:00"
    ).rules
    both = (Tongue.ENGLISH, Tongue.KOREAN)
    assert say_trends(trends, transition(), rule, both) == (
        (Tongue.ENGLISH, "today ▃ -273억 (-27.3bn won)"),
        (Tongue.KOREAN, "오늘 ▃ -273억"),
    )
    assert say_trends(trends, transition(), rule, ()) == ()
    assert say_trends(trends, transition(told=False), rule, both) == ()
    assert say_trends(trends, transition(), own, both) == ()
    assert say_trends(trends, transition(), timed, both) == ()
    assert say_trends(trends, transition(), None, both) == ()
    assert say_trends(Trends(), transition(), rule, both) == ()
