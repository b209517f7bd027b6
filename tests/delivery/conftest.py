"""What the tests of delivery stand on."""

import contextlib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.connect_proxy import Proxy, open_proxy
from tests.delivery.http_recorder import Answer, Request


@pytest.fixture(scope="session", autouse=True)
def _load_apprise() -> None:
    """Load every plugin once, where the warnings of its imports are not ours: it tries `imghdr` by itself."""
    from apprise import Apprise  # noqa: PLC0415 - the point is when it is imported

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert Apprise.instantiate("json://127.0.0.1/") is not None


@pytest.fixture
def proxied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[Callable[[Request], Answer]], Proxy]]:
    """Return a function that makes every HTTPS request of the test go to the fake that it is given."""
    with contextlib.ExitStack() as opened:
        yield lambda respond: opened.enter_context(open_proxy(respond, monkeypatch, tmp_path))
