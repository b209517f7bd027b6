"""What each function takes, and what its answer is: its dimension, its sign, whether it is whole, how long it holds."""

import pytest

from flowalert.language.checker import Checker
from flowalert.language.condition import Mode, is_momentary, is_whole, read_condition
from flowalert.language.function import FUNCTIONS
from flowalert.language.meaning import Meaning, Sort
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition, parse_placeholder
from flowalert.language.tree import Node
from flowalert.market.sector import Counted


def check(text: str) -> tuple[Node, Meaning]:
    checked = Checker(Counted.SHARES).check(parse_placeholder(text)[0])
    return checked.node, checked.meaning


OVER_A_NUMBER = ("sum", "avg", "stdev", "highest", "lowest", "slope", "ema", "zscore", "delta")


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        *((f"{name}(msval) > 3", f"{name}(msval", f"{name} does not take 1 argument", f"write {name}(x, ")
          for name in OVER_A_NUMBER if name != "delta"),
        *((f"{name}(msval, 5m, 5m) > 3", f"{name}(msval, 5m, 5m", "does not take 3 arguments", f"write {name}(x")
          for name in OVER_A_NUMBER),
        *((f"{name}() > 3", name, f"{name} does not take 0 arguments", f"write {name}(")
          for name in FUNCTIONS if name != "if"),
        *((f"{name}(msval > 0, 5m) > 3", "msval > 0", f"{name} takes a number, and this is a condition", "like msval")
          for name in OVER_A_NUMBER),
        *((f"{name}(time, 5m) > 3", "time", f"{name} takes a number, and this is a time of day", "like msval")
          for name in OVER_A_NUMBER),
        *((f"{name}(300억, 5m) > 3", "300억", f"{name} of a constant never changes", "like msval")
          for name in OVER_A_NUMBER),
        ("prev(msval > 0) > 3", "msval > 0", "prev takes a number, and this is a condition", "like msval"),
        ("prev(3) > 3", "3", "prev of a constant never changes", "like msval"),
        ("streak(msval) > 3", "msval", "streak counts a condition, and this is an amount of won",
         "write one, like streak(delta(msval) < 0)"),
        ("streak(msval > 0, 5m) > 3", "streak(msval > 0, 5m", "streak does not take 2 arguments",
         "write streak(condition)"),
        ("count(msval, 5m) > 3", "msval", "count counts a condition, and this is an amount of won",
         "write one, like count(delta(msval) < 0, 10m)"),
        ("count(msval > 0) > 3", "count(msval > 0", "count does not take 1 argument", "write count(condition, 10m)"),
        ("count(3 > 2, 5m) > 3", "3 > 2", "this compares two constants", "msval"),
        ("streak(msval > msvol) > 3", "msval > msvol", "an amount of won is compared with a quantity", "amount of won"),
        ("crosses_above(msval > 0, 0)", "msval > 0", "crosses_above takes a number", "like msval"),
        ("crosses_below(msval, msvol)", "msvol", "crosses_below sets an amount of won against a quantity", "300억"),
    ],
)  # fmt: skip
def test_an_argument_that_does_not_fit_is_refused_at_its_place(text: str, place: str, what: str, instead: str) -> None:
    """With what it is, and what the function takes."""
    with pytest.raises(Mistake) as caught:
        Checker(Counted.SHARES).check_truth(parse_condition(text))
    assert text[caught.value.start : caught.value.end] == place
    assert what in caught.value.what
    assert instead in caught.value.instead


@pytest.mark.parametrize(
    ("text", "won", "quantity", "net"),
    [
        *((f"{name}(msval, 5m)", 1, 0, True) for name in ("sum", "avg", "highest", "lowest", "ema", "slope", "delta")),
        *((f"{name}(msvalue, 5m)", 1, 0, False) for name in ("sum", "avg", "highest", "lowest", "ema")),
        *((f"{name}(msvolume, session)", 0, 1, True) for name in ("slope", "delta")),
        ("stdev(msval, 5m)", 1, 0, False),
        ("prev(msvol)", 0, 1, True),
        ("prev(msvolume)", 0, 1, False),
        ("abs(slope(msval, 5m))", 1, 0, False),
        ("zscore(msval, 5m)", 0, 0, True),
        ("streak(msval > 0)", 0, 0, False),
        ("count(msval > 0, 5m)", 0, 0, False),
        ("avg(msval / msvol, 5m)", 1, -1, True),
        ("sum(msval, 5m) / sum(msvalue, 5m)", 0, 0, False),
        ("count(msval > 0, 5m) * msval", 1, 0, True),
    ],
)
def test_an_answer_has_its_dimension_and_sign(text: str, won: int, quantity: int, net: bool) -> None:
    """What looks back over amounts is an amount; what counts, or compares with a spread, is a plain number."""
    meaning = check(text)[1]
    assert (meaning.sort, meaning.won, meaning.quantity, meaning.net) == (Sort.NUMBER, won, quantity, net)


