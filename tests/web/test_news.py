"""The news: every point once, whatever becomes of the connections."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from flowalert.feed.outlet import Received
from flowalert.market.entry import FeedLost, Update
from flowalert.market.series import Series
from flowalert.web.live import news as module
from flowalert.web.live.curve import Curves
from flowalert.web.live.news import News
from flowalert.web.live.rest import APART, fade, find_rest
from tests.feed.making import FOREIGN, INDIVIDUAL, MONDAY
from tests.web.stream import Browser

_NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
_WHOLE = 1 << 30


def update(number: int, of: Series = FOREIGN) -> Received:
    return Received(_NOW, Update(of, MONDAY + 36_000 + 30 * number, 0, number, 0, 0, 0, 0, 0, 0))


@asynccontextmanager
async def open_news() -> AsyncIterator[News]:
    """Make pieces until left; what waits for them then is let go."""
    news = News(Curves())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(news.run)
        yield news
        nursery.cancel_scope.cancel()


async def tell(news: News, *numbers: int) -> None:
    """Let updates happen, one piece of news each."""
    for number in numbers:
        before = news.newest
        news.note_entries([update(number)])
        while news.newest == before:  # noqa: ASYNC110 - the clock of the test jumps
            await trio.sleep(APART)


def numbers(browser: Browser) -> list[int]:
    return [msval for _, _, msval, *_ in browser.points]


async def read_rest(browser: Browser, news: News) -> None:
    """Read what there is, to the end."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(browser.connect, news, _WHOLE)
        await trio.testing.wait_all_tasks_blocked()
        news.close()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.one_of(st.tuples(st.just("told"), st.integers(1, 4)), st.tuples(st.just("connected"), st.integers(1, 900))),
        min_size=1,
        max_size=14,
    )
)
async def test_wherever_connections_break_every_point_comes_once(steps: list[tuple[str, int]]) -> None:
    """A connection breaks after any byte, and news go on with or without one."""
    async with open_news() as news:
        browser = Browser(news.place)
        told = 0
        for step, count in steps:
            if step == "told":
                for _ in range(count):
                    news.note_entries([update(told)])
                    news._publish()
                    told += 1
            else:
                with trio.move_on_after(5) as limit:
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(browser.connect, news, count)
                        await trio.testing.wait_all_tasks_blocked()
                        nursery.cancel_scope.cancel()
                assert not limit.cancelled_caught
        await read_rest(browser, news)
    assert numbers(browser) == list(range(told))
    assert browser.begun_again == 0
    assert browser.retry > 0


async def test_who_was_away_too_long_begins_anew(autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - time flies
    """What is lost is said, once, and what comes then is told again."""
    monkeypatch.setattr(module, "_KEPT", 3)
    async with open_news() as news:
        browser = Browser(news.place)
        await tell(news, 0, 1, 2, 3)
        await browser.connect(news, 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(browser.connect, news, _WHOLE)
            await trio.testing.wait_all_tasks_blocked()
            await tell(news, 4, 5)
            await trio.testing.wait_all_tasks_blocked()
            news.close()
    assert browser.begun_again == 1
    assert numbers(browser) == [4, 5]


@pytest.mark.parametrize(
    "place", ["", "other-0", "nonsense", "-", "{boot}-99", "{boot}--1", "{boot}-²", "{boot}-" + "9" * 40]
)
async def test_a_place_of_nowhere_begins_anew(place: str) -> None:
    """Another process's, one that is not reached yet, and what is none."""
    async with open_news() as news:
        browser = Browser(place.format(boot=news.boot))
        await read_rest(browser, news)
        assert browser.begun_again == 1
        assert browser.place == news.place


async def test_a_flood_is_told_by_the_last_of_each_series(monkeypatch: pytest.MonkeyPatch) -> None:
    """The piece says that it is not the whole."""
    monkeypatch.setattr(module, "_MOST_POINTS", 3)
    async with open_news() as news:
        browser = Browser(news.place)
        news.note_entries([update(number, of) for number in range(3) for of in (FOREIGN, INDIVIDUAL)])
        await trio.testing.wait_all_tasks_blocked()
        await read_rest(browser, news)
    (piece,) = browser.news
    assert piece["is_whole"] is False
    assert [(series, msval) for series, _, msval, *_ in piece["points"]] == [(str(FOREIGN), 2), (str(INDIVIDUAL), 2)]


async def test_a_slow_line_holds_up_nobody(autojump_clock: MockClock) -> None:  # noqa: ARG001 - time flies
    """Others have the next piece within a second while one still does not take its first."""
    async with open_news() as news, trio.open_nursery() as nursery:
        slow = news.follow_newest()
        nursery.start_soon(slow.next)
        browser = Browser(news.place)
        nursery.start_soon(browser.connect, news, _WHOLE)
        await trio.testing.wait_all_tasks_blocked()
        # It was given the piece, and never comes back for another.
        await tell(news, 0)
        began = trio.current_time()
        await tell(news, 1, 2)
        assert trio.current_time() - began < 2
        news.close()
    assert numbers(browser) == [0, 1, 2]


async def test_what_was_before_comes_first() -> None:
    """What comes while the day is read follows it, and a page that was made before is to load anew."""
    async with open_news() as news:
        browser = Browser(news.place)
        with news.before() as curves:
            news.note_entries([update(7), Received(_NOW, FeedLost(at=MONDAY, reason="test"))])
            for number in range(7):
                entry = update(number).entry
                assert isinstance(entry, Update)
                curves.take(entry)
        await trio.testing.wait_all_tasks_blocked()
        await read_rest(browser, news)
        curve = news.curves.find(FOREIGN)
        assert curve is not None
        assert [point.msval for point in curve.points()] == list(range(8))
    assert numbers(browser) == [7]
    assert browser.news[0]["rules"]
    assert browser.news[0]["feed"]


@given(took=st.floats(0, 10), load=st.floats(0, 4))
def test_news_rest_by_what_they_take(took: float, load: float) -> None:
    """In a flood they take little of what the service takes, and while it is calm nobody waits for nothing."""
    rest = find_rest(took, load)
    assert rest >= APART
    if load >= 0.15:
        assert took <= rest * 0.031 * load
    elif took <= 0.07:
        assert rest <= 0.3


def test_a_slot_that_comes_at_once_is_no_flood() -> None:
    """A quarter of a second's work is calm after half a minute; a processor's work for seconds is not."""
    calm = fade(0.0, 0.2, 0.25)
    assert find_rest(0.07, calm) <= 0.3
    assert find_rest(0.07, fade(calm, 2.0, 2.0)) > 2
    assert find_rest(0.07, fade(fade(calm, 2.0, 2.0), 0.1, 28.0)) <= 0.3
