"""Takes the README's pictures of the pages: `python -m tests.browser.screenshots`."""

import argparse
import io
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.chromium import open_browser
from tests.browser.running import House, open_demo
from tests.browser.visitor import Visit, make_visit, wait_for

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
# By then of the demo's day the foreigners have sold, bought it back, and set most of the rules off.
MOMENT = "10:12"
# In milliseconds: an hour of the demo takes half a minute.
_WHILE = 120_000


def main() -> None:
    """Run the demo until its moment, and take each picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=DOCS, help="the folder for the pictures")
    into: Path = parser.parse_args().into
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (scratch / "rules").symlink_to(ROOT / "rules")
        browser = stack.enter_context(open_browser())
        demo = stack.enter_context(open_demo(scratch, "--seed", "1"))
        visit = make_visit(browser, stack, [])
        for name, take in PICTURES.items():
            keep(take(visit, demo).screenshot(), into / f"{name}.png")


def take_today(visit: Visit, demo: House) -> Page:
    """Show the day at its moment."""
    page = visit(demo, height=860)
    page.set_default_timeout(_WHILE)
    wait_for(page, "(moment) => document.querySelector('[data-of=published]').textContent >= moment", MOMENT)
    return page


def take_alert(visit: Visit, demo: House) -> Page:
    """Show an alert that has ended, in Korean."""
    page = visit(demo, "/alerts?rule=foreigners-sell-steadily&state=resolved", language="ko", height=860)
    page.locator("#past-alerts a").last.click()
    expect(page.locator(".chart canvas")).to_be_visible()
    return page


def take_editor(visit: Visit, demo: House) -> Page:
    """Show a mistake at its place, in the dark."""
    page = visit(demo, "/editor?file=rules/foreigners.yaml", theme="dark", height=860)
    box = page.locator("#text")
    text = box.input_value()
    box.fill(text.replace("delta(msval, 5m) <= -300억", "delta(msvol, 5m) <= -300억", 1))
    page.locator("#problems li.error button").first.click()
    return page


PICTURES: Mapping[str, Callable[[Visit, House], Page]] = {
    "today": take_today,
    "alert": take_alert,
    "editor": take_editor,
}


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with as few colours as do, which is a third of its size."""
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
