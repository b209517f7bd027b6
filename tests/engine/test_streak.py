"""`streak(c)`: for how many publications in a row it has held."""

import pytest

from flowalert.language.code import Value
from tests.engine.market import Gauge, Market


@pytest.mark.parametrize(
    ("condition", "values", "lengths"),
    [
        ("msval > 0", (1, 1, 0, 1, 1, 1), [1, 2, 0, 1, 2, 3]),
        ("delta(msval) < 0", (0, -1, -2, -2, -3), [0, 1, 2, 0, 1]),
        ("not msval > 0", (1, 0, 0), [0, 1, 2]),
        ("msval > 0 and msval < 9", (1, 9, 1, 1), [1, 0, 1, 2]),
        ("crosses_above(msval, 0) or msval > 5", (-1, 1, 6, 7, 1), [0, 1, 2, 3, 0]),
        ("sum(msval, 2 updates) > 3", (1, 2, 2, 2, 0), [None, 0, 1, 2, 0]),
        ("streak(msval > 0) >= 2", (1, 1, 1, 1), [0, 1, 2, 3]),
    ],
)
def test_it_counts_publications_in_a_row(condition: str, values: tuple[int, ...], lengths: list[Value]) -> None:
    """One that does not hold ends it, and is none itself."""
    assert Gauge(f"streak({condition})").read(*values) == lengths


def test_an_unknown_is_unknown_and_starts_it_anew() -> None:
    """Nobody can say that it was in a row."""
    assert Gauge("streak(msval > 0)").read(1, 1, None, 1, 1) == [1, 2, None, 1, 2]


def test_missed_updates_start_it_anew() -> None:
    """The one that shows the gap is the first of the next."""
    gauge = Gauge("streak(msval > 0)")
    gauge.read(1, 1, 1)
    gauge.miss(2, 5)
    assert [gauge.value, *gauge.read(6)] == [1, 2]


def test_a_correction_is_no_publication_of_its_own() -> None:
    """It is judged instead of what it corrects, be it longer or over by that."""
    gauge = Gauge("streak(msval > 0)")
    gauge.read(1, 1)
    seen = []
    for value in (3, 0, None, 2):
        gauge.update(value)
        seen.append(gauge.value)
    assert seen == [2, 0, None, 2]
    assert gauge.read(1) == [3]


def test_a_correction_behind_a_gap_is_behind_it_too() -> None:
    """What was missed was missed before both."""
    gauge = Gauge("streak(msval > 0)")
    gauge.read(1, 1)
    gauge.miss(2, 5)
    gauge.update(6)
    assert gauge.value == 1


def test_a_new_session_starts_it_anew() -> None:
    """Yesterday's last is in no row with today's first."""
    gauge = Gauge("streak(msval > 0)")
    gauge.read(1, 1)
    gauge.begin_day()
    assert gauge.read(1, 1) == [1, 2]


def test_a_rule_can_wait_for_it() -> None:
    """Three in a row: the state lasts as long as the row does."""
    market = Market("when: streak(msval > 0) >= 3")
    assert market.slots(1, 1, 0, 1, 1, 1, 1, 0) == ["02:30 firing", "03:30 resolved"]
