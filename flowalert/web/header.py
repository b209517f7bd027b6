"""What every answer says to a browser, and under which names it may ask."""

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowalert.settings import WebSettings

# Nothing but what this service sends itself, no frame around it, and no form to elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    # What nobody says otherwise of is about the moment, and about who asks.
    (b"cache-control", b"no-store"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Porch:
    """Refuses requests under a foreign name, and puts the headers on every answer.

    A page elsewhere can let its own name point to this machine (DNS rebinding); it cannot let the browser say another.
    """

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self._app = app
        self._hosts = frozenset(_list_hosts(settings))
        self._is_open = _is_any(settings.address.host)
        self._headers = (*_HEADERS, _HSTS) if settings.certificate is not None else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # There is none here. Closed before it is accepted, it is answered with 403.
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in message.get("headers", ())}
                more = [each for each in self._headers if each[0] not in named]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        if self._knows(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send_with_headers)
        else:
            what = "nobody serves this name here"
            instead = "add it to hosts: in the settings' web:"
            answer = JSONResponse({"what": what, "where": "host", "instead": instead}, 421)
            await answer(scope, receive, send_with_headers)

    def _knows(self, host: str) -> bool:
        name = _without_port(host).lower()
        # Whoever listens on every address cannot know them all; but an address is no name that could be rebound.
        return name in self._hosts or (self._is_open and _is_address(name))


def _list_hosts(settings: WebSettings) -> Iterable[str]:
    yield from settings.hosts
    host = settings.address.host
    yield f"[{host}]" if ":" in host else host
    if settings.address.is_local or _is_any(host):
        yield from _LOCAL


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _is_any(host: str) -> bool:
    return ipaddress.ip_address(host).is_unspecified


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
