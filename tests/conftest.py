"""What every test may use."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that runs within the test's own process sets up logs of its own; the next test has none of it."""
    yield
    structlog.reset_defaults()
