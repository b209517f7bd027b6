"""What everybody may ask without saying who they are: whether the service lives, and to be let in."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flowalert.web.access.desk import COOKIE
from flowalert.web.mistake import RequestRefused
from flowalert.web.page import LANGUAGE_COOKIE, THEME_COOKIE, Pages
from flowalert.web.question import read_body, read_parameters
from flowalert.web.site import Site

_YEAR = 365 * 86_400
# Their paths; the test that looks for an open door knows no others.
OPEN = ("/healthz", "/readyz", "/login", "/logout", "/choice", "/static")


class Credentials(msgspec.Struct, frozen=True):
    """Who wants to be let in, and to which page."""

    name: str = ""
    password: str = ""
    next: str = "/"


class Choice(msgspec.Struct, frozen=True):
    """How a reader wants the pages."""

    language: str = ""
    theme: str = ""


def list_open_routes(site: Site, pages: Pages) -> Iterator[BaseRoute]:
    """Yield the routes that ask for no rights."""

    async def tell_alive(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def tell_ready(_: Request) -> Response:
        feed = (await site.look()).feed
        is_ready = feed.lost_for is None and not feed.is_silent and feed.registered + len(feed.refused) >= feed.places
        words = "ready" if is_ready else f"not ready: {feed.cause or 'not registered yet'}"
        # Causes can name addresses; whoever may see them finds them on the pages.
        return PlainTextResponse(("ready" if is_ready else "not ready") + "\n", 200 if words == "ready" else 503)

    async def show_login(request: Request) -> Response:
        try:
            asked = read_parameters(request, Credentials)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        return pages.render(request, "login.html", mistake="", next=_keep_inside(asked.next))

    async def log_in(request: Request) -> Response:
        try:
            asked, _ = await read_body(request, Credentials)
            _check_origin(request)
            place = request.client.host if request.client else ""
            secret = await site.desk.log_in(asked.name, asked.password, place)
        except RequestRefused as refused:
            answer = pages.render(request, "login.html", status=refused.status, mistake=refused.mistake.what, next="/")
            if refused.after is not None:
                answer.headers["retry-after"] = str(refused.after)
            return answer
        answer = RedirectResponse(_keep_inside(asked.next), 303)
        answer.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=request.url.scheme == "https")
        return answer

    async def log_out(request: Request) -> Response:
        try:
            actor = site.desk.find_actor(request)
            _, proof = await read_body(request, Choice)
            if actor is not None:
                site.desk.check_proof(request, actor, proof)
                site.desk.log_out(actor)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def choose(request: Request) -> Response:
        try:
            asked, _ = await read_body(request, Choice)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        answer = RedirectResponse(_keep_inside(request.headers.get("referer", "/"), whole=True), 303)
        for cookie, value, allowed in (
            (LANGUAGE_COOKIE, asked.language, {"ko", "en"}),
            (THEME_COOKIE, asked.theme, {"dark", "light", "system"}),
        ):
            if value in allowed:
                answer.set_cookie(cookie, value, max_age=_YEAR, samesite="lax", httponly=True)
        return answer

    yield Route("/healthz", tell_alive, methods=["GET"])
    yield Route("/readyz", tell_ready, methods=["GET"])
    yield Route("/login", show_login, methods=["GET"])
    yield Route("/login", log_in, methods=["POST"])
    yield Route("/logout", log_out, methods=["POST"])
    yield Route("/choice", choose, methods=["POST"])


def _check_origin(request: Request) -> None:
    """Raise RequestRefused for a form of another site: it could log somebody in as somebody else."""
    origin = request.headers.get("origin")
    if origin not in {None, "null"} and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        raise RequestRefused(403, "another site sent this form")


def _keep_inside(path: str, *, whole: bool = False) -> str:
    """Return the path where it is one of this service's, and / otherwise."""
    split = urlsplit(path)
    if not whole and (split.scheme or split.netloc):
        return "/"
    inside = split.path + (f"?{split.query}" if split.query else "")
    return inside if inside.startswith("/") and not inside.startswith(("//", "/\\")) else "/"
