import pytest
from hypothesis import given, strategies as st

from flowalert.simulator.book import BASIC, FINE, Deal, Ledger, print_figures, split

amounts = st.lists(st.integers(0, 10**9), min_size=len(BASIC), max_size=len(BASIC))


def deal_of(wanted: list[int], order: list[int]) -> Deal:
    """Turn any purchases into a balanced deal: the sales are the same amounts in another order."""
    return Deal(wanted, [wanted[index] for index in order])


deals = st.builds(deal_of, amounts, st.permutations(range(len(BASIC))))


@given(st.lists(deals, min_size=1, max_size=4))
def test_figures_are_rounded_each_on_its_own(entered: list[Deal]) -> None:
    """A row's net differs from its purchases less its sales by at most one, and no figure by more than half."""
    ledger = Ledger()
    for deal in entered:
        ledger.post(deal, deal)
    for index, figures in enumerate(print_figures(ledger)[: len(BASIC)]):
        assert abs(figures.msval - (figures.msvalue - figures.mdvalue)) <= 1
        assert abs(figures.msvalue * FINE - ledger.value_bought[index]) * 2 < FINE
        net = ledger.value_bought[index] - ledger.value_sold[index]
        assert abs(figures.msval * FINE - net) * 2 < FINE


@given(deals)
def test_subtotals_are_sums_of_rows(deal: Deal) -> None:
    """0017, 0018 and 9999 are what the protocol says: 9999 counts the two subtotals again."""
    ledger = Ledger()
    ledger.post(deal, deal)
    *basic, foreign, institutions, everything = print_figures(ledger)
    for field in range(6):
        assert foreign[field] == basic[9][field] + basic[10][field]
        assert institutions[field] == sum(basic[index][field] for index in (0, 1, 2, 3, 4, 5, 6, 11))
        rows = [*basic, foreign, institutions]
        assert everything[field] == sum(row[field] for row in rows)


def test_rounding_shows_in_a_net() -> None:
    """Purchases and sales that are both rounded up leave a net of one where the printed ones differ by none."""
    bought, sold = [0] * len(BASIC), [0] * len(BASIC)
    bought[8], sold[8] = FINE * 3 // 2 + 1, FINE // 2 - 1
    sold[7] = bought[8] - sold[8]
    ledger = Ledger()
    ledger.post(Deal(bought, sold), Deal(bought, sold))
    individual = print_figures(ledger)[8]
    assert (individual.msvalue, individual.mdvalue, individual.msval) == (2, 0, 1)


def test_one_sided_deal_is_refused() -> None:
    """The books take no purchase without a sale."""
    bought = [1] + [0] * (len(BASIC) - 1)
    with pytest.raises(ValueError, match="value: bought 1, but sold 0"):
        Ledger().post(Deal(bought, bought), Deal(bought, [0] * len(BASIC)))


@given(st.integers(-(10**12), 10**12), st.lists(st.floats(0, 1), min_size=1).filter(lambda each: sum(each) > 1e-6))
def test_split_gives_out_the_whole(whole: int, weights: list[float]) -> None:
    """The parts add up to the whole, and who has no weight gets nothing."""
    parts = split(whole, weights)
    assert sum(parts) == whole
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
