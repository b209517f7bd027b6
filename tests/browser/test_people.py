"""Who logs in, and how they like the pages."""

from playwright.sync_api import expect

from flowalert.settings import Role
from tests.browser.contrast import find_faint
from tests.browser.running import House, Service
from tests.browser.visitor import Visit, Watch, log_in


def test_one_logs_in_and_out(visit: Visit, service: Service) -> None:
    """The page that was asked for comes after the log-in, and after the log-out no page does."""
    page = visit(service, "/rules")
    expect(page).to_have_title("Log in · flowalert")
    page.get_by_label("Name").fill("operator")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{service.url}/rules")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("Log in · flowalert")
    page.goto(f"{service.url}/alerts")
    expect(page).to_have_title("Log in · flowalert")


def test_a_wrong_password_is_no_way_in(visit: Visit, service: Service, watches: list[Watch]) -> None:
    """It is said, to be read with ease, and the form is there again."""
    page = visit(service, "/login")
    watches[0].excused.append("401")
    log_in(page, service, Role.VIEWER, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_value("")
    assert find_faint(page) == []


def test_who_may_only_look_sees_no_buttons(visit: Visit, service: Service) -> None:
    """A form that would be refused is not there: what is left is for looking, for oneself, and to try a rule."""
    page = visit(service, "/alerts", role=Role.VIEWER)
    alert = page.locator("#open-alerts a").first.get_attribute("href")
    for path in ("/", "/alerts", alert, "/rules", "/rules/stays-open", "/deliveries", "/silences", "/audit"):
        page.goto(f"{service.url}{path}")
        actions = page.locator('main form[method="post"]').evaluate_all("(forms) => forms.map((form) => form.action)")
        expect(page.locator("h1").first).to_be_visible()
        assert actions == [] or path == "/silences", path
    page.goto(f"{service.url}/silences")
    expect(page.get_by_role("button", name="Preview")).to_be_visible()
    expect(page.locator("main").get_by_role("button", name="Silence")).to_have_count(0)
    page.goto(f"{service.url}/editor?file=rules.yaml")
    page.locator("#text").fill("rules: []\n")
    page.get_by_role("button", name="Show what saving changes").click()
    expect(page.locator("#saving-words")).to_have_text("You may look, and not change anything.")
    expect(page.get_by_role("button", name="Save and reload")).to_have_count(0)


def test_language_and_theme_stay_chosen(visit: Visit, demo: House) -> None:
    """On the page that they were chosen on, on the next one, and when one comes back."""
    page = visit(demo, "/alerts", theme="")
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("경보")
    page.get_by_role("button", name="어둡게").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="발송").click()
    again = page.context.new_page()
    again.goto(f"{demo.url}/rules")
    for each in (page, again):
        expect(each.locator("html")).to_have_attribute("lang", "ko")
        expect(each.locator("html")).to_have_attribute("data-theme", "dark")
    dark = "rgb(16, 19, 23)"
    expect(page.locator("html")).to_have_css("background-color", dark)


def test_the_keyboard_is_enough(visit: Visit, service: Service) -> None:
    """To skip what each page begins with, to go to another page, and to fill in and send a form."""
    page = visit(service, role=Role.OPERATOR)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto(service.url)
    silences = page.get_by_role("link", name="Silences")
    for _ in range(7):
        page.keyboard.press("Tab")
    expect(silences).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Silences")
    expect(page).to_have_url(f"{service.url}/silences")
    page.locator("#matcher").focus()
    page.keyboard.type("rule=nothing-of-this-name")
    page.keyboard.press("Tab")
    page.keyboard.type("1h")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.type("by the keyboard")
    page.keyboard.press("Enter")
    # The first button is what a browser presses then, and that is the one which changes nothing.
    expect(page.locator("#draft")).to_contain_text("nothing-of-this-name")
    button = page.locator("main").get_by_role("button", name="Silence")
    button.focus()
    page.keyboard.press("Enter")
    row = page.locator("#silence-list tr", has_text="by the keyboard")
    expect(row).to_be_visible()
    row.get_by_role("button", name="End").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
