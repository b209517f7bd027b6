"""From when on an expression is known: what is said of it, beside what the engine makes of it."""

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from flowalert.engine.engine import Engine
from flowalert.language.checker import Checker
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition
from flowalert.language.warm_up import find_warm_up
from flowalert.market.entry import Update
from flowalert.rules.loader import load_rules
from tests.engine.market import FOREIGN, NINE, SLOT

# Every 30 s the figures grow, by another step each time, so that whatever has a spread, a slope or a change has one.
STEPS = list(itertools.accumulate((7 * number * number % 13 + 1 for number in range(60)), initial=5))


def find_first_true(condition: str) -> int | None:
    """Return the seconds from the first update to the first at which the condition holds."""
    text = f"rules: [{{name: a, sectors: kospi, investors: foreign, mode: event, when: '{condition}'}}]"
    loaded = load_rules([("a.yaml", text)])
    assert loaded.errors == ()
    engine = Engine(loaded.rulebook)
    for number, value in enumerate(STEPS[1:]):
        change = value - STEPS[number]
        update = Update(FOREIGN, NINE + number * SLOT, value, value, value, 2 * value, value, 3 * value, change, change)
        if engine.handle(update):
            return number * SLOT
    return None


def say_wait(condition: str) -> int:
    return find_warm_up(Checker(None).check_truth(parse_condition(condition)), SLOT)


def known(expression: str) -> str:
    """Return a condition that holds exactly where the expression is known."""
    return f"({expression} < 1 or {expression} >= 1)"


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("msval", 0),
        ("delta(msval)", 0),
        ("delta(msvol)", 0),
        ("p_msval", 0),
        ("delta(msvalue)", 30),
        ("delta(msval + 1)", 30),
        ("prev(msval)", 30),
        ("delta(msval, 5m)", 300),
        ("delta(msval, 45s)", 60),
        ("delta(msval, 20 updates)", 600),
        ("delta(msval, session)", 0),
        ("sum(msval, 5m)", 300),
        ("avg(msval, 20 updates)", 570),
        ("highest(msval, session)", 0),
        ("slope(msval, session)", 30),
        ("zscore(msval, session)", 30),
        ("ema(msval, 5m)", 300),
        ("ema(msval, 3 updates)", 60),
        ("streak(msval > 0)", 0),
        ("count(delta(msval, 1m) > 0, 2m)", 150),
        ("delta(avg(msval, 2m), 3m)", 300),
        ("sum(prev(msval), 3 updates)", 90),
        ("avg(highest(lowest(msval, 1m), 3 updates), 1m)", 150),
        ("abs(delta(msvalue, 1m)) + prev(delta(msvalue))", 60),
    ],
)
def test_an_expression_is_known_when_it_is_said_to_be(expression: str, seconds: int) -> None:
    """To the slot: not before, and not after."""
    assert say_wait(known(expression)) == seconds
    assert find_first_true(known(expression)) == seconds


@pytest.mark.parametrize(
    ("condition", "seconds"),
    [
        ("delta(msval, 5m) > 0 and delta(msval, 2m) > 0", 300),
        ("delta(msval, 5m) > 0 or delta(msval, 2m) > 0", 120),
        ("not (delta(msval, 5m) < 0 or delta(msval, 2m) < 0)", 300),
        ("not (delta(msval, 5m) < 0 and delta(msval, 2m) < 0)", 120),
        ("time > 09:00 and delta(msval, 1m) > 0", 60),
        ("not not delta(msval, 1m) > 0", 60),
    ],
)
def test_of_what_is_joined_all_must_be_known_or_one(condition: str, seconds: int) -> None:
    """As the joint is, and the other way round under a `not`."""
    assert say_wait(condition) == seconds
    assert find_first_true(condition) == seconds


def test_a_crossing_needs_an_update_to_arm_it() -> None:
    """So it can hold at the second update at the earliest."""
    assert say_wait("crosses(msval, 0)") == 30
    assert say_wait("crosses_below(msval, avg(msval, 5m))") == 330


_LENGTHS = st.sampled_from(["30s", "45s", "2m", "1 update", "3 updates", "session"])
_NUMBERS = st.recursive(
    st.sampled_from(["msval", "mdvalue", "p_msval"]),
    lambda inner: st.one_of(
        st.builds("{}({}, {})".format, st.sampled_from(["delta", "sum", "avg", "highest", "stdev"]), inner, _LENGTHS),
        st.builds("{}({})".format, st.sampled_from(["delta", "prev", "abs"]), inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("streak({} > 3)".format, inner),
    ),
    max_leaves=3,
)


@settings(deadline=None, max_examples=150)
@given(expression=_NUMBERS)
def test_no_expression_is_known_before_it_is_said_to_be(expression: str) -> None:
    """Nor after it, where every slot is published."""
    try:
        seconds = say_wait(known(expression))
    except Mistake:
        return
    assert find_first_true(known(expression)) == seconds
