"""Where targets send to, as far as it can be said without a secret."""

import pytest

from flowalert.delivery import Target, parse_target
from flowalert.delivery.endpoint import Endpoint


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("json://user:hunter2@example.com/path", Endpoint("example.com", 80, is_secure=False)),
        ("jsons://example.com:8443/path", Endpoint("example.com", 8443, is_secure=True)),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", Endpoint("hooks.slack.com", 443, is_secure=True)),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", Endpoint("api.telegram.org", 443, is_secure=True)),
        (
            "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz",
            Endpoint("discord.com", 443, is_secure=True),
        ),
        ("ntfy://planted-topic", None),
    ],
)
def test_the_server_is_the_services_or_the_users_own(url: str, endpoint: Endpoint | None) -> None:
    """Never what stands in a host's place of a URL that has none."""
    target = parse_target(url)
    assert isinstance(target, Target)
    assert target.endpoint == endpoint
