"""One rule, made many times from a table of parameters."""

import time

import pytest
from hypothesis import given, strategies as st

from flowalert.rules.problem import Level
from tests.rules.file import FILE, load, problems

TAIL = "    sectors: $sector\n    investors: foreign\n    when: msval <= $amount\n"


def file(params: str, name: str = "sell-$sector$amount", tail: str = TAIL) -> str:
    return f"rules:\n  - name: {name}\n    params: {params}\n{tail}"


FORMS = {
    "tables": "[{sector: kospi, amount: -300억}, {sector: kosdaq, amount: -100억}]",
    "rows": "{columns: [sector, amount], rows: [[kospi, -300억], [kosdaq, -100억]]}",
    "tables over lines": "\n      - sector: kospi\n        amount: -300억\n      - {amount: -100억, sector: kosdaq}",
}


@pytest.mark.parametrize("params", FORMS.values(), ids=FORMS)
def test_a_row_makes_a_rule(params: str) -> None:
    """Each with its values in name, sectors and condition, in the order of the rows."""
    loaded = load(file(params))
    assert loaded.problems == ()
    assert [(each.name, each.sectors, each.condition.text) for each in loaded.rulebook.rules] == [
        ("sell-kospi-300억", ("001",), "msval <= -300억"),
        ("sell-kosdaq-100억", ("301",), "msval <= -100억"),
    ]


def test_lists_make_a_rule_of_every_combination() -> None:
    """The last list goes fastest; a single text is a list of one."""
    loaded = load(file("{sector: [kospi, kosdaq], amount: [-3억, -5억], x: 1}", "s-$sector$amount$x"))
    assert loaded.problems == ()
    assert [each.name for each in loaded.rulebook.rules] == [
        "s-kospi-3억1", "s-kospi-5억1", "s-kosdaq-3억1", "s-kosdaq-5억1",
    ]  # fmt: skip


def test_every_text_of_a_rule_can_have_parameters() -> None:
    """In lists and tables too; what is read by its meaning is read after they are put in."""
    tail = (
        "    summary: ${sector}에서 $$5\n    sectors: [$sector, etf]\n    investors: $who\n    when: msval > 3\n"
        "    for: $for\n    severity: $severity\n    enabled: $on\n    labels: {desk: $who-desk}\n"
        "    message: '$sector에서 {{ msval | won }} $5 $'\n    active: {hours: $hours}\n"
        "    levels: {critical: $more}\n"
    )
    row = "{sector: kospi, who: 개인, for: 2m, severity: info, on: true, hours: 09:00-10:00, more: msval > 9}"
    loaded = load(file(f"[{row}]", "a-$sector", tail))
    assert loaded.problems == ()
    (rule,) = loaded.rulebook.rules
    assert (rule.summary, rule.sectors, rule.investors) == ("kospi에서 $5", ("001", "560"), ("0008",))
    assert (rule.for_seconds, rule.severity.name, rule.labels) == (120, "INFO", (("desk", "개인-desk"),))
    assert rule.message is not None
    assert rule.message.text == "kospi에서 {{ msval | won }} $5 $"
    assert rule.active is not None
    assert rule.active.hours == ((32_400, 36_000),)
    assert rule.levels[0].clause.text == "msval > 9"


def test_a_column_can_have_a_korean_name() -> None:
    """It ends where the longest such name does, for particles are glued to it."""
    loaded = load(
        file("[{업종: kospi, 업종명: 코스피}]", "a", "    sectors: $업종\n    investors: all\n    when: msval > 1\n"
             "    summary: $업종명에서 ${업종}\n")
    )  # fmt: skip
    assert loaded.problems == ()
    assert loaded.rulebook.rules[0].summary == "코스피에서 kospi"


def test_defaults_can_have_parameters() -> None:
    """A rule with params fills in what it has from the file's defaults, too."""
    text = "defaults: {message: 'in $sector', investors: all}\n" + file("[{sector: kospi, amount: -1억}]")
    (rule,) = load(text.replace("    investors: foreign\n", "")).rulebook.rules
    assert rule.message is not None
    assert rule.message.text == "in kospi"


