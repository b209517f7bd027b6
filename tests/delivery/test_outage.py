"""What people read when nothing comes from the exchange, and when it does again."""

import pytest
from msgspec.structs import replace

from flowalert.delivery import Channel, parse_target
from flowalert.delivery.announcement import make_notices
from flowalert.delivery.outage import render_outage
from flowalert.delivery.rendering import Occurrence
from flowalert.delivery.target import Target
from flowalert.engine.engine import Engine
from flowalert.engine.outage import close_outage
from flowalert.engine.transition import Reason, Transition
from flowalert.language.tongue import Tongue
from flowalert.market.entry import FeedSilent
from flowalert.rules.rulebook import Rulebook
from tests.engine.market import NINE
from tests.store.sample import NOW

(FIRING,) = Engine(Rulebook()).handle(FeedSilent(NINE + 3690, "connection refused"))
HEARD = close_outage(FIRING, NINE + 4440, Reason.FEED_HEARD)
CLOSED = close_outage(FIRING, NINE + 33_000, Reason.SESSION_CLOSED)


def channel(name: str, *paths: str, language: Tongue = Tongue.KOREAN) -> Channel:
    targets = [parse_target(f"json://127.0.0.1:9/{path}") for path in paths]
    return Channel(name, tuple(each for each in targets if isinstance(each, Target)), language)


def read(transition: Transition, tongue: Tongue) -> list[str]:
    """The title and the lines of the body."""
    title, body = render_outage(transition, tongue)
    return [title, *body.splitlines()]


def test_in_korean() -> None:
    """Since when, why, and what that means; then for how long, and that nothing of it was seen."""
    assert read(FIRING, Tongue.KOREAN) == [
        "🚨 [긴급] 거래소에서 아무것도 오지 않습니다",
        "10:01:30부터 들어오는 것이 없습니다",
        "원인: connection refused",
        "지금까지의 알림은 마지막 상태로 남고, 다시 들어올 때까지 새 알림은 나오지 않습니다",
    ]
    assert read(HEARD, Tongue.KOREAN) == [
        "✅ 해제: 거래소에서 다시 들어옵니다",
        "10:01:30부터 10:14:00까지 12분 30초 동안",
        "그 사이에 일어난 일은 보지 못했고, 그에 대한 알림도 나오지 않습니다",
    ]


def test_in_english() -> None:
    """The same."""
    assert read(FIRING, Tongue.ENGLISH) == [
        "🚨 [critical] nothing comes from the exchange",
        "nothing since 10:01:30",
        "cause: connection refused",
        "every alert keeps its last state, and until updates come again there can be no new one",
    ]
    assert read(HEARD, Tongue.ENGLISH) == [
        "✅ Resolved: updates come from the exchange again",
        "for 12 minutes 30 seconds, from 10:01:30 to 10:14:00",
        "what happened in between was not seen, and no alert of it can come",
    ]


@pytest.mark.parametrize(("tongue", "words"), [(Tongue.KOREAN, "장이 끝날 때까지"), (Tongue.ENGLISH, "session's end")])
def test_a_session_that_ended_in_silence(tongue: Tongue, words: str) -> None:
    """Nobody is led to believe that updates come again."""
    assert words in render_outage(CLOSED, tongue)[0]


def test_every_channel_is_told_and_every_target_once() -> None:
    """Also beside a channel `default`; a target of two channels hears of it from the first."""
    channels = [
        channel("default", "a", "b"),
        channel("english", "c", "b", language=Tongue.ENGLISH),
        channel("again", "b"),
    ]
    for transition in (FIRING, HEARD):
        notices = list(make_notices([Occurrence(transition, None)], {each.name: each for each in channels}, NOW))
        assert [(each.channel, len(each.targets)) for each in notices] == [("default", 2), ("english", 1)]
        assert notices[1].title.isascii() is False
        assert "exchange" in notices[1].title
    assert list(make_notices([Occurrence(replace(FIRING, told=False), None)], {"desk": channels[0]}, NOW)) == []
