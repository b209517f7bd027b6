"""Conditions that differ in their amounts alone are read without the parser, and are the same."""

import pytest
from hypothesis import given, strategies as st

from flowalert.language.condition import read_condition, read_tree
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Compare, Logic, Node, Not, Number
from flowalert.market.sector import Counted
from flowalert.rules.pattern import Patterns

SHAPES = [
    "msval <= {}억",
    "msval > -{} 억 and -{}조 < msval",
    "not (delta(msval, 5m) <= {} or abs(delta(msvol)) >= {}천주)",
    "900.0017.msval > {}억 and {} > 001.msvol",
    "msval / msvalue > {}% or time >= 14:50 and msval < {}",
    "crosses_below(msval, {}) and msval > - {}원",
    "delta(msval, {}m) > {}억 and msval + {} > 3",
    "msval > {} and count(msval > {}, {} updates) >= {}",
    "msval == {}*2 or msval != {}",
    "msval > {} 억 and and",
    "msval > ({})",
    "2 > {}",
]
numbers = st.sampled_from(["0", "1", "3", "12", "1_000", "300", "2.5", "0.25", "90000", "9999999999999999999"])


def levels(node: Node) -> list[tuple[int | float, tuple[int, int]]]:
    match node:
        case Logic(_, parts):
            return [each for part in parts for each in levels(part)]
        case Not(part):
            return levels(part)
        case Compare(_, left, right):
            return [(each.value, each.span) for each in (left, right) if isinstance(each, Number)]
        case _:
            return []


def read(text: str, counted: Counted | None, patterns: Patterns | None) -> object:
    try:
        condition = read_condition(text, counted) if patterns is None else patterns.read(text, counted)
    except Mistake as mistake:
        return mistake.what, mistake.start, mistake.end, mistake.instead
    return condition, levels(condition.tree)


@given(
    shape=st.sampled_from(SHAPES),
    given_numbers=st.lists(st.lists(numbers, min_size=4, max_size=4), min_size=1, max_size=5),
    counted=st.sampled_from([Counted.SHARES, Counted.CONTRACTS, None]),
)
def test_what_is_read_by_a_pattern_is_what_the_language_reads(
    shape: str, given_numbers: list[list[str]], counted: Counted | None
) -> None:
    """Conditions, the places of their levels, and mistakes, whatever was read before."""
    patterns = Patterns({})
    for each in given_numbers:
        text = shape.format(*each)
        assert read(text, counted, patterns) == read(text, counted, None)


def test_a_second_condition_of_a_shape_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what it is for."""
    parsed: list[str] = []

    def read(text: str, counted: Counted | None) -> Node:
        parsed.append(text)
        return read_tree(text, counted)

    monkeypatch.setattr("flowalert.rules.pattern.read_tree", read)
    patterns = Patterns({})
    for amount in ("1", "22", "333"):
        patterns.read(f"delta(msval, 5m) > {amount}억", Counted.SHARES)
    assert parsed == ["delta(msval, 5m) > 1억"]
