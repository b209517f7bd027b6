"""What parses, how it binds, and what is said of the rest."""

import pytest

from flowalert.language.mistake import Mistake
from flowalert.language.parser import DEEPEST, LONGEST, parse_condition, parse_placeholder
from flowalert.language.tree import Node, spell


def refuse(text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        parse_condition(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("msval + msvol * 2 > 3", "msval + (msvol * 2) > 3"),
        ("msval - 1 - 2 > 3", "((msval - 1) - 2) > 3"),
        ("msval / 2 * 3 > 3", "((msval / 2) * 3) > 3"),
        ("-msval * 2 > 3", "((0 - msval) * 2) > 3"),
        ("msval * -2 > 3", "msval * (-2) > 3"),
        ("msval > 1 or msval < 2 and msvol > 3", "(msval > 1) or ((msval < 2) and (msvol > 3))"),
        ("not msval > 1 and msvol > 2", "(not (msval > 1)) and (msvol > 2)"),
        ("not not msval > 1", "not (not (msval > 1))"),
        ("msval > 1 and msval > 2 and msval > 3", "msval > 1 and msval > 2 and msval > 3"),
        ("msval > 1 + 2", "msval > (1 + 2)"),
        ("notmsval > 3", "notmsval > 3"),
        ("not(msval>3)", "not (msval > 3)"),
        ("\tmsval\n>\r\n3 ", "msval > 3"),
        ("외국인_값 > 3", "외국인_값 > 3"),
        ("msval > 300 억", "msval > 300억"),
        ("msval > 3 and time >= 9:05:30", "(msval > 3) and (time >= 09:05:30)"),
    ],
)
def test_operators_bind_as_in_arithmetic(text: str, bound: str) -> None:
    """`or` under `and` under `not` under comparisons under sums under products under signs, from the left."""
    assert parse_condition(text) == parse_condition(bound)


def test_grouping_is_kept_where_it_counts() -> None:
    """Parentheses change what binds."""
    assert parse_condition("(msval + 1) * 2 > 3") != parse_condition("msval + 1 * 2 > 3")
    assert parse_condition("msval - (1 - 2) > 3") != parse_condition("msval - 1 - 2 > 3")
    assert parse_condition("not (msval > 1 and msvol > 2)") != parse_condition("not msval > 1 and msvol > 2")


def test_a_sign_belongs_to_its_number() -> None:
    """`-300억` is one literal, and a second minus is an operation."""
    assert spell(parse_condition("msval > -300억")) == "msval > -300억"
    assert spell(parse_condition("msval > - 300")) == "msval > -300"
    assert spell(parse_condition("msval > --300")) == "msval > 0 - -300"


@pytest.mark.parametrize(
    ("text", "start", "end", "message"),
    [
        ("", 0, 1, "the condition is empty; write one, like delta(msval) <= -300억"),
        ("  \n", 0, 1, "the condition is empty; write one, like delta(msval) <= -300억"),
        ("msval = 3", 6, 7, "'=' is not understood here; write == to compare"),
        ("msval && msvol", 6, 7, "'&' is not understood here; write and"),
        ("msval > 3 || msvol > 3", 10, 11, "'|' is not understood here; write or"),
        ("! msval > 3", 0, 1, "'!' is not understood here; write not, or != to compare"),
        ("msval <> 3", 7, 8, "'>' is not understood here; write !="),
        ("msval => 3", 6, 7, "'=' is not understood here; write >="),
        ("msval =< 3", 6, 7, "'=' is not understood here; write <="),
        ("msval ≤ 3", 6, 7, "'≤' is not understood here; write <="),
        ("msval ＞ 3", 6, 7, "'＞' is not understood here; write >"),
        ("msval > −3", 8, 9, "'−' is not understood here; write the plain -"),
        ("msval > 30％", 10, 11, "'％' is not understood here; write the plain %"),
        ("msval > 3 AND msvol > 3", 14, 19, "'msvol' is not understood here; write and"),
        ("abs(msval) > msvol OR msvol > 3", 19, 21, "'OR' is not understood here; write or"),
        ("NOT msval > 3", 4, 9, "'msval' is not understood here; write not"),
        ("msval == == 3", 9, 11, "'==' is not understood here; expected a name, a number or '('"),
        ("1 < msval < 3", 10, 11, "a chain of comparisons is not understood; write both and join them"),
        ("msval < 3 == 4", 10, 12, "a chain of comparisons is not understood; write both and join them"),
        ("(msval > 1", 10, 11, "the text ends too soon; expected ')'"),
        ("(msval > 1  \n", 10, 11, "the text ends too soon; expected ')'"),
        ("msval > 1)", 9, 10, "')' closes nothing; take it out, or open it before"),
        ("(msval > )", 9, 10, "')' is not understood here; expected a name, a number or '('"),
        ("abs(msval > 1", 13, 14, "the text ends too soon; expected "),
        ("msval >", 7, 8, "the text ends too soon; expected a name, a number or '('"),
        ("msval > 3 and", 13, 14, "the text ends too soon; expected a name, a number or '('"),
        ("> 3", 0, 1, "'>' is not understood here; expected a name, a number or '('"),
        ("msval msvol", 6, 11, "'msvol' is not understood here; expected a comparison, 'and' or 'or'"),
        ("msval is 3", 6, 8, "'is' is not understood here; expected a comparison, 'and' or 'or'"),
        ("msval > 1,000", 9, 10, "',' does not group digits here; write 1_000 for a thousand"),
        ("msval, 3", 5, 6, "',' is not understood here"),
        ("'매도 > 3", 0, 1, "the text that begins with ' does not end; close it with '"),
        ('msval > "매도', 8, 9, 'the text that begins with " does not end; close it with "'),
        ("msval > 3;", 9, 10, "';' is not understood here; expected a comparison, 'and' or 'or'"),
        ("msval > 14:5", 10, 11, "':' is not understood here; "),
        ("msval > .5", 8, 9, "'.' is not understood here; expected a name, a number or '('"),
        ("time > 25:00", 7, 12, "25:00 is no time of day; write hours, minutes and seconds like 14:50 or 14:50:30"),
        ("외국인 # 3", 4, 5, "'#' is not understood here; "),
        ("msval > 3 \ud800", 10, 11, "'\\ud800' is not understood here; "),
    ],
)
def test_what_does_not_parse_says_where_and_what_instead(text: str, start: int, end: int, message: str) -> None:
    """Offsets in characters from 0, and words for somebody who knows another language."""
    mistake = refuse(text)
    assert (mistake.start, mistake.end) == (start, end)
    assert str(mistake).startswith(message)


