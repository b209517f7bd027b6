"""Marks before figures and titles."""

import pytest

from flowalert.delivery.mark import mark_alert, mark_direction
from flowalert.engine.transition import Kind, Severity


@pytest.mark.parametrize(
    ("shown", "marked"),
    [
        ("+300억", "🔴 +300억"),
        ("-300억 (-30bn won)", "🔵 -300억 (-30bn won)"),
        ("-2.5", "🔵 -2.5"),
        ("0억", "0억"),
        ("–", "–"),
        ("300억", "300억"),
    ],
)
def test_red_is_up_and_blue_is_down(shown: str, marked: str) -> None:
    """As on every Korean quote board; the sign stays, and what has none has no mark."""
    assert mark_direction(shown) == marked


def test_no_two_marks_are_the_same() -> None:
    """Of the directions, the severities and what is over; the severity of what is over does not show."""
    shown = [mark_direction(sign) for sign in "+-"]
    shown += [mark_alert("", Kind.FIRING, severity) for severity in Severity]
    shown.append(mark_alert("", Kind.RESOLVED, Severity.CRITICAL))
    assert len({each.split()[0] for each in shown}) == 6
    assert {mark_alert("", Kind.RESOLVED, severity) for severity in Severity} == {shown[-1]}
