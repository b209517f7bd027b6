"""Expressions and conditions as people say them."""

import pytest
from hypothesis import given, settings

from flowalert.language.checker import Checker
from flowalert.language.explanation import Item, explain_condition, sort_comparisons
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition, parse_placeholder
from flowalert.language.particle import attach
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Node
from flowalert.language.wording import Speaker, say
from flowalert.market.sector import Counted
from tests.language.sentence import conditions


def check(text: str, counted: Counted | None = Counted.SHARES) -> Node:
    return Checker(counted).check(parse_placeholder(text)[0]).node


def both(text: str, counted: Counted | None = Counted.SHARES) -> tuple[str, str]:
    node = check(text, counted)
    return Speaker(Tongue.KOREAN, counted).say(node), Speaker(Tongue.ENGLISH, counted).say(node)


@pytest.mark.parametrize(
    ("text", "korean", "english"),
    [
        ("msval", "순매수", "net buying"),
        ("foreign.msval", "외국인 순매수", "foreigners' net buying"),
        ("보험.msvolume", "보험 매수량", "insurance's quantity bought"),
        ("futures.msvol", "선물 순매수량", "net quantity bought in futures"),
        ("kospi.개인.mdvalue", "코스피 개인 매도 대금", "individuals' value sold in KOSPI"),
        ("999.7777.msval", "업종 999 투자자 7777 순매수", "investor 7777's net buying in sector 999"),
        ("delta(msval)", "순매수 변화", "the change of net buying since the update before"),
        ("p_msvol", "순매수량 변화", "the change of net quantity bought since the update before"),
        ("foreign.delta(msval, 5m)", "외국인 순매수 5분 변화", "the 5-minute change of foreigners' net buying"),
        ("delta(msval, 20 updates)", "순매수 20회 변화", "the 20-update change of net buying"),
        ("delta(msval, session)", "순매수 당일 변화", "the session change of net buying"),
        ("prev(msvalue)", "직전 매수 대금", "value bought at the update before"),
        ("abs(msval)", "순매수 크기", "the size of net buying"),
        ("sum(msval, 90s)", "순매수 1분 30초 합계", "the 90-second sum of net buying"),
        ("avg(msval, 1h)", "순매수 1시간 평균", "the 1-hour average of net buying"),
        ("stdev(msval, 90m)", "순매수 1시간 30분 표준편차", "the 90-minute standard deviation of net buying"),
        ("highest(msval, session)", "순매수 당일 최고", "the session high of net buying"),
        ("lowest(msval, 1 update)", "순매수 1회 최저", "the 1-update low of net buying"),
        ("slope(msval, 10m)", "순매수 10분 기울기(분당)", "the 10-minute slope, a minute, of net buying"),
        ("ema(msval, 10m)", "순매수 10분 지수이동평균", "the 10-minute exponential average of net buying"),
        ("zscore(msval, 1h)", "순매수 1시간 z점수", "the 1-hour z-score of net buying"),
        (
            "streak(msval > 0)",
            "‘순매수가 0 초과’ 연속 횟수",
            "the number of updates in a row with ‘net buying is above 0’",
        ),
        (
            "count(msval > 0, 10m)",
            "‘순매수가 0 초과’ 10분 횟수",
            "the 10-minute count of updates with ‘net buying is above 0’",
        ),
        ("msval * 2", "순매수 × 2", "net buying × 2"),
        ("msval - 300", "순매수 - 300억", "net buying - 30 billion won (300억)"),
        ("(msval - msvalue) / 3", "(순매수 - 매수 대금) ÷ 3", "(net buying - value bought) ÷ 3"),
        ("msval - (msvalue - mdvalue)", "순매수 - (매수 대금 - 매도 대금)", "net buying - (value bought - value sold)"),
        ("abs(msval - msvalue)", "(순매수 - 매수 대금) 크기", "the size of (net buying - value bought)"),
    ],
)
def test_each_expression_has_words_in_both_languages(text: str, korean: str, english: str) -> None:
    """Whose, what, over how long, and what of it."""
    assert both(text) == (korean, english)


