"""Where a browser goes on to, which is never another site."""

from urllib.parse import urlsplit

from starlette.requests import Request


def keep_inside(path: str) -> str:
    """Return the path where it is one of this service's, and / otherwise."""
    try:
        split = urlsplit(path)
    except ValueError:
        return "/"
    return "/" if split.scheme or split.netloc else _join(split.path, split.query)


def find_way_back(request: Request) -> str:
    """Return the path of the page that a form was on, whatever host the browser names."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    return _join(before.path, before.query)


def _join(path: str, query: str) -> str:
    # Browsers read // and /\ as the beginning of a host.
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return f"{path}?{query}" if query else path
