"""An alert's page, and what one does there: by a service whose target writes down what arrives."""

from playwright.sync_api import Page, expect

from flowalert.settings import Role
from tests.browser.running import Service
from tests.browser.visitor import Visit, wait_for
from tests.program import wait_until


def test_its_page_says_why_and_to_whom(visit: Visit, service: Service) -> None:
    """With each comparison and its value, the chart of the day, what happened to it, and its deliveries."""
    page = visit(service, "/alerts?rule=each-move&told=told", role=Role.VIEWER)
    page.get_by_role("link", name="each-move").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("외국인 움직임")
    comparison = page.locator("table.compared").first.locator("tbody tr").first
    expect(comparison).to_contain_text("abs(delta(msval)) > 0")
    expect(comparison).to_contain_text("true")
    expect(page.locator("main figure canvas")).to_be_visible()
    expect(page.locator("#alert-steps tbody tr")).to_have_count(1)
    expect(page.locator("#alert-deliveries tbody tr")).to_have_attribute("data-state", "sent")
    expect(page.locator("#alert-deliveries")).to_contain_text("desk → ")


def test_the_chart_of_an_open_alert_goes_on(visit: Visit, service: Service) -> None:
    """With each publication, while the page stays as it is."""
    page = visit(service, "/alerts", role=Role.VIEWER)
    page.locator("#open-alerts").get_by_role("link", name="stays-open").click()
    expect(page.locator("main figure canvas")).to_be_visible()
    points = page.evaluate("() => plots[0].data[0].length")
    wait_for(page, "(points) => plots[0].data[0].length >= points + 3", points)


def test_what_is_silenced_there_is_suppressed(visit: Visit, service: Service) -> None:
    """The rule fires on; its deliveries say that a silence held them back, and nothing arrives until it is ended."""
    page = visit(service, "/alerts?rule=each-move&told=told", role=Role.OPERATOR)
    wait_until(lambda: service.heard("외국인 움직임"), "a message")
    page.get_by_role("link", name="each-move").first.click()
    page.locator("#mute-what").select_option("rule")
    page.get_by_label("Reason").fill("lunch")
    page.get_by_role("button", name="Silence").click()
    expect(page.locator("#alert-head")).to_contain_text("silence ")

    page.goto(f"{service.url}/deliveries?rule=each-move")
    suppressed = page.locator('#delivery-list tr[data-state="suppressed"]')
    expect(suppressed.first).to_contain_text("silence")
    arrived = service.heard("외국인 움직임")
    expect(suppressed.nth(3)).to_be_visible()
    assert service.heard("외국인 움직임") == arrived

    page.get_by_role("link", name="Silences").click()
    silence = page.locator("#silence-list tbody tr")
    expect(silence).to_contain_text("lunch")
    silence.get_by_role("button", name="End").click()
    expect(page.locator("#silence-list")).to_contain_text("No silence")
    wait_until(lambda: service.heard("외국인 움직임") > arrived, "a message after the silence")
    wait_for_deeds(page, service, "silenced", "unsilenced")


def test_it_is_acknowledged_and_that_is_taken_back(visit: Visit, service: Service) -> None:
    """With a comment; whoever looks at the list of alerts meanwhile sees who did."""
    page = visit(service, "/alerts", role=Role.OPERATOR)
    page.locator("#open-alerts").get_by_role("link", name="stays-open").click()
    page.get_by_label("Comment").fill("mine")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#alert-head")).to_contain_text("acknowledged by operator")
    expect(page.locator("#alert-head")).to_contain_text("mine")
    other = visit(service, "/alerts", role=Role.VIEWER)
    row = other.locator("#open-alerts tr", has_text="stays-open")
    expect(row).to_contain_text("✓ operator")
    page.get_by_role("button", name="Take the acknowledgement back").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()
    wait_for_deeds(page, service, "acknowledged", "unacknowledged")


def wait_for_deeds(page: Page, service: Service, *names: str) -> None:
    """Find what was done on the page of what people did, by who did it."""
    page.goto(f"{service.url}/audit")
    for name in names:
        row = page.locator("main tbody tr").filter(has=page.get_by_role("cell", name=name, exact=True)).first
        expect(row).to_contain_text("operator")
