"""The news over a socket, beside a real service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import trio

from tests.feed.running import until
from tests.web.house import PATIENCE, House, open_house
from tests.web.stream import Browser


@asynccontextmanager
async def connect(house: House, browser: Browser) -> AsyncIterator[trio.Event]:
    """Read the news as a browser does until left; the event is set when the service has ended the answer itself."""
    ended = trio.Event()

    async def read(answer: httpx2.Response) -> None:
        text = b""
        async for chunk in answer.aiter_bytes():
            text += chunk
            whole, end, text = text.rpartition(b"\n\n")
            browser.read(whole + end)
        ended.set()

    headers = {"last-event-id": browser.place}
    async with house.client.stream("GET", "/api/v1/stream", headers=headers, timeout=None) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read, answer)
            yield ended
            nursery.cancel_scope.cancel()


async def count_followers(house: House) -> int:
    followers: int = (await house.json("/today/feed"))["followers"]
    return followers


async def wait_for_followers(house: House, count: int) -> None:
    with trio.fail_after(PATIENCE):
        while await count_followers(house) != count:  # noqa: ASYNC110 - asked over the network
            await trio.sleep(0.05)


def values(browser: Browser) -> list[int]:
    return [msval for _, _, msval, *_ in browser.points]


async def test_a_page_that_comes_back_misses_nothing(tmp_path: Path) -> None:
    """It follows from where it was made, says the last id when it comes back, and sees alerts too."""
    async with open_house(tmp_path) as house:
        page = await house.get("/")
        browser = Browser(page.text.split('data-place="')[1].split('"')[0])
        await house.publish(1)
        async with connect(house, browser):
            await until(lambda: values(browser) == [1], PATIENCE)
        await house.publish(2)
        await house.publish(300)
        async with connect(house, browser):
            await until(lambda: any(piece["happenings"] for piece in browser.news), PATIENCE)
            await until(lambda: values(browser) == [1, 2, 300], PATIENCE)
        (happening,) = [each for piece in browser.news for each in piece["happenings"]]
        assert (happening["rule"], happening["scope"], happening["value"]) == ("above", "krx/001/0017", 300)
        assert browser.begun_again == 0


async def test_browsers_that_leave_are_forgotten(tmp_path: Path) -> None:
    """Nobody is counted who is gone, also where they go without a word."""
    async with open_house(tmp_path) as house:
        async with connect(house, Browser("")), connect(house, Browser("")):
            await wait_for_followers(house, 2)
        await wait_for_followers(house, 0)


async def test_a_service_that_stops_ends_the_streams(tmp_path: Path) -> None:
    """They are ended by the service itself, as whole answers, and not cut off by its deadline."""
    browser = Browser("")
    async with open_house(tmp_path) as house:
        await wait_for_followers(house, 0)
        async with connect(house, browser) as ended:
            await until(lambda: browser.begun_again == 1, PATIENCE)
            house.stop.set()
            with trio.fail_after(PATIENCE):
                await ended.wait()