@pytest.mark.parametrize(
    ("text", "korean", "english"),
    [
        ("msval < 0", "순매수가 0 미만", "net buying is below 0"),
        ("msval <= -500억", "순매수가 -500억 이하", "net buying is at or below -50 billion won (-500억)"),
        ("msval > 1.2345조", "순매수가 1조 2,345억 초과", "net buying is above 1.2345 trillion won (1조 2,345억)"),
        ("msval >= 5000만원", "순매수가 5,000만원 이상", "net buying is at or above 50 million won (5,000만원)"),
        ("msval == 3", "순매수가 정확히 3억", "net buying is exactly 300 million won (3억)"),
        ("msvol != 40", "순매수량이 4만주가 아님", "net quantity bought is not 40,000 shares (4만주)"),
        (
            "msvol > 1234천주",
            "순매수량이 123만 4,000주 초과",
            "net quantity bought is above 1,234,000 shares (123만 4,000주)",
        ),
        ("msvol > 1천주", "순매수량이 1,000주 초과", "net quantity bought is above 1,000 shares"),
        ("futures.msvol > 40", "선물 순매수량이 40계약 초과", "net quantity bought in futures is above 40 contracts"),
        ("300억 < msval", "순매수가 300억 초과", "net buying is above 30 billion won (300억)"),
        ("msval / msvalue > 30%", "순매수 ÷ 매수 대금이 30% 초과", "net buying ÷ value bought is above 30%"),
        ("msval / msvalue > 0.3", "순매수 ÷ 매수 대금이 0.3 초과", "net buying ÷ value bought is above 0.3"),
        (
            "msval / msvol > 0.5",
            "순매수 ÷ 순매수량이 주당 5만원 초과",
            "net buying ÷ net quantity bought is above 50,000 won a share",
        ),
        (
            "zscore(msval, 1h) >= 2.5",
            "순매수 1시간 z점수가 2.5 이상",
            "the 1-hour z-score of net buying is at or above 2.5",
        ),
        ("msvalue > mdvalue", "매수 대금이 매도 대금 초과", "value bought is above value sold"),
        ("time >= 14:50", "시각이 14:50부터", "the time is 14:50 or after"),
        ("time < 9:05:30", "시각이 09:05:30 전", "the time is before 09:05:30"),
        ("14:50 < time", "시각이 14:50 뒤", "the time is after 14:50"),
        ("crosses(msval, 0)", "순매수가 0 선을 넘나드는 순간", "net buying passes 0, upward or downward"),
        (
            "crosses_above(msval, 300억)",
            "순매수가 300억 위로 올라서는 순간",
            "net buying rises through 30 billion won (300억)",
        ),
        (
            "foreign.crosses_below(msval, avg(msval, 30m))",
            "외국인 순매수가 외국인 순매수 30분 평균 아래로 내려서는 순간",
            "foreigners' net buying falls through the 30-minute average of foreigners' net buying",
        ),
        ("not msval > 0", "(순매수가 0 초과)가 아님", "not (net buying is above 0)"),
        (
            "msval > 0 and (msvol > 0 or time > 9:30)",
            "순매수가 0 초과 그리고 (순매수량이 0 초과 또는 시각이 09:30 뒤)",
            "net buying is above 0 and (net quantity bought is above 0 or the time is after 09:30)",
        ),
    ],
)
def test_each_comparison_is_a_sentence(text: str, korean: str, english: str) -> None:
    """With its amount to the last digit, in the unit of what it is compared with."""
    assert both(text) == (korean, english)


def test_a_quantity_of_both_kinds_is_a_bare_number() -> None:
    """A rule over shares and contracts together knows no unit."""
    assert both("msvol > 200", None) == ("순매수량이 200 초과", "net quantity bought is above 200")
    assert both("msvol > 200", Counted.CONTRACTS)[0] == "순매수량이 200계약 초과"


def test_what_is_left_open_is_named_where_it_is_known() -> None:
    """A rule of one investor says whose; what has a prefix keeps its own."""
    speaker = Speaker(Tongue.KOREAN, Counted.SHARES, "001", "0017")
    assert speaker.say(check("msval + individual.msval > 0 and time > 9:30")) == (
        "코스피 외국인 순매수 + 코스피 개인 순매수가 0 초과 그리고 시각이 09:30 뒤"
    )


def test_the_words_of_a_message_are_the_korean_ones() -> None:
    """As short as they can be."""
    assert say(check("delta(msval, 5m)")) == "순매수 5분 변화"
    assert say(check("abs(foreign.delta(msval))")) == "외국인 순매수 변화 크기"


@pytest.mark.parametrize(
    ("word", "attached"),
    [
        ("순매수", "순매수가"),
        ("순매수량", "순매수량이"),
        ("300억", "300억이"),
        ("1조", "1조가"),
        ("3", "3이"),
        ("0", "0이"),
        ("2", "2가"),
        ("45", "45가"),
        ("9", "9가"),
        ("30%", "30%가"),
        ("ETF", "ETF가"),
        ("(합계)", "(합계)가"),
        ("기울기(분당)", "기울기(분당)이"),
    ],
)
def test_a_particle_follows_the_sound(word: str, attached: str) -> None:
    """Of a syllable, a digit or a letter; brackets are not read."""
    assert attach(word, "이", "가") == attached


def test_what_is_joined_is_a_list() -> None:
    """A line for each comparison, under one that says how they are joined."""
    node = Checker(Counted.SHARES).check_truth(parse_condition("msval > 0 and not (msvol > 0 or time > 9:30)"))
    assert explain_condition(node, Speaker(Tongue.ENGLISH)) == Item(
        "all of these",
        (
            Item("net buying is above 0"),
            Item(
                "not this",
                (Item("any of these", (Item("net quantity bought is above 0"), Item("the time is after 09:30"))),),
            ),
        ),
    )
    assert explain_condition(node, Speaker(Tongue.KOREAN)).text == "다음을 모두 만족"


def test_comparisons_are_told_apart_by_what_they_are_about() -> None:
    """One update, what lasts, and the time of day, each once."""
    node = Checker(None).check_truth(
        parse_condition("delta(msval) > 0 and msval > 0 or not (time > 9:30 and msval > 0) or crosses(msval, 0)")
    )
    sorted_ = sort_comparisons(node)
    words = Speaker(Tongue.ENGLISH)
    assert [words.say(each) for each in sorted_.momentary] == [
        "the change of net buying since the update before is above 0",
        "net buying passes 0, upward or downward",
    ]
    assert [words.say(each) for each in sorted_.lasting] == ["net buying is above 0"]
    assert [words.say(each) for each in sorted_.time] == ["the time is after 09:30"]


@settings(deadline=None, max_examples=200)
@given(text=conditions)
def test_every_condition_can_be_said(text: str) -> None:
    """In both languages, without a placeholder left and without a bracket that is never closed."""
    try:
        node = Checker(Counted.SHARES).check_truth(parse_condition(text))
    except Mistake:
        return
    for tongue in Tongue:
        said = Speaker(tongue, Counted.SHARES, None, "0017").say(node)
        assert said
        assert "{" not in said
        assert said.count("(") == said.count(")")
        assert explain_condition(node, Speaker(tongue, Counted.SHARES)).text
