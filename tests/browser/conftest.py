"""One browser, one demo and one service for all that is looked at here."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import open_browser
from tests.browser.running import House, Service, open_demo, open_exchange, open_service
from tests.browser.visitor import Visit, Watch, make_visit


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_demo(tmp_path_factory.mktemp("demo")) as house:
        yield house


@pytest.fixture(scope="package")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with open_exchange(tmp_path_factory.mktemp("exchange")) as addresses:
        yield addresses


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory, exchange: tuple[str, str]) -> Iterator[Service]:
    with open_service(tmp_path_factory.mktemp("service"), exchange) as house:
        yield house


@pytest.fixture
def watches() -> list[Watch]:
    """What the test's browsers complain of; a test that brings it about excuses it."""
    return []


@pytest.fixture
def visit(browser: Browser, watches: list[Watch]) -> Iterator[Visit]:
    """Whatever a test looks at, no page has a fault, offends its own policy, or asks anybody but the service."""
    with ExitStack() as stack:
        yield make_visit(browser, stack, watches)
    assert [fault for each in watches for fault in each.faults] == []
