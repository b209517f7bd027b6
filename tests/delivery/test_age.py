"""How old the news is."""

import datetime as dt

import pytest

from flowalert.delivery.age import say_age, say_ages
from flowalert.engine.notice import Wording
from flowalert.language.tongue import Tongue
from flowalert.market.instant import midnight, to_wall

AT = midnight(dt.date(2026, 11, 23)) + 9 * 3600 + 51 * 60


def wording(received: float | None = None, decided: float | None = None, *, published: bool = True) -> Wording:
    def moment(after: float | None) -> dt.datetime | None:
        return None if after is None else (to_wall(AT) + dt.timedelta(seconds=after)).astimezone(dt.UTC)

    return Wording(
        title="", body="", at=AT, published=published, received_at=moment(received), decided_at=moment(decided)
    )


def after(seconds: float) -> dt.datetime:
    return to_wall(AT) + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "korean", "english"),
    [
        (0, "+0.0초", "+0.0 s"),
        (0.84, "+0.8초", "+0.8 s"),
        (59.94, "+59.9초", "+59.9 s"),
        (59.96, "+1분", "+1 minute"),
        (125.4, "+2분 5초", "+2 minutes 5 seconds"),
        (59 * 60, "+59분", "+59 minutes"),
    ],
)
def test_each_step_has_its_age(seconds: float, korean: str, english: str) -> None:
    """Receipt, decision and sending, to the tenth of a second below a minute, whatever zone a moment is told in."""
    told = wording(0.4, seconds)
    assert say_age(told, after(3600), Tongue.KOREAN) == f"09:51:00 발표 · 수신 +0.4초 · 판단 {korean} · 발송 +1시간"
    assert (
        say_age(told, after(3600), Tongue.ENGLISH)
        == f"published 09:51:00 · received +0.4 s · decided {english} · sent +1 hour"
    )


def test_an_age_that_is_not_known_is_left_out() -> None:
    """Nobody said when it was received and decided, as of what is told once more."""
    assert say_age(wording(), after(1), Tongue.KOREAN) == "09:51:00 발표 · 발송 +1.0초"
    assert say_age(wording(), after(-1), Tongue.ENGLISH) == "published 09:51:00"


@pytest.mark.parametrize("decided", [-0.3, 3600, 13 * 3600])
def test_a_clock_that_has_nothing_to_do_with_the_exchanges_tells_no_age(decided: float) -> None:
    """As that of a simulated market: nor is it said when it was sent, by the same clock."""
    told = wording(None, decided)
    assert say_age(told, after(decided + 1), Tongue.KOREAN) == "09:51:00 발표"
    assert say_ages([told, told], after(decided + 1), Tongue.ENGLISH) == "published 09:51:00"


def test_what_no_publication_decided_has_no_age() -> None:
    """It has the exchange time that it holds for."""
    told = wording(1, 1, published=False)
    assert say_age(told, after(3600), Tongue.KOREAN) == "09:51:00 기준"
    assert say_age(told, after(3600), Tongue.ENGLISH) == "as of 09:51:00"


def test_several_have_the_age_of_the_oldest() -> None:
    """From when to when they were published, and how long the first of them was on its way."""
    later = Wording(title="", body="", at=AT + 60, published=True)
    assert say_ages([later, wording()], after(90), Tongue.KOREAN) == "09:51:00–09:52:00 발표 · 발송 +1분 30초"
    assert say_ages([later, later], after(90), Tongue.ENGLISH) == "published 09:52:00 · sent +30.0 s"
