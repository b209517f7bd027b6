"""A day point for point, and in fewer points."""

from hypothesis import given, strategies as st

from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.web.live.curve import Curve, Point
from flowalert.web.live.thin import thin
from tests.feed.making import FOREIGN, MONDAY

_BEGIN = MONDAY + 36_000


def update(at: int, msval: int | None) -> Update:
    return Update(FOREIGN, at, 1, msval, 0, 0, 0, 0, None, 2)


def make_curve(*values: int | None) -> Curve:
    curve = Curve()
    for number, value in enumerate(values):
        assert curve.add(update(_BEGIN + 30 * number, value))
    return curve


def test_points_come_back_as_they_were() -> None:
    """A blank figure stays blank, and zero stays zero."""
    assert list(make_curve(5, None, 0).points()) == [
        Point(_BEGIN, 5, 1, 2, None),
        Point(_BEGIN + 30, None, 1, 2, None),
        Point(_BEGIN + 60, 0, 1, 2, None),
    ]


def test_a_correction_replaces_and_what_is_late_is_left_out() -> None:
    curve = make_curve(1, 2)
    assert curve.add(update(_BEGIN + 30, 3))
    assert not curve.add(update(_BEGIN, 9))
    assert [point.msval for point in curve.points()] == [1, 3]


def test_another_day_begins_anew() -> None:
    curve = make_curve(1, 2)
    assert curve.add(update(_BEGIN + DAY, 3))
    assert [point.msval for point in curve.points()] == [3]


def test_a_moment_is_looked_up() -> None:
    """The newest point that is not after it; points are from a moment on, itself included."""
    curve = make_curve(1, 2, 3)
    assert curve.at(_BEGIN - 1) is None
    found = [curve.at(_BEGIN + second) for second in (0, 29, 30, 1000)]
    assert [each and each.msval for each in found] == [1, 1, 2, 3]
    assert [point.msval for point in curve.points(_BEGIN + 30)] == [2, 3]


_FIGURES = st.none() | st.integers(-1_000, 1_000)


@given(st.lists(st.tuples(_FIGURES, _FIGURES, _FIGURES, _FIGURES), max_size=300), st.integers(1, 60))
def test_few_points_show_what_many_do(figures: list[tuple[int | None, ...]], most: int) -> None:
    """The latest, the highest, the lowest and the largest change are there, in order; and not many more than wanted."""
    points = [Point(30 * number, *each) for number, each in enumerate(figures)]
    few = thin(points, most)
    assert len(few) <= most + 4
    assert [point.at for point in few] == sorted({point.at for point in few})
    for name in ("msval", "msvol"):
        whole, part = ([value for each in some if (value := getattr(each, name)) is not None] for some in (points, few))
        assert (max(whole, default=None), min(whole, default=None)) == (
            max(part, default=None),
            min(part, default=None),
        )
    for name in ("p_msval", "p_msvol"):
        whole, part = ([abs(getattr(each, name) or 0) for each in some] for some in (points, few))
        assert max(whole, default=0) == max(part, default=0)
    if points:
        assert few[-1][:3] == points[-1][:3]
