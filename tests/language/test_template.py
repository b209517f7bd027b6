"""Texts with expressions in them."""

import pytest

from flowalert.language.meaning import NET_QUANTITY, NET_WON, QUANTITY, RATIO, Meaning
from flowalert.language.mistake import Mistake
from flowalert.language.template import Word, read_template
from flowalert.language.tree import spell
from flowalert.market.sector import Counted

NINE = 9 * 3600
WORDS: dict[str, Word] = {
    "rule": "foreigners-sell", "summary": "외국인 매도", "sector": "코스피", "investor": "외국인",
    "venue": "한국거래소", "severity": "critical", "state": "firing", "at": NINE + 60, "opened_at": NINE,
    "duration": 60, "held_back": 2, "value": -1234, "peak": -32_000,
}  # fmt: skip
VALUES = {
    "msval": -1234, "msvol": 123, "mdvalue": 5000, "msvalue": 3766, "p_msval": 0, "delta(msval)": -300,
    "delta(msval, 5m)": 500, "msval / mdvalue": -0.2468, "abs(msval)": 1234, "time": NINE + 90, "msvol * 2": 246,
}  # fmt: skip


def render(
    text: str,
    counted: Counted | None = Counted.SHARES,
    subject: Meaning = NET_WON,
    values: dict[str, float | int | None] | None = None,
    words: dict[str, Word] | None = None,
) -> str:
    template = read_template(text, counted, subject)
    return template.render(VALUES if values is None else values, WORDS if words is None else words, counted)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("", ""),
        ("plain { text } 100%", "plain { text } 100%"),
        ("{{ rule }}", "foreigners-sell"),
        ("{{ summary }}", "외국인 매도"),
        ("{{ sector }} {{ investor }} {{ venue }}", "코스피 외국인 한국거래소"),
        ("{{ severity }}/{{ state }}", "critical/firing"),
        ("{{ at }} {{ opened_at }}", "09:01:00 09:00:00"),
        ("{{ duration }}", "1분"),
        ("{{ held_back }}", "2"),
        ("{{ value }} {{ peak }}", "-1,234억 -3.2조"),
        ("{{ value | won }}", "-1,234억"),
        ("{{ msval }}", "-1,234억"),
        ("{{ msvol }}", "+12.3만주"),
        ("{{ msvol | shares }}", "+12.3만주"),
        ("{{ mdvalue }}", "5,000억"),
        ("{{ mdvalue | signed }}", "+5,000억"),
        ("{{ held_back | signed }}", "+2"),
        ("{{ held_back | won }}", "2억"),
        ("{{ delta(msval, 5m) | won }}", "+500억"),
        ("{{ msval / mdvalue | percent }}", "-24.68%"),
        ("{{ msval / mdvalue }}", "-0.25"),
        ("{{ time }} {{ time | clock }} {{ at | clock }}", "09:01:30 09:01:30 09:01:00"),
        ("{{ 14:50 }}", "14:50:00"),
        ("{{ 300억 }} {{ 30% | percent }} {{ 90s }}", "300억 30% 1분 30초"),
        ("{{ p_msval }}", "0억"),
        ("{{ abs(value) }} {{ abs(msval) }}", "1,234억 1,234억"),
        ("{{ value - peak }} {{ value * 2 }}", "+3.1조 -2,468억"),
        ("{{ value / 0.5 }}", "-2,468억"),
        ("{{msval}}", "-1,234억"),
        ("{{\n msval \n}}", "-1,234억"),
        ("a{{ msval }}b{{ msvol }}c", "a-1,234억b+12.3만주c"),
        ("}} {{ msval }} }}", "}} -1,234억 }}"),
        ("{{ '}}' }}{{ \"{{ | ' \" }}", "}}{{ | ' "),
        ("{{ if(msval > 0, '매수', '매도') }}", "매도"),
        ("{{ if(msval > 0 or msvol > 0, '매수', '매도') }}", "매수"),
        ("{{ if(not msval > 0 and value < 0, '매도', '매수') }}", "매도"),
        ("{{ if(msval < 0, value, peak) | won }}", "-1,234억"),
        ("{{ if(at >= 9:01, '장중', '개장') }}", "장중"),
        ("{{ if(held_back > 0, '여러 번', '') }}", "여러 번"),
        ("{{ if(held_back == 0, 'a', if(msvol != 123, 'b', 'c')) }}", "c"),
        ("{{ if(msval < 0, rule, 'b') }}", "foreigners-sell"),
    ],
)
def test_a_text_is_filled_in(text: str, rendered: str) -> None:
    """Every word and format, each number as its meaning wants it; braces alone and in quotes are text."""
    assert render(text) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "{{ msval }}", "{{ msval | won }}", "{{ delta(msval, 5m) }}", "{{ value }}", "{{ value + 1 }}",
        "{{ msval / msvol }}", "{{ if(msval > 0, 'a', 'b') }}", "{{ if(value > 0, 'a', 'b') }}", "{{ abs(peak) }}",
        "{{ rule }}", "{{ at }}", "{{ duration }}", "{{ value / 0 }}",
    ],
)  # fmt: skip
def test_what_is_not_known_reads_as_a_dash(text: str) -> None:
    """A missing figure, a missing word and a sum without an answer leave a dash, and the rest of the text."""
    if text == "{{ value / 0 }}":
        assert render("a {{ value / held_back }} b", words={**WORDS, "held_back": 0}) == "a – b"
        return
    assert render(f"a {text} b", values={}, words={}) == "a – b"
    nothing: dict[str, float | int | None] = dict.fromkeys(VALUES)
    assert render(f"a {text} b", values=nothing, words=dict.fromkeys(WORDS)) == "a – b"


