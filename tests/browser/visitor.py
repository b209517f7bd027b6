"""A person before the pages, and what their browser complained of."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from flowalert.settings import Role
from tests.browser.chromium import PATIENCE
from tests.browser.running import House
from tests.web.people import PASSWORD

# Keeps each chart that a page makes, for the test to look into: what is on a canvas cannot be asked.
_KEEP_PLOTS = """
globalThis.plots = [];
let made;
Object.defineProperty(globalThis, "uPlot", {
  get: () => made,
  set(given) {
    made = new Proxy(given, {
      construct(target, options) {
        const plot = new target(...options);
        globalThis.plots.push(plot);
        return plot;
      },
    });
  },
});
"""


class Visit(Protocol):
    """Opens a browser of a person's own at a house, and returns its page, which is at `path` if that is given."""

    def __call__(
        self,
        house: House,
        path: str | None = "/",
        *,
        role: Role | None = None,
        language: str = "en",
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
    ) -> Page: ...


@dataclass
class Watch:
    """What a browser says of its pages. What changes: the complaints, and the requests to anybody but the house.

    A browser complains by itself of an answer that a test asks for; a test adds the words of such to `excused`.
    """

    home: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)

    @property
    def faults(self) -> Sequence[str]:
        """What nobody excuses."""
        told = [words for words in self.complaints if not any(each in words for each in self.excused)]
        return [*told, *(f"asked {url}" for url in self.foreign)]

    def hear(self, message: ConsoleMessage) -> None:
        """Note errors and warnings; what offends the policy of contents is an error of the console's too."""
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def look(self, request: Request) -> None:
        """Note a request that leaves the house."""
        if urlsplit(request.url).netloc != self.home and not request.url.startswith(("data:", "blob:")):
            self.foreign.append(request.url)


def watch(context: BrowserContext, house: House) -> Watch:
    """Watch all pages of a browser."""
    watching = Watch(urlsplit(house.url).netloc)
    context.on("console", watching.hear)
    context.on("weberror", lambda error: watching.complaints.append(str(error.error)))
    context.on("request", watching.look)
    return watching


def make_visit(browser: Browser, stack: ExitStack, watches: list[Watch]) -> Visit:
    """Return what opens browsers until the stack is closed, and puts what they say into `watches`."""

    def visit(
        house: House,
        path: str | None = "/",
        *,
        role: Role | None = None,
        language: str = "en",
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            storage_state=house.sessions.get(role) if role else None,
        )
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_KEEP_PLOTS)
        chosen = {"flowalert_language": language, "flowalert_theme": theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": house.url} for name, value in chosen.items() if value]
        )
        watches.append(watch(context, house))
        page = context.new_page()
        if role is not None and role not in house.sessions:
            log_in(page, house, role)
            house.sessions[role] = house.folder / f"{role.value}.json"
            context.storage_state(path=house.sessions[role])
        if path is not None:
            page.goto(house.url + path)
        return page

    return visit


def log_in(page: Page, house: House, role: Role, password: str = PASSWORD) -> None:
    """Write name and password into the form, and send it."""
    page.goto(f"{house.url}/login")
    page.get_by_label("Name").fill(role.value)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def wait_for(page: Page, condition: str, argument: object = None) -> None:
    """Wait until a function of JavaScript says yes; it may look at what the page has, and at the argument."""
    page.wait_for_function(condition, arg=argument, polling=50)
