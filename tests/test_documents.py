"""The examples of the documents, each run through the real thing, and whether they are complete."""

import datetime as dt
import re
from pathlib import Path

import pytest

from flowalert.delivery.age import say_age
from flowalert.delivery.mark import mark_alert, mark_direction
from flowalert.delivery.rendering import Occurrence, Voice, render, word
from flowalert.engine.engine import Engine
from flowalert.engine.transition import Hold, Kind, Severity
from flowalert.engine.trial import run_trial
from flowalert.language.checker import FIELDS
from flowalert.language.condition import read_condition
from flowalert.language.function import FUNCTIONS
from flowalert.language.meaning import NET_WON
from flowalert.language.mistake import Mistake
from flowalert.language.template import OF_THE_SUBJECT, WORDS, read_template
from flowalert.language.tongue import Tongue
from flowalert.market.instant import clock, to_wall
from flowalert.market.investor import INVESTORS
from flowalert.market.phase import PHASES
from flowalert.market.sector import SEGMENTS, Counted
from flowalert.rules.model import RuleModel
from tests.document import Block, list_blocks, list_rows, list_words, load, load_trial, say_truths, say_values

LANGUAGE = Path(__file__).parent.parent / "docs" / "language.md"
TEXT = LANGUAGE.read_text(encoding="utf-8")


def _name(block: Block) -> str:
    return f"line-{block.line}"


@pytest.mark.parametrize("block", list_blocks(LANGUAGE, "values"), ids=_name)
def test_an_expression_has_the_values_that_the_document_says(block: Block) -> None:
    """Slot by slot, through the engine."""
    given = block.given
    (trial,) = load_trial([{"name": "market", "expect": [], **_market_of(given)}], load([_ANY]))
    if "condition" in given:
        assert say_truths(given["condition"], trial) == given["is"].split()
    else:
        assert say_values(given["expression"], trial) == given["is"].split()


_ANY = {"name": "any", "sectors": "kospi", "investors": "foreign", "when": "msval > 0"}


def _market_of(given: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key not in ("condition", "expression", "is")}


@pytest.mark.parametrize("block", list_blocks(LANGUAGE, "rule"), ids=_name)
def test_a_rule_of_the_document_does_what_is_said_of_it(block: Block) -> None:
    """It loads without a problem, and all its tests pass."""
    given = block.given
    rulebook = load(given["rules"])
    for trial in load_trial(given.get("tests", []), rulebook) if "tests" in given else ():
        verdict = run_trial(trial, rulebook, render)
        assert verdict.failures == ()


@pytest.mark.parametrize("block", list_blocks(LANGUAGE, "mistake"), ids=_name)
def test_a_mistake_of_the_document_is_refused_in_its_words(block: Block) -> None:
    """Each with what is wrong, and what to write instead."""
    for text, says in block.given.items():
        with pytest.raises(Mistake) as caught:
            read_condition(text, Counted.SHARES)
        assert str(caught.value) == says


@pytest.mark.parametrize("block", list_blocks(LANGUAGE, "text"), ids=_name)
def test_a_text_shows_what_the_document_says(block: Block) -> None:
    """Each of its texts, of the last slot's alert."""
    given = block.given
    for text, shows in given["shows"].items():
        rulebook = load([{**_ANY, "when": "msval < 1", "mode": "event", "message": text}])
        (trial,) = load_trial([{"name": "market", "expect": [], "market": given["market"]}], rulebook)
        engine = Engine(rulebook)
        made = [transition for entry in trial.entries for transition in engine.handle(entry)]
        assert render(made[-1], rulebook.rules[0])[1] == shows


@pytest.mark.parametrize("block", list_blocks(LANGUAGE, "message"), ids=_name)
def test_a_rule_without_texts_is_told_as_the_document_says(block: Block) -> None:
    """Title, body and the age of the news of the last telling, sent 0.8 s after it was published."""
    given = dict(block.given)
    market = given.pop("market")
    shown = {tongue: given.pop(tongue.value) for tongue in Tongue}
    rulebook = load([{**_ANY, **given}])
    (trial,) = load_trial([{"name": "market", "expect": [], "market": market}], rulebook)
    engine = Engine(rulebook)
    made = [transition for entry in trial.entries for transition in engine.handle(entry)]
    last = made[-1]
    for tongue, text in shown.items():
        wording = word(Occurrence(last, rulebook.rules[0]), Voice(tongue))
        news = say_age(wording, to_wall(last.at) + dt.timedelta(seconds=0.8), tongue)
        assert f"{wording.title}\n{wording.body}\n{news}" == text.rstrip()


def test_every_mark_is_in_the_table() -> None:
    """And nothing else."""
    marks = [word for row in list_rows(LANGUAGE, "mark", "says") for word in list_words(row[0])]
    shown = [mark_direction(sign) for sign in "+-"]
    shown += [mark_alert("", Kind.FIRED, severity) for severity in Severity]
    shown.append(mark_alert("", Kind.RESOLVED, Severity.INFO))
    assert [each.split()[0] for each in shown] == marks


