"""How old the news is."""

import datetime as dt

import pytest
from msgspec.structs import replace

from flowalert.delivery.age import say_news
from flowalert.engine.transition import Kind, Reason, Scope, Severity, Transition
from flowalert.language.tongue import Tongue
from flowalert.market.instant import midnight, to_wall
from flowalert.market.venue import Venue

AT = midnight(dt.date(2026, 11, 23)) + 9 * 3600 + 51 * 60
FIRED = Transition(
    id="a-1-fired",
    alert="a",
    rule="sell",
    scope=Scope(Venue.KRX, "001", "0017"),
    kind=Kind.FIRED,
    reason=Reason.CONDITION,
    severity=Severity.WARNING,
    n=1,
    at=AT,
    opened_at=AT,
)


@pytest.mark.parametrize(
    ("seconds", "korean", "english"),
    [
        (0, "0.0초", "0.0 seconds"),
        (0.84, "0.8초", "0.8 seconds"),
        (59.94, "59.9초", "59.9 seconds"),
        (59.96, "1분", "1 minute"),
        (125.4, "2분 5초", "2 minutes 5 seconds"),
        (59 * 60, "59분", "59 minutes"),
    ],
)
def test_the_age_at_the_decision(seconds: float, korean: str, english: str) -> None:
    """To the tenth of a second below a minute, whatever zone the moment is told in."""
    decided_at = (to_wall(AT) + dt.timedelta(seconds=seconds)).astimezone(dt.UTC)
    assert say_news(FIRED, Tongue.KOREAN, decided_at) == f"09:51:00 발표 · 판단까지 {korean}"
    assert say_news(FIRED, Tongue.ENGLISH, decided_at) == f"published 09:51:00 · decided {english} later"


@pytest.mark.parametrize(
    "decided_at", [None, to_wall(AT) - dt.timedelta(seconds=0.3), to_wall(AT) + dt.timedelta(hours=1)]
)
def test_an_age_that_is_not_known_is_left_out(decided_at: dt.datetime | None) -> None:
    """Nobody said when it was decided, or a clock did that has nothing to do with the exchange's."""
    assert say_news(FIRED, Tongue.KOREAN, decided_at) == "09:51:00 발표"
    assert say_news(FIRED, Tongue.ENGLISH, decided_at) == "published 09:51:00"


@pytest.mark.parametrize("reason", [Reason.SESSION_CLOSED, Reason.INACTIVE, Reason.RULE_GONE, Reason.RULE_NEW])
def test_what_no_publication_decided_has_no_age(reason: Reason) -> None:
    """It has the exchange time that it holds for."""
    decided_at = to_wall(AT) + dt.timedelta(hours=1)
    assert say_news(replace(FIRED, reason=reason), Tongue.KOREAN, decided_at) == "09:51:00 기준"
    assert say_news(replace(FIRED, reason=reason), Tongue.ENGLISH, decided_at) == "as of 09:51:00"
