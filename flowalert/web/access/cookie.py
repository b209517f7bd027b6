"""What a browser is given to keep."""

from starlette.requests import Request
from starlette.responses import Response

SESSION = "flowalert_session"
KNOWN = "flowalert_known"
YEAR = 365 * 86_400

# Browsers take a cookie of such a name over TLS alone, and from this host alone: no neighbour can plant one.
_STRICT = "__Host-"


def read_cookie(request: Request, name: str, *, needs_tls: bool) -> str:
    """Return a cookie, empty where there is none; with `needs_tls` only one that came over TLS."""
    value = request.cookies.get(_STRICT + name, "")
    return value if value or needs_tls else request.cookies.get(name, "")


def set_cookie(answer: Response, request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    """Have the browser keep something that no script reads, until it is closed or for `max_age` seconds.

    It comes along where a link elsewhere, as in a message, leads here; never with another site's form.
    """
    is_secure = _came_over_tls(request)
    named = _STRICT + name if is_secure else name
    answer.set_cookie(named, value, max_age=max_age, path="/", secure=is_secure, httponly=True, samesite="lax")


def drop_cookie(answer: Response, name: str) -> None:
    """Have the browser forget something."""
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax")
    answer.delete_cookie(_STRICT + name, path="/", secure=True, httponly=True, samesite="lax")


def _came_over_tls(request: Request) -> bool:
    # Before a proxy only the browser knows; what it says of itself concerns nobody else.
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
