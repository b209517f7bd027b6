"""The one spelling of each expression."""

import pytest
from hypothesis import given, settings

from flowalert.language.checker import Checker
from flowalert.language.condition import read_condition
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition
from flowalert.language.tree import Call, Name, Node, Text, spell
from flowalert.market.sector import Counted
from tests.language.sentence import conditions


def check(text: str) -> Node:
    return Checker(Counted.SHARES).check_truth(parse_condition(text))


@settings(deadline=None, max_examples=300)
@given(text=conditions)
def test_a_spelled_tree_reads_back_as_the_same(text: str) -> None:
    """Spelling and reading are each other's opposites for every checked condition."""
    try:
        tree = check(text)
    except Mistake:
        return
    assert check(spell(tree)) == tree
    assert spell(check(spell(tree))) == spell(tree)


@settings(deadline=None)
@given(text=conditions)
def test_a_spelled_condition_means_the_same(text: str) -> None:
    """Its form, its subject and its mode are those of the text as it was written."""
    try:
        tree = check(text)
    except Mistake:
        return
    one, other = read_condition(text, Counted.SHARES), read_condition(spell(tree), Counted.SHARES)
    assert (one.form, one.subject, one.mode, one.furthest) == (other.form, other.subject, other.mode, other.furthest)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("  msval>-300억  ", "msval > -300"),
        ("((msval)) > (3)", "msval > 3"),
        ("(msval + 1) * 2 > 3", "(msval + 1) * 2 > 3"),
        ("msval - (msvalue - 1) > 3", "msval - (msvalue - 1) > 3"),
        ("msval + (msvalue + 1) > 3", "msval + (msvalue + 1) > 3"),
        ("not (msval > 1 or msvol > 2)", "not (msval > 1 or msvol > 2)"),
        ("(msval > 1 and msvol > 2) or time > 9:00", "msval > 1 and msvol > 2 or time > 09:00:00"),
        ("msval / msvalue > 0.001%", "msval / msvalue > 0.00001"),
    ],
)
def test_there_is_one_spelling(text: str, spelled: str) -> None:
    """Blanks and needless parentheses are gone, units are the feed's, and no number has an exponent."""
    assert spell(check(text)) == spelled


def test_texts_are_spelled_with_the_quotes_that_they_lack() -> None:
    """A text has one kind of quote at most, since the language has no escapes."""
    assert spell(Text("매도")) == '"매도"'
    assert spell(Text('"매도"')) == "'\"매도\"'"
    assert spell(Call("if", (Name("msval"), Text("a"), Text("b")))) == 'if(msval, "a", "b")'
