"""Like with like alone: dimensions, names and arguments."""

import pytest

from flowalert.language.checker import Checker
from flowalert.language.meaning import RATIO, Meaning, Sort
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition, parse_placeholder
from flowalert.language.tree import spell
from flowalert.market.sector import Counted


def check(text: str, counted: Counted | None = Counted.SHARES) -> str:
    return spell(Checker(counted).check_truth(parse_condition(text)))


def meaning_of(text: str) -> Meaning:
    return Checker(Counted.SHARES).check(parse_placeholder(text)[0]).meaning


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("msval > 300억", "msval > 300"),
        ("msval > 1.5조", "msval > 15000"),
        ("msvol > 20만주", "msvol > 200"),
        ("msval > 100억 + 200억", "msval > 300"),
        ("msval > 2 * 300억", "msval > 600"),
        ("msval > 300억 / 4", "msval > 75"),
        ("msval > 1억 / 3", "msval > 0.3333333333333333"),
        ("msval > abs(-300억)", "msval > 300"),
        ("msval > 300원", "msval > 0.000003"),
        ("delta(msval, 5m) > 0", "delta(msval, 5m) > 0"),
        ("delta(msval, 20 updates) > 0", "delta(msval, 20 updates) > 0"),
        ("time >= 9:05", "time >= 09:05:00"),
        ("msval / msvalue > 30%", "msval / msvalue > 0.3"),
        ("msval > -0", "msval > 0"),
    ],
)
def test_constants_are_resolved_and_folded(text: str, spelled: str) -> None:
    """One spelling for what means the same to the engine, in the feed's units."""
    assert check(text) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "msval > 300", "msval > msvalue", "msval + mdvalue > 300억", "msval - 300억 > 0", "msval * 2 > 300억",
        "msval / msvol > 3", "msval / msvol * msvol > 300억", "msval / mdvalue > 0.3", "msval / mdvalue > 30%",
        "msval * 30% > 10억", "p_msval > 10억", "delta(msvol) > 20만", "abs(msval) > msvalue * 0.1",
        "crosses(msval, 300억)", "crosses_above(msval, mdvalue)", "300억 < msval", "time > 14:50", "14:50 < time",
        "msval * msvol > 3", "msval - msvalue / 2 > 0", "crosses_above(time, 15:35)",
    ],
)  # fmt: skip
def test_like_meets_like(text: str) -> None:
    """Amounts with amounts, quantities with quantities, and a bare number with anything."""
    assert check(text)


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        ("msvol > 300억", "msvol > 300억", "a quantity is compared with an amount of won", "write a quantity"),
        ("msval > 20만주", "msval > 20만주", "an amount of won is compared with a quantity", "an amount of won"),
        ("msval > 30%", "msval > 30%", "an amount of won is compared with a ratio", "write an amount of won"),
        ("msval > msvol", "msval > msvol", "an amount of won is compared with a quantity", "amount of won"),
        ("msval + msvol > 0", "msval + msvol", "a quantity is added to an amount of won", "amount of won"),
        ("msval - msvol > 0", "msval - msvol", "a quantity is subtracted from an amount of won", "amount of won"),
        ("msval / msvol > 3억", "msval / msvol > 3억", "a price is compared with an amount of won", "a bare number"),
        ("msval * msvol > 3억", "msval * msvol > 3억", "a number of another dimension is compared", "bare number"),
        ("msval / mdvalue > 3억", "msval / mdvalue > 3억", "a ratio is compared with an amount of won", "30%"),
        ("msval > 14:50", "msval > 14:50", "an amount of won is compared with a time of day", "one sort"),
        ("time > 300", "time > 300", "a time of day is compared with a bare number", "one sort"),
        ("time > msval", "time > msval", "a time of day is compared with an amount of won", "one sort"),
        ("msval > 5m", "5m", "'>' compares numbers, and this is a duration", "a field like msval"),
        ("msval > 3 updates", "3 updates", "this is a count of updates", "a field like msval"),
        ("time + 5m > 14:50", "time", "'+' works on numbers, and this is a time of day", "msval"),
        ("msval * 5m > 3", "5m", "'*' works on numbers, and this is a duration", "msval"),
        ("(msval > 3) > 3", "msval > 3", "'>' compares numbers, and this is a condition", "msval"),
        ("(msval > 3) + 3 > 1", "msval > 3", "'+' works on numbers, and this is a condition", "msval"),
        ("msval and msval > 3", "msval", "'and' joins conditions, and this is an amount of won", "msval > 0"),
        ("not msvol", "msvol", "'not' joins conditions, and this is a quantity", "msval > 0"),
        ("msval", "msval", "msval is an amount of won, not a condition", "compare it, like msval > 0"),
        ("time", "time", "time is a time of day, not a condition", "compare it, like time > 14:50"),
        ("300억", "300억", "300 is an amount of won, not a condition", "put a field on one side"),
        ("5m", "5m", "5m is a duration, not a condition", "put a field on one side"),
        ("3 > 2", "3 > 2", "this compares two constants", "put a field on one side"),
        ("msval > 'a'", "'a'", "a condition has no use for a text", "a number or a field"),
        ("msval / 0 > 3", "0", "division by zero", "something else"),
        ("msval > 3 / 0", "0", "division by zero", "something else"),
        ("msval / (1 - 1) > 3", "1 - 1", "division by zero", "something else"),
        ("msval > 900조 * 900_000_000_000", "900조 * 900_000_000_000", "larger than any amount", "unit"),
        ("abs(5m) > 3", "5m", "abs takes a number, and this is a duration", "msval"),
        ("delta(time) > 3", "time", "delta takes a number, and this is a time of day", "msval"),
        ("delta(msval > 3) > 3", "msval > 3", "delta takes a number, and this is a condition", "msval"),
        ("delta(300) > 3", "300", "delta of a constant never changes", "msval"),
        ("crosses(3, msval)", "3", "crosses of a constant never changes", "msval"),
        ("delta(msval, 5) > 3", "5", "5 is no window", "5m or 20 updates"),
        ("delta(msval, 300억) > 3", "300억", "300 is no window", "5m or 20 updates"),
        ("delta(msval, msvol) > 3", "msvol", "msvol is no window", "5m or 20 updates"),
        ("delta(msval, 14:50) > 3", "14:50", "14:50:00 is no window", "5m or 20 updates"),
        ("delta(msval, 0s) > 3", "0s", "0s is no whole number of seconds above zero", "1s or more"),
        ("delta(msval, -5m) > 3", "-5m", "-5m is no whole number of seconds above zero", "1s or more"),
        ("delta(msval, 1.5s) > 3", "1.5s", "1.5s is no whole number of seconds above zero", "1s or more"),
        ("crosses(msval, 20만주)", "20만주", "crosses sets an amount of won against a quantity", "amount of won"),
        ("crosses(msval, 5m)", "5m", "crosses sets an amount of won against a duration", "amount of won"),
    ],
)
def test_unlike_things_do_not_meet(text: str, place: str, what: str, instead: str) -> None:
    """Each kind of mixing is refused at its place, with why and what instead."""
    with pytest.raises(Mistake) as caught:
        check(text)
    assert text[caught.value.start : caught.value.end] == place
    assert what in caught.value.what
    assert instead in caught.value.instead


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        ("msvall > 3", "msvall", "unknown name 'msvall'", "did you mean msval?"),
        ("MSVAL > 3", "MSVAL", "unknown name 'MSVAL'", "did you mean msval?"),
        ("바나나 > 3", "바나나", "unknown name '바나나'", "known: msvol msval"),
        ("delat(msval) > 3", "delat", "unknown function 'delat'", "did you mean delta?"),
        ("eval(msval) > 3", "eval", "unknown function 'eval'", ""),
        ("__import__(msval) > 3", "__import__", "unknown function '__import__'", ""),
        ("msval(msvol) > 3", "msval", "unknown function 'msval'", ""),
        ("delta > 3", "delta", "delta is a function", "write delta(x) or delta(x, 5m)"),
        ("rule == 3", "rule", "unknown name 'rule'", ""),
        ("peak > 3", "peak", "unknown name 'peak'", ""),
        ("if(msval > 3, 1, 2) > 0", "if", "if is for texts", "and, or, not"),
        ("abs() > 3", "abs", "abs does not take 0 arguments", "write abs(x)"),
        ("abs(msval, 3) > 3", "abs(msval, 3", "abs does not take 2 arguments", "write abs(x)"),
        ("crosses(msval) ", "crosses(msval", "crosses does not take 1 argument", "crosses(x, level)"),
        ("delta(msval, 5m, 5m) > 3", "delta(msval, 5m, 5m", "delta does not take 3 arguments", "delta(x)"),
    ],
)
def test_unknown_names_are_told_from_known_ones(text: str, place: str, what: str, instead: str) -> None:
    """A slip gets a suggestion, a misuse the usage."""
    with pytest.raises(Mistake) as caught:
        check(text)
    assert text[caught.value.start : caught.value.end] == place
    assert what in caught.value.what
    assert instead in caught.value.instead


