"""What a person reads: titles and bodies of notices."""

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from flowalert.delivery.rendering import render
from flowalert.engine.transition import Kind, Reason, Scope, Severity, Transition
from flowalert.language.tongue import Tongue
from flowalert.market.instant import midnight
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook

AT = midnight(dt.date(2026, 11, 23)) + 10 * 3600 + 10 * 60 + 30

FIRING = Transition(
    id="a-1-firing",
    alert="a",
    rule="sell",
    scope=Scope(Venue.KRX, "001", "0017"),
    kind=Kind.FIRING,
    reason=Reason.CONDITION,
    severity=Severity.WARNING,
    n=1,
    at=AT,
    opened_at=AT,
    value=-1234,
    peak=-1234,
    values={"delta(msval, 5m)": -1234, "msvol": None},
)
RESOLVED = replace(
    FIRING,
    id="a-2-resolved",
    kind=Kind.RESOLVED,
    n=2,
    at=AT + 150,
    value=-10,
    peak=-32_000,
    values={"delta(msval, 5m)": -10},
)


def rulebook(**keys: Any) -> Rulebook:
    keys = {"when": "delta(msval, 5m) <= -300억", **keys}
    more = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    rule = "  - name: sell\n    sectors: [kospi]\n    investors: [foreign]\n"
    loaded = load_rules([("rules.yaml", f"rules:\n{rule}{more}")])
    assert not loaded.problems
    return loaded.rulebook


def told(transition: Transition, tongue: Tongue = Tongue.KOREAN, **keys: Any) -> tuple[str, str]:
    return render(transition, rulebook(**keys).by_name["sell"], tongue)


def test_without_texts_of_its_own() -> None:
    """The severity and the rule; then who, what and how much, and the condition."""
    assert told(FIRING) == (
        "⚠ [주의] sell",
        "코스피 외국인 순매수 5분 변화 🔵 -1,234억\ndelta(msval, 5m) <= -300억",
    )
    assert told(FIRING, summary="외국인 매도", severity="warning")[0] == "⚠ [주의] 외국인 매도"


def test_without_texts_of_its_own_in_english() -> None:
    """The same, with the English of the amount beside what people of the market write."""
    title, body = told(FIRING, Tongue.ENGLISH)
    assert title == "⚠ [warning] sell"
    assert body.splitlines() == [
        "KOSPI foreigners: 5-minute change of net buying 🔵 -1,234억 (-123.4bn won)",
        "delta(msval, 5m) <= -300억",
    ]
    title, body = told(RESOLVED, Tongue.ENGLISH)
    assert title == "✅ Resolved: [warning] sell"
    assert body.splitlines() == [
        "KOSPI foreigners: 5-minute change of net buying 🔵 -10억 (-1bn won)",
        "after 2 minutes 30 seconds · peak -3.2조 (-3.2tn won)",
    ]


def test_a_resolve_says_how_it_stands_how_long_and_how_far() -> None:
    """The present value, the duration and the peak, as people write them."""
    assert told(RESOLVED) == (
        "✅ 해제: [주의] sell",
        "코스피 외국인 순매수 5분 변화 🔵 -10억\n2분 30초 동안 · 최대 -3.2조",
    )


def test_texts_of_ones_own() -> None:
    """Each word and format; what is unknown reads as a dash, and the message goes out."""
    title = '"{{ sector }} {{ investor }} {{ severity }} {{ state }}"'
    message = '"{{ at }} {{ delta(msval, 5m) | won }} {{ msvol | shares }} {{ peak }} {{ held_back }}"'
    assert told(FIRING, title=title, message=message) == ("코스피 외국인 주의 발생", "10:10:30 -1,234억 – -1,234억 0")
    assert told(RESOLVED, title=title)[0] == "코스피 외국인 주의 해제"


def test_the_words_that_a_text_quotes_are_of_the_channels_language() -> None:
    """The text itself, its amounts and its times stay as they are."""
    title = '"{{ sector }} {{ investor }} {{ venue }} {{ severity }} {{ state }} 매도"'
    message = '"{{ at }} {{ delta(msval, 5m) }} {{ duration }} 동안 {{ if(msvol > 0, duration, 90s) }}"'
    known = replace(RESOLVED, values={**RESOLVED.values, "msvol": 1})
    korean, english = (told(known, tongue, title=title, message=message) for tongue in Tongue)
    assert korean[0] == "코스피 외국인 한국거래소 주의 해제 매도"
    assert english[0] == "KOSPI foreigners Korea Exchange warning resolved 매도"
    assert korean[1].splitlines()[0] == "10:13:00 -10억 2분 30초 동안 2분 30초"
    assert english[1].splitlines()[0] == "10:13:00 -10억 2 minutes 30 seconds 동안 2 minutes 30 seconds"


def test_a_text_written_for_the_firing_is_made_a_resolves_own() -> None:
    """Otherwise nobody could tell the two apart."""
    title, body = told(RESOLVED, title='"{{ sector }} 매도"', message='"{{ delta(msval, 5m) | won }}"')
    assert title == "해제: 코스피 매도"
    assert body == "-10억\n10:13:00 해제 · 2분 30초 동안 · 최대 -3.2조"
    title, body = told(RESOLVED, Tongue.ENGLISH, title='"{{ sector }} 매도"', message='"{{ delta(msval, 5m) | won }}"')
    assert title == "Resolved: KOSPI 매도"
    assert body == "-10억\nresolved 10:13:00 · after 2 minutes 30 seconds · peak -3.2조 (-3.2tn won)"


@pytest.mark.parametrize(
    ("change", "korean", "english"),
    [
        ({"held_back": 3}, "그 사이 알리지 않은 것 3번", "held back in between: 3"),
        (
            {"reason": Reason.COOLDOWN_OVER},
            "알림을 쉬는 동안 시작되어 아직 이어지고 있습니다",
            "began during the cooldown, and is still going on",
        ),
        ({"opened_at": AT - 120}, "10:08:30부터 2분 동안", "for 2 minutes, since 10:08:30"),
        ({"reason": Reason.RULE_NEW}, "규칙이 바뀌어 지금 알립니다", "told now because the rule was changed"),
    ],
)
def test_what_else_there_is_to_say(change: dict[str, Any], korean: str, english: str) -> None:
    """A line for each thing that a reader would otherwise wonder about."""
    transition = replace(FIRING, **change)
    assert korean in told(transition)[1].splitlines()
    assert english in told(transition, Tongue.ENGLISH)[1].splitlines()


def test_the_sessions_end_is_named() -> None:
    """A resolve for that reason says so."""
    lines = told(replace(RESOLVED, reason=Reason.SESSION_CLOSED))[1].splitlines()
    assert lines[1].endswith("장이 끝나 해제되었습니다")


@pytest.mark.parametrize(
    ("when", "value", "shown"),
    [
        ("abs(delta(msval)) >= 300억", 310, "순매수 변화 🔴 +310억"),
        ("abs(delta(msval)) >= 300억", -310, "순매수 변화 🔵 -310억"),
        ("msvalue >= 300억", 310, "매수 대금 310억"),
        ("zscore(msval, 5m) > 2", 2.5, "순매수 5분 z점수 🔴 +2.5"),
        ("msvol > 300", 0, "순매수량 0주"),
        ("msvol > 300", None, "순매수량 –"),
    ],
)
def test_a_figure_with_a_sign_has_its_mark(when: str, value: float | None, shown: str) -> None:
    """What cannot be below zero, is zero or is not known has none."""
    line = told(replace(FIRING, value=value), when=when)[1].splitlines()[0]
    assert line == f"코스피 외국인 {shown}"
