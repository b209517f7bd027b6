"""What every test may use."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# How fast a machine makes examples, or judges one, says nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that runs within the test's own process sets up logs of its own; the next test has none of it."""
    yield
    structlog.reset_defaults()
