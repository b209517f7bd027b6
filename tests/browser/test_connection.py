"""A service that goes away under a page, and comes back."""

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.running import House, open_service, start_service
from tests.browser.visitor import Visit, Watch, wait_for
from tests.program import stop, wait_until


def test_a_lost_connection_is_said_and_resumes(
    tmp_path: Path, visit: Visit, watches: list[Watch], exchange: tuple[str, str]
) -> None:
    """The page has what came before, what it missed, and what comes; and it was not loaded anew."""
    with open_service(tmp_path, exchange, asks_who=False) as house:
        page = visit(house)
        line = page.locator("#line")
        expect(line).to_have_attribute("data-state", "open")
        expect(page.locator("#charts canvas").first).to_be_visible()
        page.evaluate("() => { globalThis.isTheSame = true; }")
        watches[0].excused.append("net::ERR_")
        assert stop(house.process) == 0
        expect(line).to_have_attribute("data-state", "lost")
        expect(line).to_contain_text("connection lost")
        points = page.evaluate("() => plots[0].data[0].length")
        page.context.set_offline(True)
        with start_service(house.folder):
            wait_until(lambda: len(list_times(page, house)) >= points + 5, "what the page misses")
            page.context.set_offline(False)
            expect(line).to_have_attribute("data-state", "open")
            wait_for(page, "(points) => plots[0].data[0].length >= points + 5", points)
            wait_until(lambda: set(list_times(page, house)) <= set(page.evaluate("() => plots[0].data[0]")), "all")
            assert page.evaluate("() => isTheSame")
            page.close()


def list_times(page: Page, house: House) -> Sequence[int]:
    """Return when the first chart has points, by the service; it is not the page that asks."""
    board = page.request.get(f"{house.url}/api/v1/today/board").json()
    return [at for at, *_ in board["charts"]["charts"][0]["points"]]
