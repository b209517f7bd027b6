"""The present day, which goes on by itself."""

from playwright.sync_api import expect

from tests.browser.running import House
from tests.browser.visitor import Visit, wait_for

# Far above the sizes of today, and far below what a page with a framework has.
FIRST_VIEW = 300_000


def test_a_chart_and_the_map_move_by_themselves(visit: Visit, demo: House) -> None:
    """Points come to a chart, and another number into a cell of the map, while nothing is loaded anew."""
    page = visit(demo)
    expect(page.locator("#charts canvas").first).to_be_visible()
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    points = page.evaluate("() => plots[0].data[0].length")
    cell = page.locator("#map td[data-s]").first
    was = cell.inner_text()
    page.evaluate("() => { globalThis.isTheSame = true; }")
    wait_for(page, "(points) => plots[0].data[0].length >= points + 5", points)
    expect(cell).not_to_have_text(was)
    assert page.evaluate("() => isTheSame")


def test_an_alert_appears_by_itself(visit: Visit, demo: House) -> None:
    """Among the open ones of today, on the list of alerts, and for who listens instead of looking."""
    today, alerts = visit(demo), visit(demo, "/alerts")
    for page in (today, alerts):
        page.evaluate("() => { globalThis.isTheSame = true; }")
    known = alerts.evaluate("() => [...document.querySelectorAll('tbody tr')].map((row) => row.id)")
    expect(today.locator("#alerts li[data-new] a").first).to_be_visible()
    wait_for(
        alerts, "(known) => [...document.querySelectorAll('tbody tr')].some((row) => !known.includes(row.id))", known
    )
    expect(today.locator("#spoken")).to_contain_text("Alert")
    assert today.evaluate("() => isTheSame")
    assert alerts.evaluate("() => isTheSame")


def test_the_first_view_is_small(visit: Visit, demo: House) -> None:
    """All that a browser loads to show the day, without what follows of the day."""
    page = visit(demo, None)
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto(demo.url)
    expect(page.locator("#charts canvas").first).to_be_visible()
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    assert any(url.endswith("/today/board") for url in sizes)
    assert sum(sizes.values()) < FIRST_VIEW, sizes