def test_an_empty_placeholder_is_called_so() -> None:
    """In a text the empty thing is no condition."""
    with pytest.raises(Mistake, match="the placeholder is empty"):
        parse_placeholder(" ")


def test_a_placeholder_has_an_expression_and_maybe_a_format() -> None:
    """The name behind the bar is the format, with its place."""
    node, form, span = parse_placeholder(" msval | won ")
    assert (spell(node), form, span) == ("msval", "won", (9, 12))
    node, form, _ = parse_placeholder("msval")
    assert (spell(node), form) == ("msval", None)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300_000,
        "(" * 3_000 + "msval > 1" + ")" * 900,
        "(" * (DEEPEST + 1) + "msval > 1" + ")" * (DEEPEST + 1),
        "not " * 900 + "msval > 1",
        "-" * 3_000 + "msval > 1",
        "msval > " + "-" * 3_000 + "1",
        "+".join(["msval"] * 600) + " > 1",
        "abs(" * 900 + "msval" + ")" * 900,
        "msval > 1 and " * 100_000,
    ],
    ids=["open", "deep", "one too deep", "not", "minus", "minus number", "sum", "calls", "long"],
)
def test_a_bomb_is_refused_with_its_place(text: str) -> None:
    """Nesting and length are bounded before anything recurses."""
    mistake = refuse(text)
    assert 0 <= mistake.start <= mistake.end <= len(text) + 1
    assert mistake.instead


def test_what_is_just_within_the_bounds_parses() -> None:
    """The bounds themselves are allowed."""
    assert parse_condition("(" * DEEPEST + "msval > 1" + ")" * DEEPEST) == parse_condition("msval > 1")
    wide = " or ".join(["msval > 1"] * 300)
    assert len(wide) < LONGEST
    assert isinstance(parse_condition(wide), Node)
    assert spell(parse_condition("msval > 1" + " " * (LONGEST - 9))) == "msval > 1"


def test_every_node_knows_its_place() -> None:
    """A comparison spans both of its sides, a call begins at its name, a sign belongs to its number."""
    text = "msval > -3 and abs(msvol + 1) < 2"
    places = [text[slice(*each.span)] for each in _walk(parse_condition(text))]
    assert places == [
        "msval > -3 and abs(msvol + 1) < 2", "msval > -3", "msval", "-3",
        "abs(msvol + 1) < 2", "abs(msvol + 1", "msvol + 1", "msvol", "1", "2",
    ]  # fmt: skip


def _walk(node: Node) -> list[Node]:
    below = []
    for name in ("arguments", "parts", "part", "left", "right"):
        found = getattr(node, name, ())
        below += list(found) if isinstance(found, tuple) else [found]
    return [node, *(each for part in below for each in _walk(part))]
