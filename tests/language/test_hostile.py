"""Whatever the text, the language answers soon, with a tree or with a mistake that has a place in it."""

import time

import pytest
from hypothesis import given, settings, strategies as st

from flowalert.language.condition import read_condition
from flowalert.language.literal import parse_span
from flowalert.language.meaning import NET_WON
from flowalert.language.mistake import Mistake
from flowalert.language.template import read_template
from flowalert.market.sector import Counted
from tests.language.sentence import conditions

counting = st.sampled_from([None, *Counted])
fragments = st.sampled_from([
    "msval", "msvol", "time", "delta", "abs", "crosses", "if", "and", "or", "not", "300억", "1.5조", "20만주",
    "40계약", "30%", "5m", "20 updates", "14:50", "-1_000", "0", "1e400", "9" * 30, "(", ")", "((", "))", ",", "+",
    "-", "*", "/", "<", "<=", "==", "!=", "=", "&&", "'", '"', "'매도'", "{{", "}}", "|", "won", "value", "peak",
    "at", "duration", " ", "\n", "\t", "억", "조조조", "٣", "³", "Ⅷ", "\u202e", "\u0301", "\ud800", "\x00", "İ", "ﬁ",
    "\u3000", "\u00a0", "__import__", ".", "[", "\\", "#", ";", "$", "`", "delta(msval, 5m)", "0.00000001",
])  # fmt: skip
soups = st.lists(fragments, max_size=40).flatmap(lambda each: st.sampled_from(["", " "]).map(lambda by: by.join(each)))
anything = st.text(st.characters(exclude_categories=()), max_size=200)


@st.composite
def broken(draw: st.DrawFn, good: st.SearchStrategy[str] = conditions) -> str:
    """A good sentence with a piece taken out, put in or exchanged."""
    text = draw(good)
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(fragments | anything) + text[at + draw(st.integers(0, 5)) :]


def check_place(text: str, mistake: Mistake) -> None:
    assert 0 <= mistake.start <= mistake.end <= len(text) + 1
    assert mistake.what


@settings(deadline=1000, max_examples=400)
@given(text=anything | soups | broken(), counted=counting)
def test_any_text_is_a_condition_or_a_mistake(text: str, counted: Counted | None) -> None:
    """Nothing but Mistake is raised, its span lies in the text, and no text takes long."""
    try:
        read_condition(text, counted)
    except Mistake as mistake:
        check_place(text, mistake)


@settings(deadline=1000, max_examples=400)
@given(text=anything | soups | st.builds("가 {{{{{}}}}} 나".format, soups | broken()), counted=counting)
def test_any_text_is_a_template_or_a_mistake(text: str, counted: Counted | None) -> None:
    """The same holds for messages; and what is read can be rendered when nothing is known."""
    try:
        template = read_template(text, counted, NET_WON)
    except Mistake as mistake:
        check_place(text, mistake)
    else:
        assert isinstance(template.render({}, {}, counted), str)


@settings(deadline=1000)
@given(text=anything | soups)
def test_any_text_is_a_span_or_a_mistake(text: str) -> None:
    """The same holds for `for` and `cooldown`."""
    try:
        assert parse_span(text).value >= 1
    except Mistake as mistake:
        check_place(text, mistake)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1_000_000,
        "{{ " + "(" * 1_000_000,
        "{{" * 500_000,
        "{{ '" * 250_000,
        "{{ msval }}" * 2_000 + "{{ '" + "}" * 500_000,
        "{{ " + "'a' " * 250_000,
        "{{ " + "\"'" * 250_000,
        "msval > " + "1" * 1_000_000,
        "msval > 1" + "조" * 3_000,
        "a" * 3_900 + " > 1",
        "msval > 3 " + "and" * 1_300,
    ],
    ids=lambda text: f"{text[:8]}{len(text)}",
)
def test_a_bomb_goes_off_quickly(text: str) -> None:
    """Hostile texts of a megabyte are refused in seconds, by conditions and by templates."""
    began = time.perf_counter()
    for read in (lambda: read_condition(text, Counted.SHARES), lambda: read_template(text, Counted.SHARES, NET_WON)):
        try:
            read()
        except Mistake as mistake:
            check_place(text, mistake)
    assert time.perf_counter() - began < 5
