"""Where the exchange is."""

import pytest

from flowalert.feed.setting import LIVE, PAPER, Endpoint, find_endpoint
from tests.feed.running import make_settings


def test_live_and_paper_share_their_issuer() -> None:
    """The two domains of the vendor differ in the websocket's port alone."""
    assert find_endpoint("live") == LIVE
    assert find_endpoint("paper") == PAPER
    assert LIVE.token_url == PAPER.token_url
    assert LIVE.url != PAPER.url


def test_a_url_of_ones_own() -> None:
    """Any websocket URL goes, with the address that issues its tokens."""
    own = find_endpoint("ws://127.0.0.1:9443/websocket", "http://127.0.0.1:8080/oauth2/token")
    assert own == Endpoint("ws://127.0.0.1:9443/websocket", "http://127.0.0.1:8080/oauth2/token")


@pytest.mark.parametrize(
    ("domain", "token_url", "words"),
    [
        ("papre", "http://a/", "domain is 'papre'; expected live, paper, or a URL that starts with ws:// or wss://"),
        ("https://a/", "http://a/", "domain is 'https://a/'"),
        ("ws://", "http://a/", "domain is 'ws://'"),
        ("ws://a:99999/", "http://a/", "domain is an address of ws://"),
        ("ws://a/", None, "token_url must say who issues tokens"),
        ("ws://a/", "ftp://a/", "token_url is 'ftp://a/'; expected http:// or https://"),
        ("live", "http://a/", "leave it out with domain: live"),
    ],
)
def test_what_is_no_endpoint(domain: str, token_url: str | None, words: str) -> None:
    """The message has what was found and what is expected."""
    with pytest.raises(ValueError, match=r"domain|token_url") as caught:
        find_endpoint(domain, token_url)
    assert words in str(caught.value)


def test_a_silence_lasts_for_some_time() -> None:
    """Of no time at all it would be told between any two updates."""
    with pytest.raises(ValueError, match="tell_silence_after is 0; expected more than 0 s"):
        make_settings("ws://a/", "http://a/", tell_silence_after=0.0)


def test_a_connection_carries_at_least_one() -> None:
    """A limit of none would never register anything."""
    with pytest.raises(ValueError, match="per_connection is 0; expected 1 or more"):
        make_settings("ws://a/", "http://a/", per_connection=0)
