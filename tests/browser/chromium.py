"""Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

# Generous, for two busy cores, in milliseconds; a test that passes does not wait for it.
PATIENCE = 60_000.0
# As root, without a card for graphics, and asking nobody for news of itself.
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start it; Playwright has brought none of its own."""
    program = shutil.which("chromium")
    assert program, "install chromium, as .ci/run does"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
