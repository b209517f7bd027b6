"""YAML texts to trees: what plain words mean, what is refused, and where."""

import pytest

from flowalert.rules.document import DEEPEST, Document, to_plain
from flowalert.rules.place import Scalar


def plain(text: str) -> object:
    document = Document("f", text)
    assert document.problems == []
    return to_plain(document.tree)


def refusal(text: str) -> tuple[int, int, str]:
    document = Document("f", text)
    assert document.tree is None
    (problem,) = document.problems
    return problem.line, problem.column, problem.text


@pytest.mark.parametrize(
    "word",
    ["001", "0017", "010", "000660", "0008", "on", "no", "yes", "off", "y", "true", "12:30", "12:30:45", "1_000",
     "0x1f", "0o17", "1e3", "1.5", ".inf", "2026-11-23", "=", "nullx", "외국인", "-300억", "%"],
)  # fmt: skip
def test_a_plain_word_stays_what_it_looks_like(word: str) -> None:
    """No code becomes a number and no word a truth, as keys and as values."""
    if word != "%":
        assert plain(f"{word}: {word}") == {word: word}
    assert plain(f"- '{word}'\n- \"{word}\"") == [word, word]


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_null(word: str) -> None:
    """YAML 1.2's words for null, unless they stand in quotes."""
    assert plain(f"key: {word}\n") == {"key": None}
    assert plain(f"key: '{word}'\n") == {"key": word}


def test_an_empty_text_has_no_tree_and_no_problem() -> None:
    """What to say about it is for the reader of the tree."""
    assert plain("") is None
    assert plain("# a comment\n") is None


def test_aliases_repeat_what_they_stand_for() -> None:
    """Scalars, lists and tables can be written once."""
    assert plain("a: &x [1, {b: c}]\nd: *x\ne: &y text\nf: *y") == {
        "a": ["1", {"b": "c"}], "d": ["1", {"b": "c"}], "e": "text", "f": "text",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("a: 1\n---\nb: 2", 2, 1, "a second YAML document begins here; put it into a file of its own"),
        ("가: !!str 001", 1, 4, "the tag tag:yaml.org,2002:str is not understood; write the value without a tag"),
        ("a: !!python/object:os.system [x]", 1, 4, "the tag tag:yaml.org,2002:python/object:os.system is not"),
        ("a: !mine {b: c}", 1, 4, "the tag !mine is not understood"),
        ("a: *x", 1, 4, "*x stands for nothing; define it before, as &x"),
        ("a: &x [1, *x]", 1, 11, "*x stands for nothing; define it before, as &x"),
        ("a: &x 1\nb: &x [*x]", 2, 8, "*x stands for nothing; define it before, as &x"),
        ("? [a]\n: b", 1, 3, "a key must be a word; write key: value"),
        ("? {a: b}\n: c", 1, 3, "a key must be a word; write key: value"),
        ("a: &x {b: c}\nd:\n  <<: *x", 3, 3, "'<<' is not understood; write what is common under defaults:"),
        ("a: b: c", 1, 5, "this is no YAML: mapping values are not allowed in this context; put quotes around"),
        ("rules:\n\t- a", 2, 1, "this is no YAML: found character that cannot start any token; indent with blanks"),
        ("a: 'x", 1, 6, "this is no YAML: found unexpected end of stream"),
        ("a: 1\n b: 2", 2, 3, "this is no YAML: mapping values are not allowed"),
        ("%YAML 9.9\n---\na: b", 1, 1, "this is no YAML: found incompatible YAML document"),
        ("코스피: \x07", 1, 6, "the character '\\x07' is none of YAML's; take it out"),
        ("가\n나: \ud800", 2, 4, "the character '\\ud800' is none of YAML's; take it out"),
        ("a\x00b", 1, 2, "the character '\\x00' is none of YAML's; take it out"),
        ('a: "\\q"', 1, 5, "this is no YAML: found unknown escape character"),
    ],
)
def test_what_is_refused_says_where(text: str, line: int, column: int, what: str) -> None:
    """One problem with its line and column, counted in characters, and what to do."""
    found = refusal(text)
    assert found[:2] == (line, column)
    assert found[2].startswith(what)


def test_a_key_that_stands_twice_is_a_problem_at_the_second() -> None:
    """The first value is kept, so that the rest can be checked too."""
    document = Document("f", "a: 1\nb: 2\n'a': 3\n")
    assert to_plain(document.tree) == {"a": "1", "b": "2"}
    assert [str(each) for each in document.problems] == ["f:3:1: the key 'a' stands here again; the first is in line 1"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 300_000,
        "a: " + "[" * 300_000 + "]" * 300_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} {'[' * 20}*a{n - 1}{']' * 20}\n" for n in range(1, 200)),
        "a0: &a0 {x: y}\n" + "".join(f"a{n}: &a{n} {{x: *a{n - 1}}}\n" for n in range(1, 2_000)),
    ],
    ids=["open", "closed", "tables", "dashes", "one too deep", "aliases of lists", "aliases of tables"],
)
def test_absurd_nesting_is_refused(text: str) -> None:
    """However it is written, through aliases too, and before anything recurses."""
    assert f"nested deeper than {DEEPEST} levels; make it flat" in refusal(text)[2]


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    """The bound itself is good."""
    value: object = plain("[" * DEEPEST + "]" * DEEPEST)
    for _ in range(DEEPEST - 1):
        assert isinstance(value, list)
        (value,) = value
    assert value == []


def test_aliases_that_explode_are_refused() -> None:
    """Nine lines can stand for a billion nodes."""
    text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    text += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    line, _, what = refusal(text)
    assert what == "the aliases in here expand without end; write it out"
    assert line == 5


def test_a_byte_order_mark_does_not_count() -> None:
    """Editors that write one count columns without it."""
    document = Document("f", '\ufeff{가: "나"}')
    scalar = document.find(["가"])
    assert to_plain(document.tree) == {"가": "나"}
    assert isinstance(scalar, Scalar)
    assert (scalar.place.column, document.place_inside(scalar, 0).column) == (4, 5)