def test_what_decides_may_be_known_in_part() -> None:
    """A condition of a text is Kleene's too: one known side can be enough."""
    assert render("{{ if(msval > 0 or msvol > 0, 'a', 'b') }}", values={"msval": None, "msvol": 1}) == "a"
    assert render("{{ if(msval > 0 and msvol > 0, 'a', 'b') }}", values={"msval": None, "msvol": -1}) == "b"
    assert render("{{ if(msval > 0 and msvol > 0, 'a', 'b') }}", values={"msval": None, "msvol": 1}) == "–"


@pytest.mark.parametrize(
    ("counted", "rendered"), [(Counted.SHARES, "+12.3만주"), (Counted.CONTRACTS, "+123계약"), (None, "+123")]
)
def test_a_quantity_is_written_as_the_sector_counts_it(counted: Counted | None, rendered: str) -> None:
    """Shares, contracts, or where nobody knows a bare number."""
    assert render("{{ msvol }}", counted) == rendered
    assert render("{{ msvol | shares }}", counted) == rendered


@pytest.mark.parametrize(
    ("subject", "rendered"),
    [(NET_WON, "-1,234억"), (NET_QUANTITY, "-123.4만주"), (QUANTITY, "-123.4만주"), (RATIO, "-1,234")],
)
def test_value_and_peak_mean_what_the_condition_is_about(subject: Meaning, rendered: str) -> None:
    """The alert's own figures take the dimension of the subject."""
    rendered = {"-123.4만주": "-123만주"}.get(rendered, rendered)
    assert render("{{ value }}", subject=subject) == rendered


@pytest.mark.parametrize(
    ("seconds", "rendered"),
    [(0, "0초"), (59, "59초"), (60, "1분"), (90, "1분 30초"), (3600, "1시간"), (3661, "1시간 1분 1초")],
)
def test_a_duration_is_written_in_korean(seconds: int, rendered: str) -> None:
    """Hours, minutes and seconds, without those that are none."""
    assert render("{{ duration }}", words={"duration": seconds}) == rendered


