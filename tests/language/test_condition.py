"""What a condition is about, which mode follows from it, and how its parts are joined."""

import itertools
import operator
from types import SimpleNamespace

import pytest
from hypothesis import given, settings

from flowalert.language.code import compile_judge
from flowalert.language.condition import Condition, Furthest, Mode, Threshold, read_condition
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Node, spell
from flowalert.market.sector import Counted
from tests.language.sentence import conditions


def read(text: str) -> Condition:
    return read_condition(text, Counted.SHARES)


def judge(text: str, **values: float | None) -> bool | None:
    """Judge a condition over plain fields."""
    condition = read(text)
    decide, constants = compile_judge(condition.form)
    features = [SimpleNamespace(value=values[spell(leaf.feature)]) for leaf in condition.leaves]
    return decide(features, constants, 0)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("delta(msval) <= -300억", Mode.EVENT),
        ("delta(msvalue) >= 300억", Mode.EVENT),
        ("abs(delta(msval)) >= 300억", Mode.EVENT),
        ("delta(msval) * 2 >= 300억", Mode.EVENT),
        ("p_msval >= 300억", Mode.EVENT),
        ("p_msvol >= 1", Mode.EVENT),
        ("crosses_below(msval, 0)", Mode.EVENT),
        ("crosses_above(delta(msval, 5m), 300억)", Mode.EVENT),
        ("not crosses(msval, 0)", Mode.EVENT),
        ("delta(msval) > 0 and delta(msvol) > 0", Mode.EVENT),
        ("300억 <= delta(msval)", Mode.EVENT),
        ("msval <= -300억", Mode.STATE),
        ("delta(msval, 5m) <= -300억", Mode.STATE),
        ("delta(msval, 1 update) <= -300억", Mode.STATE),
        ("delta(msval) > 0 and msval > 0", Mode.STATE),
        ("crosses(msval, 0) or msvol > 0", Mode.STATE),
        ("delta(msval) > 0 and time > 14:50", Mode.EVENT),
        ("time > 14:50", Mode.STATE),
        ("crosses_above(time, 14:50)", Mode.EVENT),
    ],
)
def test_the_mode_follows_from_the_condition(text: str, mode: Mode) -> None:
    """`event` where every comparison is over what is true at one update alone, else `state`."""
    assert read(text).mode is mode


@pytest.mark.parametrize(
    ("text", "subject", "furthest"),
    [
        ("msval >= 300억", "msval", Furthest.HIGHEST),
        ("msval <= -300억", "msval", Furthest.LOWEST),
        ("-300억 >= msval", "msval", Furthest.LOWEST),
        ("not msval <= 300억", "msval", Furthest.HIGHEST),
        ("abs(msval) >= 300억", "msval", Furthest.FROM_ZERO),
        ("msval != 0", "msval", Furthest.FROM_ZERO),
        ("delta(msval, 5m) < -3 and msval > 0", "delta(msval, 5m)", Furthest.LOWEST),
        ("crosses_above(msval, 300억)", "msval", Furthest.HIGHEST),
        ("crosses_below(msval, 0)", "msval", Furthest.LOWEST),
        ("crosses(msval, 0)", "msval", Furthest.FROM_ZERO),
        ("msvalue > mdvalue", "msvalue", Furthest.HIGHEST),
    ],
)
def test_the_subject_is_what_the_condition_is_first_about(text: str, subject: str, furthest: Furthest) -> None:
    """Its first comparison's left side, its sign kept, and the way in which its peak lies."""
    condition = read(text)
    assert (spell(condition.subject), condition.furthest) == (subject, furthest)


TRUTHS = {True: 1, False: -1, None: None}


@pytest.mark.parametrize(("one", "other"), [*itertools.product(TRUTHS, repeat=2)])
def test_logic_is_kleenes(one: bool | None, other: bool | None) -> None:
    """False decides an `and`, true an `or`, and what is unknown is unknown otherwise."""
    values = {"msval": TRUTHS[one], "msvol": TRUTHS[other]}
    both = False if False in (one, other) else None if None in (one, other) else True
    either = True if True in (one, other) else None if None in (one, other) else False
    assert judge("msval > 0 and msvol > 0", **values) is both
    assert judge("msval > 0 or msvol > 0", **values) is either
    assert judge("not (msval > 0 and msvol > 0)", **values) is (None if both is None else not both)
    assert judge("not (msval > 0 or msvol > 0)", **values) is (None if either is None else not either)
    assert judge("not not msval > 0", **values) is one


COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@pytest.mark.parametrize("level", ["0", "3", "-3", "2.5", "-2.5", "300억", "0.0001"])
@pytest.mark.parametrize("symbol", COMPARE)
def test_a_comparison_is_true_exactly_where_it_says(symbol: str, level: str) -> None:
    """One cut serves the four orders, for whole figures and for fractions, with `not` and mirrored too."""
    bound = float(level.removesuffix("억"))
    figures = (-301, -300, -299, -4, -3, -2, -1, 0, 1, 2, 3, 4, 299, 300, 301)
    expected = [COMPARE[symbol](figure, bound) for figure in figures]
    assert [judge(f"msval {symbol} {level}", msval=each) for each in figures] == expected
    assert [judge(f"{level} {MIRRORED[symbol]} msval", msval=each) for each in figures] == expected
    assert [judge(f"not msval {symbol} {level}", msval=each) for each in figures] == [not each for each in expected]
    assert [judge(f"msval * 0.5 {symbol} {level}", **{"msval * 0.5": each}) for each in figures] == expected


def test_fractions_are_told_apart_to_the_last_bit() -> None:
    """`>` and `>=` differ by one step of the number line."""
    assert judge("msval * 1.0 / 3 > 0.1", **{"msval * 1 / 3": 0.1}) is False
    assert judge("msval * 1.0 / 3 >= 0.1", **{"msval * 1 / 3": 0.1}) is True
    assert judge("msval * 1.0 / 3 > 0.1", **{"msval * 1 / 3": 0.10000000000000002}) is True


def test_two_fields_compare_by_their_difference() -> None:
    """The engine knows comparisons with a constant alone."""
    (leaf,) = read("msvalue > mdvalue").leaves
    assert leaf == Threshold(leaf.feature, 1, rising=True)
    assert spell(leaf.feature) == "msvalue - mdvalue"


def test_rules_that_are_read_together_share_their_features() -> None:
    """One object for one feature, by which a million rules are told apart cheaply."""
    shared: dict[str, Node] = {}
    one = read_condition("delta(msval, 5m) > 3", Counted.SHARES, shared)
    other = read_condition("msvol > 1 and delta(msval, 5m) < 7", Counted.SHARES, shared)
    assert one.leaves[0].feature is other.leaves[1].feature


@settings(deadline=None)
@given(text=conditions)
def test_denying_a_condition_denies_its_answer(text: str) -> None:
    """`not c` is true exactly where `c` is false, and both are unknown together, whatever the values."""
    try:
        condition, denied = read(text), read(f"not ({text})")
    except Mistake:
        return
    for values in itertools.islice(
        itertools.product((None, -1000, 0, 0.5, 40_000), repeat=len(condition.features)), 200
    ):
        by_name = dict(zip(map(spell, condition.features), values, strict=True))
        answers = []
        for each in (condition, denied):
            if not all(isinstance(leaf, Threshold) for leaf in each.leaves):
                return
            decide, constants = compile_judge(each.form)
            features = [SimpleNamespace(value=by_name[spell(leaf.feature)]) for leaf in each.leaves]
            answers.append(decide(features, constants, 0))
        assert answers[1] is (None if answers[0] is None else not answers[0])
