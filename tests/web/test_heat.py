"""Who buys what."""

import pytest
from hypothesis import given, strategies as st

from flowalert.market.entry import Update
from flowalert.market.series import parse_series
from flowalert.web.live.curve import Curves
from flowalert.web.room.today.heat import Against, Figure, HeatCell, Span, collect_map, find_step, make_map
from tests.feed.making import MONDAY

_TEN = MONDAY + 36_000


def fill(*given: tuple[str, int, int, int]) -> Curves:
    """Make curves of (series, seconds after ten, msval, p_msval); quantities are ten times that."""
    curves = Curves()
    for text, second, msval, p_msval in given:
        curves.take(Update(parse_series(text), _TEN + second, 10 * msval, msval, 0, 0, 0, 0, 10 * p_msval, p_msval))
    return curves


def rows(curves: Curves, figure: Figure, span: Span, against: Against = Against.SECTOR) -> dict[str, list[HeatCell]]:
    return {row.sector.slug: list(row.cells) for row in make_map(curves, figure, span, against).rows}


DAY = fill(
    ("krx/001/0008", 0, -100, -1),
    ("krx/001/0017", 0, 100, 3),
    ("krx/001/0017", 400, 400, 7),
    ("krx/001/9999", 0, 9_000, 0),
    ("krx/301/0017", 0, 4, 0),
)


def test_sectors_stand_against_investors() -> None:
    """Foreigners first; what never came is not known, and the sum of all rows is left out."""
    made = make_map(DAY, Figure.VALUE, Span.DAY, Against.SECTOR)
    assert [each.slug for each in made.investors] == ["foreign", "individual"]
    assert rows(DAY, Figure.VALUE, Span.DAY) == {
        "kospi": [HeatCell(400, 4), HeatCell(-100, -2)],
        "kosdaq": [HeatCell(4, 4), HeatCell(None, 0)],
    }


@pytest.mark.parametrize(
    ("figure", "span", "expected"),
    [
        (Figure.VALUE, Span.SLOT, [7, -1]),
        (Figure.QUANTITY, Span.DAY, [4000, -1000]),
        (Figure.QUANTITY, Span.SLOT, [70, -10]),
        # Of individuals nothing is known of five minutes ago.
        (Figure.VALUE, Span.FIVE_MINUTES, [300, None]),
    ],
)
def test_a_cell_is_what_was_asked_for(figure: Figure, span: Span, expected: list[int | None]) -> None:
    assert [cell.value for cell in rows(DAY, figure, span)["kospi"]] == expected


def test_colour_by_all_makes_the_small_pale() -> None:
    assert rows(DAY, Figure.VALUE, Span.DAY, Against.ALL)["kosdaq"][0] == HeatCell(4, 1)


async def test_five_minutes_come_with_what_goes_on_from_there() -> None:
    """From the point that the change is from, to the newest."""
    made = await collect_map(DAY, Figure.VALUE, Span.FIVE_MINUTES, Against.SECTOR)
    assert made.trails["krx/001/0017"] == [(_TEN, 100), (_TEN + 400, 400)]
    assert not (await collect_map(DAY, Figure.VALUE, Span.DAY, Against.SECTOR)).trails


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**7))
def test_a_step_says_which_side_and_how_much(value: int, largest: int) -> None:
    """Never the other side, never none for what is something, and the most for the largest."""
    step = find_step(value, max(largest, abs(value)))
    assert -4 <= step <= 4
    assert (step > 0, step < 0) == (value > 0, value < 0)
    assert abs(find_step(value, abs(value))) == (4 if value else 0)
