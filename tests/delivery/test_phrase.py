"""The fixed words of messages."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from flowalert.delivery.phrase import say_reason, say_scope, say_severity, say_state, say_venue
from flowalert.engine.transition import Kind, Reason, Scope, Severity
from flowalert.language.tongue import Tongue
from flowalert.market.venue import Venue


@pytest.mark.parametrize(
    ("say", "members"), [(say_severity, Severity), (say_state, Kind), (say_venue, Venue), (say_reason, Reason)]
)
def test_everything_has_its_words(say: Callable[[Any, Tongue], str | None], members: Iterable[Any]) -> None:
    """In both languages or in none, and each in its own letters."""
    for member in members:
        korean, english = say(member, Tongue.KOREAN), say(member, Tongue.ENGLISH)
        if korean is None or english is None:
            assert member in (Reason.CONDITION, Reason.HELD_FOR)
            continue
        assert re.search("[가-힣]", korean)
        assert re.fullmatch(r"[A-Za-z', ]+", english)


@pytest.mark.parametrize(
    ("scope", "korean", "english"),
    [
        (Scope(Venue.KRX, "001", "0017"), "코스피 외국인", "KOSPI foreigners"),
        (Scope(Venue.KRX, "900"), "선물", "futures"),
        (Scope(Venue.KRX, "013", "0018"), "전기전자 기관계", "electronics institutions"),
        (Scope(Venue.KRX, "999", "0099"), "업종 999 투자자 0099", "sector 999 investor 0099"),
        (Scope(Venue.UNIFIED), "통합", "unified market"),
    ],
)
def test_a_scope_is_said_by_names(scope: Scope, korean: str, english: str) -> None:
    """The venue's where there is nothing narrower; a code that is in no list by its number."""
    assert say_scope(scope, Tongue.KOREAN) == korean == scope.korean
    assert say_scope(scope, Tongue.ENGLISH) == english