def test_a_rule_knows_the_line_of_its_row() -> None:
    """That is where it was defined."""
    rows = "\n      - {sector: kospi, amount: -1억}\n      - {sector: kosdaq, amount: -1억}"
    assert [each.where for each in load(file(rows)).rulebook.rules] == [f"{FILE}:4", f"{FILE}:5"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("3", "3:13: these params make no rule; write rows like {sector: kospi, amount: -300억}, or columns:"),
        ("", "3:12: these params make no rule"),
        ("[]", "3:13: these params make no rule"),
        ("{}", "3:13: these params make no rule"),
        ("[3]", "3:14: a row is keys and values; write {sector: kospi, amount: -300억}"),
        ("[{sector: kospi, amount: 1}, {sector: etf}]", "3:42: row 2 has no 'amount'; add amount:, as the first row"),
        (
            "[{sector: kospi, amount: 1}, {sector: etf, amonut: 2, amount: 3}]",
            "3:56: row 2 has 'amonut', which the first row lacks; did you mean amount?",
        ),
        (
            "[{sector: kospi, amount: 1}, {sector: etf, x: 2, amount: 3}]",
            "3:56: row 2 has 'x', which the first row lacks; take it out, or add it to every row",
        ),
        ("[{sector: kospi, amount: [1]}]", "3:38: a list stands here; write one text"),
        ("[{sector: kospi, amount: }]", "3:38: nothing stands here; write a value, or '' for an empty one"),
        ("[{}, {}]", "3:14: a row is keys and values; write {sector: kospi, amount: -300억}"),
        ("{columns: [], rows: [[]]}", "3:13: columns and rows belong together"),
        ("{columns: [sector]}", "3:13: columns and rows belong together; write columns: [a, b] and rows: [[1, 2]]"),
        ("{columns: [sector], rows: []}", "3:13: columns and rows belong together"),
        ("{columns: [sector, amount], rows: [[kospi]]}", "3:48: row 1 has 1 values for 2 columns; write one for each"),
        ("{columns: [sector, amount], rows: [x]}", "3:48: a row is a list of values; write [sector, amount] with"),
        ("{columns: [sector, sector], rows: [[a, b]]}", "3:32: the column 'sector' stands here twice"),
        ("{columns: [sector, a-b], rows: [[a, b]]}", "3:32: 'a-b' is no name for a column; write a word, like sector"),
        ("{sector: [], amount: [1]}", "3:22: the list is empty, so no rule is made; write its values, or take it out"),
        ("{sector: {a: b}, amount: 1}", "3:22: a table stands here; write one text"),
    ],
)
def test_params_of_another_shape_are_refused(params: str, expected: str) -> None:
    """At the row, the cell or the column, and no rule is made."""
    found = problems(file(params))
    assert found[0].startswith(expected)
    assert load(file(params)).rulebook.rules == ()


def test_lists_that_explode_are_refused() -> None:
    """Before they are combined."""
    lists = ", ".join(f"{name}: [{', '.join(map(str, range(100)))}]" for name in ("sector", "amount", "x", "y"))
    assert problems(file(f"{{{lists}}}")) == ["3:13: these lists make 100,000,000 rules; make at most 1,000,000"]


def test_an_unknown_parameter_is_placed_in_the_rule() -> None:
    """Once, however many rows there are."""
    assert problems(file(FORMS["tables"], tail=TAIL.replace("$amount", "$amont"))) == [
        "6:20: unknown parameter $amont; did you mean $amount?"
    ]
    assert problems(file(FORMS["tables"], tail=TAIL.replace("$amount", "${x}"))) == [
        "6:20: unknown parameter ${x}; known are $sector $amount; $$ is a literal $"
    ]


def test_a_column_that_is_used_nowhere_is_suspect() -> None:
    """The rules are made all the same."""
    loaded = load(file("[{sector: kospi, amount: 1, x: 2}]"))
    assert [str(each) for each in loaded.problems] == [
        f"{FILE}:3:41: warning: the column 'x' is used nowhere; write $x where it belongs, or take it out"
    ]
    assert len(loaded.rulebook.rules) == 1