def test_units_of_quantities_ask_what_the_sectors_count() -> None:
    """Over shares and contracts together a quantity needs the feed's unit."""
    with pytest.raises(Mistake, match="both"):
        check("msvol > 20만", None)
    assert check("msvol > 200", None) == "msvol > 200"
    assert check("msvol > 40계약", Counted.CONTRACTS) == "msvol > 40"
    with pytest.raises(Mistake, match="count shares"):
        check("msvol > 40계약")


@pytest.mark.parametrize(
    ("text", "won", "quantity", "net"),
    [
        ("msval", 1, 0, True),
        ("msvalue", 1, 0, False),
        ("msvalue - mdvalue", 1, 0, True),
        ("delta(msvalue)", 1, 0, True),
        ("abs(msval)", 1, 0, False),
        ("msval / msvol", 1, -1, True),
        ("msval + 3", 1, 0, True),
        ("3 + msvol", 0, 1, True),
        ("msvol * 2", 0, 1, True),
    ],
)
def test_arithmetic_keeps_the_dimension(text: str, won: int, quantity: int, net: bool) -> None:
    """Powers of won and of quantity add up, and what can be below zero shows its sign."""
    meaning = meaning_of(text)
    assert (meaning.sort, meaning.won, meaning.quantity, meaning.net) == (Sort.NUMBER, won, quantity, net)
    assert not meaning.bare


def test_a_ratio_of_like_things_has_no_dimension() -> None:
    """Won over won is a ratio; so is a bare number over itself, for all anybody knows."""
    assert meaning_of("msval / mdvalue") == RATIO
    assert meaning_of("3 / 4").bare
