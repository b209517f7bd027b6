"""Which amount would have told so often."""

from collections.abc import Iterable, Sequence
from random import Random

import pytest

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.suggestion import Suggestion, suggest_amounts
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from tests.engine.market import Market, read_rules


def make_days(days: int = 3, slots: int = 300) -> Sequence[Entry]:
    """Return days of changes of all sizes up to 1,000, the same at every call."""
    market, rng = Market("when: msval > 0"), Random(1)
    for _ in range(days):
        market.slots(*(rng.randint(-500, 500) for _ in range(slots)))
        market.at += DAY - slots * 30
    return market.entries


ENTRIES = make_days()


def suggest(rule: str, wanted: float, *, vary: int | None = 0) -> Suggestion:
    """Return what is suggested for a rule."""
    (suggestion,) = suggest_amounts(read_rules(rule).rules, wanted, lambda: (ENTRIES,), vary=vary)
    return suggestion


def count_told(rule: str) -> float:
    """Return how often a rule tells a session, by a backtest of it."""
    backtest = Backtest(read_rules(rule))
    backtest.run(ENTRIES)
    return backtest.tally.total("rule-0").told / len(backtest.sessions)


@pytest.mark.parametrize("amount", [20, 300, 5_000])
@pytest.mark.parametrize(
    "rest", ["; mode: event", "; cooldown: 5m; mode: event", "; limit: 7/session", "; for: 2 updates; mode: state"]
)
def test_a_backtest_of_what_is_suggested_tells_as_often_as_it_says(amount: int, rest: str) -> None:
    """From far too low and far too high alike; `wanted` is met as nearly as two digits allow."""
    suggestion = suggest(f"when: delta(msval) >= {amount}억{rest}", 6)
    assert suggestion.best is not None
    assert suggestion.best.text.startswith("delta(msval) >= ")
    assert suggestion.best.text.endswith("억")
    assert len(str(abs(int(suggestion.best.value))).rstrip("0")) <= 2
    assert suggestion.best.told == pytest.approx(count_told(f"when: {suggestion.best.text}{rest}"))
    assert suggestion.best.told == pytest.approx(6, abs=1)


def test_the_sign_of_the_amount_stays() -> None:
    """Selling is sought among selling."""
    suggestion = suggest("when: delta(msval) <= -100억", 4)
    assert suggestion.best is not None
    assert suggestion.best.value < -500
    assert suggestion.best.told == pytest.approx(4, abs=1)


def test_all_that_were_tried_are_told_by_amount() -> None:
    """Each with how often it told; the best is one of them."""
    suggestion = suggest("when: delta(msval) >= 300", 6)
    values = [each.value for each in suggestion.tried]
    assert values == sorted(values)
    assert suggestion.best in suggestion.tried
    told = {each.value: each.told for each in suggestion.tried}
    assert told[300] == pytest.approx(count_told("when: delta(msval) >= 300"), rel=0.3)


@pytest.mark.parametrize(
    ("vary", "kept"), [(0, "delta(msval, 2 updates) <= 200억"), (1, "delta(msval) >= 100억"), (None, None)]
)
def test_one_of_several_amounts_or_all_of_them(vary: int | None, kept: str | None) -> None:
    """The others stay as they are, or move in proportion."""
    suggestion = suggest("when: delta(msval) >= 100억 and not delta(msval, 2 updates) <= 200억", 5, vary=vary)
    assert suggestion.best is not None
    if kept is not None:
        assert kept in suggestion.best.text
    else:
        first, second = (int(part.split("억")[0]) for part in suggestion.best.text.split("= ")[1:])
        assert second == pytest.approx(2 * first, rel=0.06)
    assert suggestion.best.told == pytest.approx(5, abs=1.5)


@pytest.mark.parametrize(
    ("rule", "vary", "why"),
    [
        ("when: crosses_above(msval, 0)", 0, "msval is set against 0, which has no size to vary"),
        ("when: msvalue > mdvalue", 0, "its condition is set against no amount that could be varied"),
        ("when: msval > 5", 1, "its condition has one amount, and none of number 2"),
        ("when: msvolume > 5", 0, "it told nobody at any amount that was tried"),
    ],
)
def test_why_nothing_is_suggested(rule: str, vary: int, why: str) -> None:
    """A rule without a size to vary, and one that never tells, say so."""
    suggestion = suggest(rule, 6, vary=vary)
    assert (suggestion.best, suggestion.refusal) == (None, why)


def test_an_expiry_is_left_out() -> None:
    """A rule that would be over after a few firings could never tell so often."""
    suggestion = suggest("when: delta(msval) >= 100; expires: 3 fires", 6)
    assert suggestion.best is not None
    assert suggestion.best.told == pytest.approx(6, abs=1)


def test_a_small_count_is_not_varied_away() -> None:
    """In proportion, a count of one would become none, and a condition that always holds."""
    suggestion = suggest("when: delta(msval) >= 4000 and streak(delta(msval) > 0) >= 1", 6, vary=None)
    assert suggestion.best is not None
    assert suggestion.best.text.endswith("streak(delta(msval) > 0) >= 1")


def test_rules_are_tried_together() -> None:
    """However many there are, the entries are read a few times in all."""
    reads = []

    def read() -> Iterable[Sequence[Entry]]:
        reads.append(1)
        return (ENTRIES[begin : begin + 100] for begin in range(0, len(ENTRIES), 100))

    rules = read_rules(*(f"when: delta(msval) >= {amount}" for amount in (100, 300, 900)))
    suggestions = suggest_amounts(rules.rules, 6, read)
    assert len(reads) <= 6
    assert [each.rule.name for each in suggestions] == [each.name for each in rules.rules]
    alone = suggest("when: delta(msval) >= 300", 6)
    assert alone.best is not None
    assert suggestions[1].best is not None
    assert suggestions[1].best.told == pytest.approx(alone.best.told)
