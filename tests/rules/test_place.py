"""The place of a mistake inside a scalar, however the scalar is written."""

import pytest
from hypothesis import given, strategies as st

from flowalert.rules.document import Document
from flowalert.rules.place import Scalar
from tests.rules.file import rule, the_problem

SPOILED = [
    "msvall > 1",
    "'msvall > 1'",
    '"msvall > 1"',
    "  'msval > 1 and msvall > 1'  # 외국인",
    "msval > 1\n      and msvall > 1",
    "'msval > 1\n\n      and msvall > 1'",
    '"msval > 1\n      and msvall > 1"',
    '"msval > 1\\n\\tand msvall > 1"',
    '"msval > 1\\\n       and msvall > 1"',
    '"msval \\u003e 1 and\\u0020\\x6dsval\\U0000003e1 or msvall > 1"',
    ">\n      msval > 1\n      and msvall > 1",
    ">-\n      msval > 1\n\n      and\n      msvall > 1\n",
    "|\n      msval > 1\n      and msvall > 1",
    "|2-  # 한글\n        msval > 1\n      and msvall > 1",
    "&anchor msvall > 1",
    "&anchor 'msvall > 1'",
    "! 'msvall > 1'",
    "&anchor |\n      msval > 1 and\n      msvall > 1",
]


@pytest.mark.parametrize("value", SPOILED)
def test_a_mistake_is_found_in_every_style(value: str) -> None:
    """Plain, quoted, folded and literal, over lines, behind escapes, anchors and Korean text."""
    text = rule(name="외국인-매도", when=value)
    problem = the_problem(text)
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("msvall > 1")
    assert problem.what == "unknown name 'msvall'"


@pytest.mark.parametrize(
    "value",
    [
        "'외국인 ''매도'' {{ msvall }}'",
        '"외국인 \\"매도\\" {{ msvall }}"',
        '"\\uC678\\t\\x41 \\\\ {{ msvall }}"',
        "|\n      외국인\n\n      매도 {{ msvall }}",
        ">\n      외국인\n      매도 {{ if(msval > 0,\n      'a', 'b') }} {{ msvall }}",
        "외국인 {{ msvall }}",
    ],
)
def test_a_mistake_in_a_message_is_found_in_every_style(value: str) -> None:
    """Quotes and escapes before it are characters of the line, and one character of the text."""
    text = rule(f"message: {value}")
    problem = the_problem(text)
    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith("msvall }}")


@pytest.mark.parametrize(
    ("value", "before"),
    [
        ("msval > 1 and", "and"),
        ("'msval > 1 and'", "and"),
        ('"msval > 1 and  "', "and"),
        ("|\n      msval > 1 and\n", "and"),
        (">\n      msval > 1\n      and\n\n", "and"),
        ("msval > 1 and  # 더", "and"),
    ],
)
def test_what_is_missing_at_the_end_is_placed_right_behind_it(value: str, before: str) -> None:
    """Not at the next word of the file, whatever stands there."""
    text = rule(when=value) + "  # the end\n"
    problem = the_problem(text)
    assert problem.what == "the text ends too soon"
    assert text.splitlines()[problem.line - 1][: problem.column - 1].endswith(before)


@pytest.mark.parametrize("value", ["''", '""', "'  '"])
def test_an_empty_condition_is_placed_inside_its_quotes(value: str) -> None:
    """There is nothing else to point at."""
    problem = the_problem(rule(when=value))
    assert (problem.line, problem.column) == (5, 12)
    assert problem.what == "the condition is empty"


@given(
    words=st.lists(st.text("가나abc'\"\\{}#:&*!|>-%@", min_size=1, max_size=5), min_size=1, max_size=6),
    blanks=st.lists(st.sampled_from([" ", "  "]), min_size=6, max_size=6),
    style=st.sampled_from("'\"|"),
)
def test_every_character_is_found_where_it_stands(words: list[str], blanks: list[str], style: str) -> None:
    """For any text in quotes or in a block, the character at each offset is the one at its place."""
    value = "".join(part for pair in zip(words, blanks, strict=False) for part in pair).strip()
    written = {
        "'": "'" + value.replace("'", "''") + "'",
        '"': '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"',
        "|": "|-\n  " + value,
    }[style]
    document = Document("f", f"키: {written}\n")
    scalar = document.find(["키"])
    assert isinstance(scalar, Scalar)
    assert scalar.text == value
    for offset, character in enumerate(value):
        if not character.isspace():
            place = document.place_inside(scalar, offset)
            found = document.text[place.index :]
            assert found.startswith("\\" + character if style == '"' and character in '"\\' else character)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("severity: fatal", "fatal"),
        ("severity: 'fatal'", "'fatal'"),
        ("venue: '외국인 장'", "'외국인 장'"),
        ("wen: 5", "wen"),
        ("when: msvall > 1", "msvall"),
        ("when: msvol > 300억", "msvol > 300억"),
        ("sectors: [kospi, kospy]", "kospy"),
    ],
)
def test_a_problem_knows_how_long_its_part_of_the_line_is(line: str, marked: str) -> None:
    """The quotes are part of a value, and a mistake in a condition is as long as what is wrong."""
    key = line.split(":", maxsplit=1)[0]
    text = rule(line) if key in ("severity", "venue", "wen") else rule(**{key: line.partition(": ")[2]})
    problem = the_problem(text)
    shown = text.splitlines()[problem.line - 1]
    assert shown[problem.column - 1 : problem.column - 1 + problem.length] == marked


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_are_counted_as_yaml_counts_them(end: str) -> None:
    """Whatever ends them, inside a value as well as between two."""
    text = f"키: |-{end}  가{end}  나 다{end}"
    document = Document("f", text)
    scalar = document.find(["키"])
    assert isinstance(scalar, Scalar)
    place = document.place_inside(scalar, (scalar.text or "").index("다"))
    assert (place.line, place.column) == (2, 4)
    assert document.source.line(2) == "  나 다"
    assert document.source.line(9) == ""