@pytest.mark.parametrize(
    "text",
    [
        "avg(msval, 5m) > 300억", "stdev(msvol, 5m) > 20만주", "slope(msval, 10m) < -50억", "zscore(msval, 1h) > 3",
        "zscore(msval, 1h) > 300%", "streak(msval > 0) >= 5", "count(msval > 0, 10m) / 20 > 50%",
        "crosses_below(msval, avg(msval, 30m))", "delta(msval, session) > highest(msvalue, 5m) / 2",
        "streak(crosses(msval, 0)) >= 1", "count(not (msval > 0 or streak(msvol > 0) > 3), session) > 2",
    ],
)  # fmt: skip
def test_answers_meet_their_like(text: str) -> None:
    """Like any other number; and a condition inside may hold all that a condition may."""
    assert read_condition(text, Counted.SHARES).text == text


@pytest.mark.parametrize(
    "text", ["zscore(msval, 1h) > 300억", "streak(msval > 0) > 3천주", "count(msval > 0, 5m) > 3억"]
)
def test_a_plain_number_is_no_amount(text: str) -> None:
    """A count of updates is compared with a bare number."""
    with pytest.raises(Mistake, match="a ratio is compared"):
        read_condition(text, Counted.SHARES)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        *((f"{name}(msval, 5m)", True) for name in ("delta", "sum", "highest", "lowest")),
        *((f"{name}(msval, 5m)", False) for name in ("avg", "stdev", "slope", "ema", "zscore")),
        *((f"{name}(msval / 2, 5m)", False) for name in ("delta", "sum", "highest", "lowest")),
        ("delta(msval)", True),
        ("prev(msval)", True),
        ("prev(msval * 0.5)", False),
        ("abs(msval)", True),
        ("streak(msval / 2 > 0.5)", True),
        ("count(avg(msval, 5m) > 0.5, 5m)", True),
        ("sum(avg(msval, 5m), 5m)", False),
        ("highest(count(msval > 0, 5m), session)", True),
    ],
)
def test_it_is_known_what_has_whole_values(text: str, whole: bool) -> None:
    """The wire's figures are whole; a mean is not. On it rests what `>` and `>=` make of a fraction."""
    assert is_whole(check(text)[0]) is whole


@pytest.mark.parametrize(
    ("text", "momentary"),
    [
        *((f"{name}(msval, 5m)", False) for name in OVER_A_NUMBER),
        *((f"{name}(delta(msval), 5m)", False) for name in OVER_A_NUMBER if name != "zscore"),
        ("delta(msval)", True),
        ("delta(avg(msval, 5m))", True),
        ("delta(msval, 1 update)", False),
        ("delta(msval, session)", False),
        ("p_msvol", True),
        ("prev(msval)", False),
        ("prev(delta(msval))", True),
        ("zscore(delta(msval), 5m)", True),
        ("abs(p_msval)", True),
        ("abs(msval)", False),
        ("msval + delta(msval)", True),
        ("msval / 2 - 3", False),
        ("streak(delta(msval) > 0)", False),
        ("count(crosses(msval, 0), 5m)", False),
    ],
)
def test_it_is_known_what_is_about_one_update_alone(text: str, momentary: bool) -> None:
    """What the exchange says of one publication, and what is made of that; what looks back over several is not."""
    assert is_momentary(check(text)[0]) is momentary


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("delta(msval) < 0 and time >= 14:50", Mode.EVENT),
        ("time < 9:30 and (crosses(msval, 0) or p_msval > 3)", Mode.EVENT),
        ("not (time >= 14:50) and delta(msval) < 0", Mode.EVENT),
        ("time >= 14:50", Mode.STATE),
        ("time >= 14:50 and time < 15:00", Mode.STATE),
        ("msval > 0 and time >= 14:50", Mode.STATE),
        ("delta(msval) < 0 and msval < 0 and time >= 14:50", Mode.STATE),
        ("zscore(delta(msval), 1h) > 3", Mode.EVENT),
        ("prev(delta(msval)) < 0 and delta(msval) > 0", Mode.EVENT),
        ("delta(msval) > 2 * stdev(delta(msval), 30m)", Mode.EVENT),
        ("foreign.delta(msval) < 0 and individual.delta(msval) > 0", Mode.EVENT),
        ("foreign.delta(msval) < 0 and individual.msval > 0", Mode.STATE),
        ("streak(delta(msval) < 0) >= 5", Mode.STATE),
        ("crosses_below(msval, lowest(msval, 30m))", Mode.EVENT),
    ],
)
def test_the_time_of_day_is_neutral_to_the_mode(text: str, mode: Mode) -> None:
    """It only says when; alone it lasts."""
    assert read_condition(text, Counted.SHARES).mode is mode