def test_a_template_says_what_it_needs() -> None:
    """The largest parts made of the feed's fields are the engine's to compute; words are the alert's."""
    template = read_template(
        "{{ sector }} {{ if(msval / mdvalue > 30%, delta(msval, 5m) + 3, value - abs(msval)) }} {{ msval }}{{ msval }}",
        Counted.SHARES,
        NET_WON,
    )
    assert [spell(each) for each in template.expressions] == [
        "msval / mdvalue", "delta(msval, 5m) + 3", "abs(msval)", "msval",
    ]  # fmt: skip
    assert template.words == {"sector", "value"}
    assert read_template("no placeholder", Counted.SHARES, NET_WON).expressions == ()


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        ("매도 {{ msvall }}", "msvall", "unknown name 'msvall'", "did you mean msval?"),
        ("매도 {{ ruel }}", "ruel", "unknown name 'ruel'", "did you mean rule?"),
        ("매도 {{ msval | wun }}", "wun", "unknown format 'wun'", "did you mean won?"),
        ("매도 {{ msval | html }}", "html", "unknown format 'html'", "formats are won shares signed percent clock"),
        ("{{ msvol | won }}", "won", "won shows an amount of won, and this is a quantity", "write shares or signed"),
        ("{{ msval | shares }}", "shares", "shares shows a quantity", "write won or signed"),
        ("{{ msval | percent }}", "percent", "percent shows a ratio", "write won or signed"),
        ("{{ msval | clock }}", "clock", "clock shows a time of day", "write won or signed"),
        ("{{ at | won }}", "won", "won shows an amount of won, and this is a time of day", "write clock"),
        ("{{ rule | won }}", "won", "and this is a text", "leave the format out"),
        ("{{ duration | signed }}", "signed", "and this is a duration", "leave the format out"),
        ("{{ msval > 3 }}", "msval > 3", "a condition is nothing to show", "if(msval > 0, '매수', '매도')"),
        ("{{ 3 updates }}", "3 updates", "a count of updates is nothing to show", "if("),
        ("{{ crosses(msval, 0) }}", "crosses(msval, 0", "crosses is for conditions", "what is"),
        ("{{ if(crosses(msval, 0), 1, 2) }}", "crosses(msval, 0", "crosses is for conditions", "what is"),
        ("{{ if(msval, 1, 2) }}", "msval", "if asks an amount of won", "begin with a condition"),
        ("{{ if(msval > 0, 1, 'a') }}", "'a'", "if gives a bare number or a text", "one sort"),
        ("{{ if(msval > 0, msval, msvol) }}", "msvol", "if gives an amount of won or a quantity", "one sort"),
        ("{{ if(msval > 0, 'a') }}", "if(msval > 0, 'a'", "if does not take 2 arguments", "if(condition, this, that)"),
        ("{{ rule + 1 }}", "rule", "'+' works on numbers, and this is a text", "msval"),
        ("{{ if(rule == 'a', 1, 2) }}", "rule", "'==' compares numbers, and this is a text", "msval"),
        ("{{ delta(value) }}", "delta(value", "the alert's value has no past", "write delta of a field"),
        (
            "{{ 1 + delta(msval + peak, 5m) }}",
            "delta(msval + peak, 5m",
            "the alert's peak has no past",
            "delta of a field",
        ),
        ("{{ msval", "{{", "'{{' is never closed", "close it with }}"),
        ("{{ msval }", "{{", "'{{' is never closed", "close it with }}"),
        ("{{ 'msval }} ", "{{", "'{{' is never closed", "close it with }}"),
        ("{{ {{ msval }} }}", "{", "'{' is not understood here", ""),
        ("{{ msval | won | signed }}", "|", "'|' is not understood here", ""),
        ("{{ rule.__class__ }}", "rule", "unknown sector or investor 'rule'", ""),
        ("{{ rule[0] }}", "[", "'[' is not understood here", ""),
        ("{% for x in y %}{{ msvall }}", "msvall", "unknown name 'msvall'", ""),
    ],
)
def test_a_text_is_checked_as_a_condition_is(text: str, place: str, what: str, instead: str) -> None:
    """Every mistake has its place in the whole text, with why and what instead."""
    with pytest.raises(Mistake) as caught:
        read_template(text, Counted.SHARES, NET_WON)
    assert text[caught.value.start : caught.value.end] == place
    assert what in caught.value.what
    assert instead in caught.value.instead


@pytest.mark.parametrize("text", ["{{}}", "{{ }}", "가 {{ msval > }} 나", "{{ (msval }}"])
def test_an_unfinished_placeholder_is_pointed_at_inside(text: str) -> None:
    """The place lies between the braces, not at the end of the text."""
    with pytest.raises(Mistake) as caught:
        read_template(text, Counted.SHARES, NET_WON)
    assert text.index("{{") + 2 <= caught.value.start <= text.index("}}")


def test_figures_beyond_all_bounds_do_not_break_a_text() -> None:
    """A sum that overflows is unknown: a text always comes out."""
    huge = 10**400
    assert render("a {{ value / 3 }} {{ value * 1.5 }}", words={"value": huge}) == "a – –"
