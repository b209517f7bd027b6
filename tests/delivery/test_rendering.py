"""What a person reads: titles and bodies of notices."""

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from flowalert.delivery.channel import Channel
from flowalert.delivery.rendering import make_notices, render
from flowalert.engine.transition import Kind, Reason, Scope, Severity, Transition
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
    more = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    rule = "  - name: sell\n    sectors: [kospi]\n    investors: [foreign]\n    when: delta(msval, 5m) <= -300억\n"
    loaded = load_rules([("rules.yaml", f"rules:\n{rule}{more}")])
    assert not loaded.problems
    return loaded.rulebook


def told(transition: Transition, **keys: Any) -> tuple[str, str]:
    return render(transition, rulebook(**keys).by_name["sell"])


def test_without_texts_of_its_own() -> None:
    """The severity and the rule; then who, what and how much, when, and the condition."""
    assert told(FIRING) == (
        "[주의] sell",
        "코스피 외국인 순매수 5분 변화 -1,234억\n10:10:30 · delta(msval, 5m) <= -300억",
    )
    assert told(FIRING, summary="외국인 매도", severity="warning")[0] == "[주의] 외국인 매도"


def test_a_resolve_says_how_it_stands_how_long_and_how_far() -> None:
    """The present value, the duration and the peak, as people write them."""
    assert told(RESOLVED) == (
        "해제: [주의] sell",
        "코스피 외국인 순매수 5분 변화 -10억\n10:13:00 해제 · 2분 30초 동안 · 최대 -3.2조",
    )


def test_texts_of_ones_own() -> None:
    """Each word and format; what is unknown reads as a dash, and the message goes out."""
    title = '"{{ sector }} {{ investor }} {{ severity }} {{ state }}"'
    message = '"{{ at }} {{ delta(msval, 5m) | won }} {{ msvol | shares }} {{ peak }} {{ held_back }}"'
    assert told(FIRING, title=title, message=message) == ("코스피 외국인 주의 발생", "10:10:30 -1,234억 – -1,234억 0")
    assert told(RESOLVED, title=title)[0] == "코스피 외국인 주의 해제"


def test_a_text_written_for_the_firing_is_made_a_resolves_own() -> None:
    """Otherwise nobody could tell the two apart."""
    title, body = told(RESOLVED, title='"{{ sector }} 매도"', message='"{{ delta(msval, 5m) | won }}"')
    assert title == "해제: 코스피 매도"
    assert body == "-10억\n10:13:00 해제 · 2분 30초 동안 · 최대 -3.2조"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"held_back": 3}, "그 사이 알리지 않은 것 3번"),
        ({"reason": Reason.COOLDOWN_OVER}, "알림을 쉬는 동안 시작되어 아직 이어지고 있습니다"),
        ({"opened_at": AT - 120}, "10:08:30부터 2분 동안"),
        ({"reason": Reason.RULE_NEW}, "규칙이 바뀌어 지금 알립니다"),
    ],
)
def test_what_else_there_is_to_say(change: dict[str, Any], line: str) -> None:
    """A line for each thing that a reader would otherwise wonder about."""
    assert line in told(replace(FIRING, **change))[1].splitlines()


def test_the_sessions_end_is_named() -> None:
    """A resolve for that reason says so."""
    assert told(replace(RESOLVED, reason=Reason.SESSION_CLOSED))[1].endswith("장이 끝나 해제되었습니다")


def test_notices_go_to_the_rules_channels() -> None:
    """One a channel that the rule names; what a cooldown held back makes none."""
    channels = {name: Channel(name, ()) for name in ("desk", "default", "other")}
    book = rulebook(notify="[desk, other]")
    assert [each.channel for each in make_notices([FIRING], book, channels)] == ["desk", "other"]
    assert [each.channel for each in make_notices([FIRING], rulebook(), channels)] == ["default"]
    assert not list(make_notices([replace(FIRING, told=False)], book, channels))


def test_a_resolve_of_a_rule_that_is_gone_is_written_once() -> None:
    """Without the rule there is no text of its own and no unit; the store knows whom to tell."""
    channels = {name: Channel(name, ()) for name in ("desk", "other")}
    (notice,) = make_notices([replace(RESOLVED, reason=Reason.RULE_GONE)], Rulebook(), channels)
    assert notice.title == "해제: [주의] sell"
    assert "규칙이 바뀌거나 없어져 해제되었습니다" in notice.body
