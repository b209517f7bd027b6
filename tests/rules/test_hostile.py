"""Whatever a rule file holds, loading it gives rules and problems, and never an exception."""

import pytest
from hypothesis import given, settings, strategies as st

from flowalert.rules.loader import load_rules
from tests.rules.file import rule

GOOD = (
    "# 외국인\ndefaults: &d\n  notify: [desk]\n  cooldown: 5m\n"
    + rule(
        "summary: 외국인 코스피 대량 순매도",
        "for: 2 updates",
        "labels: {code: 0017}",
        "message: |\n      {{ sector }} 외국인\n      {{ delta(msval, 5m) | won }}",
        'title: "{{ if(msval > 0, \'매수\', \\"매도\\") }}"',
        when=">\n      msval > 300억\n      and delta(msval, 5m) > 10억",
    )
    + "  - {name: b, sectors: all, investors: all, when: 'crosses(msval, 0)'}\n"
    + "  - name: c-$a-$b\n    params: {columns: [a, b], rows: [[kospi, 1], [kosdaq, 2]]}\n    sectors: $a\n"
    + "    investors: all\n    when: msval > ${b}억\n    levels: {critical: msval > 9억}\n    active: [regular]\n"
)
pieces = st.sampled_from([
    ":", ": ", "- ", "\n", "\n  ", "\t", "[", "]", "{", "}", "&d ", "*d", "!!str ", "!x ", "|", ">", "'", '"', "\\",
    "#", "%", "---\n", "...", "?", "~", "<<: *d", "{{", "}}", "null", "\ud800", "\x00", "\ufeff", "\u2028", "\x85",
    "\r", "name:", "when: ", "rules:", "all", "9999", "msval", "300억", ",", "\U0001f4c8", "enabled: 7",
    "$", "$$", "${", "$a", "${a}", "$b", "params:", "active: ", "24:00", "levels: {critical: ",
])  # fmt: skip
anything = st.text(st.characters(exclude_categories=()), max_size=60)


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """The good file with pieces taken out, put in and exchanged."""
    text = GOOD
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(pieces | anything) + text[at + draw(st.integers(0, 12)) :]
    return text


def check(text: str, channels: list[str] | None = None) -> None:
    loaded = load_rules([("f.yaml", text)], channels)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 2
    for problem in loaded.problems:
        assert 1 <= problem.line <= lines
        assert 1 <= problem.column <= len(text) + 2
        assert problem.what
    whole = {each.name for each in loaded.rulebook.rules} | set(loaded.rulebook.disabled)
    assert whole or loaded.errors or "rules" in text


def test_the_good_file_is_good() -> None:
    """Or the fuzzing below would fuzz nothing."""
    loaded = load_rules([("f.yaml", GOOD)], ["desk"])
    assert loaded.problems == ()
    assert len(loaded.rulebook.rules) == 4


@settings(deadline=2000, max_examples=400)
@given(text=spoiled())
def test_a_spoiled_file_has_problems_and_no_exception(text: str) -> None:
    """Every problem lies inside the file and says something."""
    check(text, ["desk"])


@settings(deadline=2000, max_examples=200)
@given(text=anything | st.lists(pieces, max_size=30).map("".join))
def test_any_text_has_problems_and_no_exception(text: str) -> None:
    """The same for what was never a rule file."""
    check(text)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab {}:'~", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=2000)
@given(key=st.sampled_from(["name", "sectors", "investors", "when", "venue", "mode", "for", "cooldown", "severity",
                            "labels", "notify", "title", "message", "enabled", "summary", "x", "resolve_when", "levels",
                            "keep_firing_for", "repeat", "active", "expires", "limit", "params"]), value=trees,
       where=st.sampled_from(["rule", "defaults"]))  # fmt: skip
def test_any_value_of_any_key_has_problems_and_no_exception(key: str, value: object, where: str) -> None:
    """The shape of every value is checked before its meaning."""
    import json  # noqa: PLC0415 - JSON is YAML, and of use here alone

    good = {"name": "a", "sectors": ["kospi"], "investors": ["foreign"], "when": "msval > 1"}
    given = {"rules": [{**good, key: value}]} if where == "rule" else {"defaults": {key: value}, "rules": [good]}
    check(json.dumps(given, ensure_ascii=False), ["desk"])


@pytest.mark.parametrize(
    "text",
    [
        "rules: [" + "{}," * 3_000 + "]",
        "rules:\n" + "  - {name: a, when: x}\n" * 2_000,
        "rules: &a [" + "[" * 20 + "x" + "]" * 20 + "]\n",
        "rules:\n  - &a {name: a, when: msvall > 1, sectors: kospi, investors: all}\n" + "  - *a\n" * 3_000,
        "a: " + "x" * 1_000_000,
        "? " * 500_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_large_bad_file_is_refused_in_time(text: str) -> None:
    """Thousands of problems cost no more than as many rules."""
    check(text)
