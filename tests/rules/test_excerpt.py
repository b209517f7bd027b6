"""A line of a file with a mark under the place, as it looks in a terminal."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from flowalert.rules.excerpt import WIDEST, make_excerpt


def places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


@pytest.mark.parametrize(
    ("line", "column", "length", "carets"),
    [
        ("when: msvall > 1", 7, 6, "      ^^^^^^"),
        ("sectors: [코스닭]", 11, 3, "          ^^^^^^"),
        ("이름: 외국인 {{ x }}", 12, 1, "                ^"),
        ("\twhen: 외 x", 10, 1, "\t         ^"),
        ("abc", 4, 1, "   ^"),
        ("abc", 2, 99, " ^^"),
        ("cafe\u0301 x", 7, 1, "     ^"),
        ("\u200bx", 2, 1, "^"),
    ],
)
def test_the_mark_stands_under_the_place(line: str, column: int, length: int, carets: str) -> None:
    """Korean takes two places of a terminal, a combining mark none, and a tab what it takes above."""
    assert make_excerpt(line, column, length) == (line if line.isprintable() or "\t" in line else "�x", carets)


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    """Cut on either side, which is said."""
    line = "a" * 300 + "X" + "b" * 300
    text, carets = make_excerpt(line, 301, 1)
    assert text.startswith("…a")
    assert text.endswith("b…")
    assert len(text) == WIDEST + 2
    assert text[carets.index("^")] == "X"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    """A file's text cannot colour or clear the screen of whoever checks it."""
    text, _ = make_excerpt("a\x1b[2Jb\x07", 1, 1)
    assert text == "a�[2Jb�"


@given(line=st.text(st.sampled_from("ab 가나{}"), min_size=1, max_size=300), data=st.data(), length=st.integers(1, 5))
def test_the_character_above_the_first_caret_is_the_one_at_the_column(
    line: str, data: st.DataObject, length: int
) -> None:
    """Wherever it stands in whatever line."""
    column = data.draw(st.integers(1, len(line)))
    text, carets = make_excerpt(line, column, length)
    before = len(carets) - len(carets.lstrip(" "))
    shown = next(number for number in range(len(text) + 1) if places(text[:number]) == before)
    assert text[shown] == line[column - 1]