def test_names_must_differ() -> None:
    """By a parameter in the name, and by one that differs."""
    assert problems(file(FORMS["tables"], "sell")) == [
        "2:11: every row makes a rule of the name 'sell'; put a parameter into it, like sell-$sector"
    ]
    text = file("[{sector: kospi, amount: -300억}, {sector: kospi, amount: -3억}]", "sell-$sector")
    assert problems(text) == [
        "2:11: another rule has the name 'sell-kospi' (row 2 of the params); it is in rules/a.yaml:3"
    ]
    assert problems(file("[{sector: kospi, amount: -300억}]", "sell")) == []


def test_a_mistake_in_a_value_is_placed_at_the_value() -> None:
    """And says of which row it is."""
    params = "\n      - {sector: kospi, amount: -300억}\n      - {sector: kospy, amount: '-100역'}"
    assert problems(file(params)) == [
        "5:18: unknown sector 'kospy' (row 2 of the params); did you mean kospi?",
        "5:34: unknown unit '역' (row 2 of the params); did you mean -100억?",
    ]


def test_a_mistake_in_a_value_of_lists_says_the_values() -> None:
    """A combination has no row of its own."""
    assert problems(file("{sector: [kospi, kospy], amount: [1, 2]}")) == [
        "3:30: unknown sector 'kospy' (sector=kospy amount=1 and 1 more of the params); did you mean kospi?"
    ]


def test_a_mistake_of_every_row_is_said_once() -> None:
    """At its place in the rule, without naming a row."""
    assert problems(file(FORMS["rows"], tail=TAIL + "    severity: fatal\n")) == [
        "7:15: unknown severity 'fatal'; write one of info warning critical"
    ]


def test_a_bad_row_hides_no_other() -> None:
    """The rules of the others are there."""
    loaded = load(file("[{sector: kospy, amount: 1}, {sector: kospi, amount: 1}]"))
    assert [each.level for each in loaded.problems] == [Level.ERROR]
    assert [each.name for each in loaded.rulebook.rules] == ["sell-kospi1"]


def test_without_params_a_dollar_is_a_dollar() -> None:
    """A price in a message stays; what looks like the environment's is an error that says so."""
    plain = "rules:\n  - name: a\n    sectors: kospi\n    investors: all\n    when: msval > 1\n    message: "
    for written, shown in [
        ("$5 or $amount or $$", "$5 or $amount or $$"),
        ("a $${sector}", "a ${sector}"),
        ("'${{ msval }}'", "${{ msval }}"),
    ]:
        loaded = load(plain + written + "\n")
        assert loaded.problems == ()
        message = loaded.rulebook.rules[0].message
        assert message is not None
        assert message.text == shown
    assert problems(plain + "for ${HOME}\n") == [
        (
            "6:18: ${HOME} stands for nothing: the rule has no params; the environment is for the settings file; add"
            " params:, or write $${ for a literal ${"
        )
    ]


words = st.text("ab가$ {}", max_size=6)


@given(before=words.filter(lambda text: "$" not in text), value=words, after=words.filter(lambda text: "$" not in text))
def test_what_is_put_in_is_not_looked_at_again(before: str, value: str, after: str) -> None:
    """A value with `$` in it is a text like any other, and stands exactly where its parameter did."""
    import json  # noqa: PLC0415 - JSON is YAML, and of use here alone

    given = {
        "name": "a", "sectors": ["kospi"], "investors": "all", "when": "msval > 1",
        "summary": f"{before}${{x}}{after}", "params": [{"x": value}],
    }  # fmt: skip
    loaded = load(json.dumps({"rules": [given]}, ensure_ascii=False))
    assert loaded.problems == ()
    assert loaded.rulebook.rules[0].summary == before + value + after


def test_many_rows_load_in_time() -> None:
    """A fifth of a thousandth of a second a row is usual; this allows five times that."""
    rows = ", ".join(f"[{'kospi' if number % 2 else 'kosdaq'}, -{number + 1}억]" for number in range(5_000))
    begun = time.process_time()
    loaded = load(file(f"{{columns: [sector, amount], rows: [{rows}]}}", "s-$sector$amount"))
    assert loaded.problems == ()
    assert len(loaded.rulebook.rules) == 5_000
    assert time.process_time() - begun < 5
