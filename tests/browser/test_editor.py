"""The editor of rules."""

from playwright.sync_api import Page, expect

from flowalert.settings import Role
from tests.browser.running import RULES, House, Service
from tests.browser.visitor import Visit

MISTAKE = "rules:\n  - {name: mine, sectors: [kospii], investors: [foreign], when: msval > 1억}\n"
RIGHT = MISTAKE.replace("kospii", "kospi")
MORE = RULES + "  - {name: added-by-hand, summary: 손으로, when: msval >= 2조}\n"


def test_a_mistake_is_shown_at_its_place(visit: Visit, demo: House) -> None:
    """As it is typed, with line and column; a click selects it in the text, and a text put right has none."""
    page = visit(demo, "/editor/box")
    box = page.locator("#text")
    box.fill(MISTAKE)
    problem = page.locator("#problems li.error")
    expect(problem).to_contain_text("2:28")
    expect(problem).to_contain_text("unknown sector 'kospii'")
    expect(problem).to_contain_text("did you mean kospi?")
    expect(page.locator("#gutter div.error")).to_have_text("✗ 2")
    problem.get_by_role("button").click()
    assert selected(page) == "kospii"
    page.keyboard.type("kospi")
    expect(problem).to_have_count(0)
    expect(page.locator("#summary")).to_contain_text("nothing is wrong")
    assert box.input_value() == RIGHT


def test_a_rule_is_tried_on_the_day(visit: Visit, demo: House) -> None:
    """How often it would have told, without being saved; of the demo nothing can be."""
    page = visit(demo, "/editor/box")
    page.locator("#text").fill(RIGHT.replace("msval > 1억", "msval != 0, mode: event"))
    page.get_by_role("button", name="Try it on today").click()
    expect(page.locator("#outcome")).to_contain_text("alerts told")
    cells = page.locator("#outcome tbody tr").first.locator("td")
    expect(cells.first).to_have_text("mine")
    assert int(cells.nth(1).inner_text()) > 0


def test_what_is_saved_is_shown_before_and_in_force_after(visit: Visit, service: Service) -> None:
    """The difference first; then the file is as it was typed, and the rule is among those of the service."""
    page = visit(service, "/editor?file=rules.yaml", role=Role.OPERATOR)
    page.locator("#text").fill(MORE)
    expect(page.locator("#summary")).to_contain_text("(3 rules)")
    page.get_by_role("button", name="Show what saving changes").click()
    added = page.locator("#difference .added")
    expect(added).to_have_count(1)
    expect(added).to_contain_text("+  - {name: added-by-hand")
    page.get_by_role("button", name="Save and reload").click()
    expect(page.locator("#saving-words")).to_contain_text("the new rules are in force")
    assert (service.folder / "rules.yaml").read_text(encoding="utf-8") == MORE
    page.goto(f"{service.url}/rules")
    page.get_by_role("link", name="added-by-hand").click()
    expect(page.locator("main")).to_contain_text("msval >= 2조")
    page.goto(f"{service.url}/audit?action=wrote+rules")
    expect(page.locator("main tbody tr").first).to_contain_text("rules.yaml")


def selected(page: Page) -> str:
    """Return what is marked in the text, where the cursor is in it."""
    return str(
        page.evaluate(
            """() => {
              const box = document.activeElement;
              return box.id === "text" ? box.value.slice(box.selectionStart, box.selectionEnd) : "";
            }"""
        )
    )