def test_every_field_is_in_the_table() -> None:
    """And nothing else."""
    rows = list_rows(LANGUAGE, "name", "what it is", "unit")
    assert {word for row in rows for word in list_words(row[0])} == set(FIELDS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_section_and_an_example(function: str) -> None:
    """An example that is run, that is."""
    headings = [line for line in TEXT.splitlines() if line.startswith("### ")]
    assert any(function in re.findall(r"\w+", each) for each in headings)
    kind = "text" if FUNCTIONS[function].in_texts_alone else "values"
    assert any(f"{function}(" in each.text for each in list_blocks(LANGUAGE, kind))


def test_every_key_of_a_rule_is_in_the_table() -> None:
    """And nothing else."""
    rows = list_rows(LANGUAGE, "key", "what it says", "left out")
    fields = RuleModel.model_fields.items()
    keys = {field.alias or name for name, field in fields} | {"params"}
    assert {word for row in rows for word in list_words(row[0])} == keys


def test_every_key_of_a_rule_is_in_an_example() -> None:
    """One that is loaded and, where it does something by itself, tried."""
    shown = {key for block in list_blocks(LANGUAGE, "rule") for rule in block.given["rules"] for key in rule}
    fields = RuleModel.model_fields.items()
    assert {field.alias or name for name, field in fields} | {"params"} == shown


def test_every_word_and_format_of_the_texts_is_in_the_tables() -> None:
    """And nothing else; no format is one that the checker refuses."""
    words = {word for row in list_rows(LANGUAGE, "word", "is") for word in list_words(row[0])}
    assert words == {*WORDS, *OF_THE_SUBJECT}
    formats = {word for row in list_rows(LANGUAGE, "format", "shows") for word in list_words(row[0])}
    with pytest.raises(Mistake) as caught:
        read_template("{{ msval | colour }}", Counted.SHARES, NET_WON)
    assert set(caught.value.instead.removeprefix("formats are ").split()) == formats


def test_every_name_is_in_the_tables() -> None:
    """Each investor and each segment, with all of its names, and each phase of a day with its hours."""
    for row, investor in zip(list_rows(LANGUAGE, "investor", "code", "names"), INVESTORS, strict=True):
        assert row[:2] == [investor.korean, investor.code]
        assert list_words(row[2]) == [investor.slug, *investor.also]
    for cells, sector in zip(list_rows(LANGUAGE, "segment", "code", "names", "counts"), SEGMENTS, strict=True):
        assert cells[:2] == [sector.korean, sector.code]
        assert list_words(cells[2]) == [sector.slug, *sector.also]
        assert cells[3] == sector.counted.value
    for phase in PHASES:
        begins, ends = (clock(each).removesuffix(":00") for each in (phase.begins, phase.ends))
        assert f"`{phase.slug}` {begins}–{ends}" in TEXT
    for hold in Hold:
        assert f"hold: {hold.value}" in TEXT


@pytest.mark.parametrize(
    "literal", [word for row in list_rows(LANGUAGE, "written", "means") for word in list_words(row[0])]
)
def test_every_literal_is_one(literal: str) -> None:
    """As a number to compare with, a window, or a time of day."""
    counted = Counted.CONTRACTS if literal in ("40계약", "40contracts") else Counted.SHARES
    texts = (f"{name} > {literal}" for name in ("msval", "msvol", "time", "msval / msvalue"))
    assert any(_is_condition(text, counted) for text in (*texts, f"avg(msval, {literal}) > 0"))


def _is_condition(text: str, counted: Counted) -> bool:
    try:
        read_condition(text, counted)
    except Mistake:
        return False
    return True


@pytest.mark.parametrize(("condition", "mode"), list_rows(LANGUAGE, "condition", "mode"))
def test_a_condition_has_the_mode_that_the_document_says(condition: str, mode: str) -> None:
    """Of each row of the table."""
    (text,) = list_words(condition)
    assert read_condition(text, Counted.SHARES).mode.value == mode


@pytest.mark.parametrize(
    ("condition", "keys", "scope"), list_rows(LANGUAGE, "in the condition", "the rule gives", "one alert for each")
)
def test_a_condition_opens_what_the_document_says(condition: str, keys: str, scope: str) -> None:
    """Of each row of the table: the keys that a rule needs, and what an alert is about."""
    (text,) = list_words(condition)
    read = read_condition(f"{text} > 0", Counted.SHARES)
    opened = {"sectors": read.opens_sector, "investors": read.opens_investor}
    assert list_words(keys) == [key for key, is_open in opened.items() if is_open]
    assert [key.removesuffix("s") in scope for key in opened] == list(opened.values())


@pytest.mark.parametrize("row", list_rows(LANGUAGE, "`a`", "`b`", "`a and b`", "`a or b`", "`not a`"))
def test_the_table_of_truths_is_the_engines(row: list[str]) -> None:
    """Each row, with figures that make `a` and `b` so."""
    a, b, *answers = row
    figures = {"yes": "1", "no": "-1", "?": "?"}
    market = {"foreign msval": figures[a], "foreign msvol": figures[b]}
    (trial,) = load_trial([{"name": "market", "expect": [], "market": market}], load([_ANY]))
    conditions = ("msval > 0 and msvol > 0", "msval > 0 or msvol > 0", "not msval > 0")
    assert [say_truths(each, trial) for each in conditions] == [[answer] for answer in answers]
