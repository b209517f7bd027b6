"""Where a request comes from, as far as a browser says."""

from starlette.requests import Request

from flowalert.web.mistake import RequestRefused

# A person who types an address sends none of another site's forms.
_OWN = {"same-origin", "none"}
# What proxies add. Nothing of it is believed; that it is there says that there is a proxy.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def check_origin(request: Request) -> None:
    """Raise RequestRefused (403) for what another site's page sends."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    # The scheme is not compared: before a proxy with TLS the browser's is another one.
    is_own = origin is None or origin.partition("://")[2].lower() == host.lower()
    if not is_own or request.headers.get("sec-fetch-site", "same-origin") not in _OWN:
        instead = "send it from its own page; a proxy in front has to pass the Host header on"
        raise RequestRefused(403, "another site's page sent this", instead=instead)


def came_through_proxy(request: Request) -> bool:
    """Tell whether somebody elsewhere may have sent what comes from this machine."""
    return any(name in request.headers for name in _FORWARDED)
