"""How each page looks: on a telephone, and to eyes that need contrast."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from flowalert.settings import Role
from tests.browser.contrast import find_faint
from tests.browser.running import House, Service
from tests.browser.visitor import Visit, Watch

PHONE = 390
PATHS = (
    "/",
    "/?figure=quantity&span=slot&against=all",
    "/alerts",
    "/alerts?state=open&severity=info",
    "/rules",
    "/rules/each-move",
    "/rules/each-move/near-misses",
    "/editor?file=rules.yaml",
    "/editor/box",
    "/deliveries",
    "/deliveries?state=sent",
    "/silences?matcher=rule%3Deach-move&for=1h",
    "/silences?matcher=rule%3D",
    "/audit",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_words_stand_out(visit: Visit, service: Service, theme: str) -> None:
    """By as much as WCAG's AA asks for, on every page of a service that is at work."""
    page = visit(service, role=Role.OPERATOR, theme=theme)
    found = {path: faint for path in walk(page, service) if (faint := find_faint(page))}
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_of_a_full_day_stand_out(visit: Visit, demo: House, theme: str, watches: list[Watch]) -> None:
    """The map in all its shades, a mistake in the editor, and a page that is not there."""
    page = visit(demo, theme=theme)
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    found = {"/": find_faint(page)}
    page.goto(f"{demo.url}/editor/box")
    page.locator("#text").fill("rules:\n  - {name: mine, sectors: [kospii], when: msval > 1억}\n")
    expect(page.locator("#problems li.error").first).to_be_visible()
    found["/editor/box"] = find_faint(page)
    watches[0].excused.append("404")
    page.goto(f"{demo.url}/nowhere")
    found["/nowhere"] = find_faint(page)
    assert not any(found.values()), found


def test_a_telephone_shows_all_of_a_page_s_width(visit: Visit, service: Service) -> None:
    """What is wider scrolls within its own frame."""
    page = visit(service, role=Role.OPERATOR, width=PHONE)
    wide = {}
    for path in walk(page, service):
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > PHONE:
            wide[path] = width
    assert wide == {}


def walk(page: Page, house: House) -> Iterator[str]:
    """Go to every page, also to those of an alert that is open and of one that is over."""
    page.goto(f"{house.url}/alerts")
    alerts = [
        page.locator(f"{where} tbody a").first.get_attribute("href") for where in ("#open-alerts", "#past-alerts")
    ]
    for path in (*PATHS, *alerts):
        page.goto(f"{house.url}{path}")
        expect(page.locator("h1").first).to_be_visible()
        yield str(path)
