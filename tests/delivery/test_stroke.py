"""A curve as strokes of one colour."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import example, given, strategies as st

from flowalert.delivery.stroke import LONGEST_STEP, Point, Stroke, list_strokes


@pytest.mark.parametrize(
    ("points", "strokes"),
    [
        ([], []),
        ([(0, 5)], [Stroke(((0, 5),), below=False)]),
        ([(0, 0), (30, 0)], [Stroke(((0, 0), (30, 0)), below=False)]),
        ([(0, 10), (30, -20)], [Stroke(((0, 10), (10, 0)), below=False), Stroke(((10, 0), (30, -20)), below=True)]),
        ([(0, -1), (30, 0), (60, -2)], [Stroke(((0, -1), (30, 0), (60, -2)), below=True)]),
        (
            [(0, -1), (30, 0), (60, 2)],
            [Stroke(((0, -1), (30, 0)), below=True), Stroke(((30, 0), (60, 2)), below=False)],
        ),
        ([(0, 1), (90, 2), (181, 3)], [Stroke(((0, 1), (90, 2)), below=False), Stroke(((181, 3),), below=False)]),
        ([(0, 1), (91, -2)], [Stroke(((0, 1),), below=False), Stroke(((91, -2),), below=True)]),
    ],
)
def test_a_curve_is_broken_at_zero_and_where_updates_were_missed(
    points: Sequence[Point], strokes: list[Stroke]
) -> None:
    """At zero the two pieces meet; over a gap nothing is drawn."""
    assert list(list_strokes(points)) == strokes


POINTS = st.lists(
    st.tuples(st.integers(1, 2 * LONGEST_STEP), st.one_of(st.integers(-9, 9), st.floats(-1e9, 1e9))), max_size=30
)


@given(POINTS)
@example([(1, 858993459.6951861), (5, -2.225073858507e-311)])  # crosses where the second point lies, but for rounding
def test_every_stroke_is_on_its_side_and_no_point_is_lost(steps: list[tuple[int, float]]) -> None:
    """What the strokes have beyond the points lies at zero; no step of one is longer than a late publication's."""
    points: list[Point] = []
    for step, value in steps:
        points.append((points[-1][0] + step if points else 0, value))
    strokes = list(list_strokes(points))
    for stroke in strokes:
        assert all(value <= 0 if stroke.below else value >= 0 for _, value in stroke.points)
        times = [at for at, _ in stroke.points]
        assert times == sorted(times)
        assert all(later - earlier <= LONGEST_STEP for earlier, later in itertools.pairwise(times))
    drawn = [point for stroke in strokes for point in stroke.points]
    assert set(points) <= set(drawn)
    assert all(value == 0 for at, value in drawn if (at, value) not in set(points))
