"""Whether a server can be reached: its name, its port, its certificate. Nothing is asked of it."""

import datetime as dt
import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import trio

from flowalert.checkup.finding import Finding, fail, warn, well
from flowalert.feed.connection import explain

# Long enough for a person to be found who can renew it.
_RENEW_WITHIN = dt.timedelta(days=14)
_BY_MARK = (
    ("not trusted", "name its authority in feed.ca_file, or mend the system's own: apt install ca-certificates"),
    ("TLS failed", "look whether the port speaks TLS, and at the address"),
    ("refused", "nothing listens there: look at the address, and whether the server runs"),
)
_ELSE = "look at this machine's network, and whether its firewall lets TCP to this port out"


class Door(NamedTuple):
    """Where a server is."""

    host: str
    port: int
    is_secure: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def find_door(url: str) -> Door:
    """Return where the server of a URL is."""
    parts = urlsplit(url)
    is_secure = parts.scheme in ("wss", "https")
    return Door(parts.hostname or "", parts.port or (443 if is_secure else 80), is_secure)


def find_proxy(door: Door) -> Door | None:
    """Return the proxy through which HTTP goes there, by the environment; None where it goes by itself."""
    url = getproxies().get("https" if door.is_secure else "http")
    if not url or proxy_bypass(door.host):
        return None
    return find_door(url if "://" in url else f"http://{url}")


async def check_door(about: str, door: Door, ssl_context: ssl.SSLContext | None = None) -> Finding:
    """Look a server's name up, open TCP to it, and have it show its certificate where it has one."""
    try:
        await trio.socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or "it is no name"
        return fail(about, f"the name {door.host} does not resolve: {words}", "look at its spelling, and at the DNS")
    try:
        async with await trio.open_tcp_stream(door.host, door.port) as stream:
            if not door.is_secure:
                return well(about, f"{door} answers, without TLS")
            return await _check_certificate(about, door, stream, ssl_context or ssl.create_default_context())
    except (OSError, trio.BrokenResourceError, ssl.CertificateError) as error:
        words = explain(error)
        remedy = next((remedy for mark, remedy in _BY_MARK if mark in words), _ELSE)
        return fail(about, f"{door}: {words}", remedy)


async def _check_certificate(about: str, door: Door, stream: trio.SocketStream, context: ssl.SSLContext) -> Finding:
    secure = trio.SSLStream(stream, context, server_hostname=door.host, https_compatible=True)
    await secure.do_handshake()
    certificate = secure.getpeercert()
    await trio.aclose_forcefully(secure)
    ends_at = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), dt.UTC)
    left = ends_at - dt.datetime.now(dt.UTC)
    words = f"{door} answers, and its certificate is good until {ends_at:%Y-%m-%d}"
    if left < _RENEW_WITHIN:
        return warn(about, f"{words}, {left.days} days", "have whoever runs the server renew it in time")
    return well(about, words)
