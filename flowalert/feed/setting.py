"""What the feed is told: where the exchange is, as whom to speak, and how patient to be."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit


class Endpoint(NamedTuple):
    """Where the websocket is and where tokens are issued."""

    url: str
    token_url: str


# Source: the vendor's pages. One host issues the tokens of both: the key decides which of them it is for.
_TOKEN_URL = "https://openapi.ls-sec.co.kr:8080/oauth2/token"  # noqa: S105 - an address, not a secret
_SHORT = 12
LIVE = Endpoint("wss://openapi.ls-sec.co.kr:9443/websocket", _TOKEN_URL)
PAPER = Endpoint("wss://openapi.ls-sec.co.kr:29443/websocket", _TOKEN_URL)


def find_endpoint(domain: str, token_url: str | None = None) -> Endpoint:
    """Return the endpoint of `live`, `paper` or a websocket URL of one's own, which needs a `token_url`.

    Raises ValueError with words for people for anything else.
    """
    known = {"live": LIVE, "paper": PAPER}.get(domain)
    if known is not None:
        if token_url is not None:
            raise ValueError(f"token_url belongs to a URL of your own; leave it out with domain: {domain}")
        return known
    for name, url, schemes in (("domain", domain, ("ws", "wss")), ("token_url", token_url, ("http", "https"))):
        if url is None:
            raise ValueError("domain is a URL of your own, so token_url must say who issues tokens")
        _check_url(name, url, schemes)
    return Endpoint(domain, token_url or "")


def _check_url(name: str, url: str, schemes: tuple[str, str]) -> None:
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    if name == "domain":
        wanted = f"live, paper, or a URL that starts with {wanted}"
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise ValueError(f"{name} is {_say(url)}; expected {wanted}")


def _say(url: str) -> str:
    """Say what stands in the place of a URL: a short word as it is, but it may be a secret that belongs elsewhere."""
    if len(url) <= _SHORT:
        return repr(url)
    scheme, found, _ = url.partition("://")
    return f"an address of {scheme}://" if found and scheme.isalpha() and len(scheme) <= _SHORT else "no URL"


@dataclass(frozen=True, kw_only=True)
class FeedSettings:
    """Where, as whom and how patiently the feed works. All times are seconds of trio's clock.

    `silence_after` is how long updates may stay away in an open session; `link_silent_after` how long not even
    a pong may come. `tell_silence_after` is how long nothing may come from anywhere, in an open session, before people
    are told; infinite for never. `ssl_context` is for a server whose certificate the system does not know.
    """

    endpoint: Endpoint
    appkey: str = field(repr=False)
    appsecret: str = field(repr=False)
    token_cache: Path | None = None
    silence_after: float = 90.0
    tell_silence_after: float = 120.0
    per_connection: int = 100
    pace: float = 0.1
    open_after: float = 10.0
    answer_after: float = 10.0
    release_after: float = 2.0
    ping_every: float = 15.0
    link_silent_after: float = 40.0
    retry_first: float = 0.5
    retry_cap: float = 60.0
    rate_limit_wait: float = 10.0
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.per_connection < 1:
            raise ValueError(f"per_connection is {self.per_connection}; expected 1 or more")
        if self.tell_silence_after <= 0:
            raise ValueError(f"tell_silence_after is {self.tell_silence_after:g}; expected more than 0 s")
