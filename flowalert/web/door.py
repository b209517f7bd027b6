"""What everybody may ask without saying who they are: whether the service lives, and to be let in."""

from collections.abc import Iterator

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flowalert.web.access.cookie import KNOWN, SESSION, YEAR, drop_cookie, read_cookie, set_cookie
from flowalert.web.access.origin import check_origin
from flowalert.web.health import list_health_routes
from flowalert.web.mistake import RequestRefused
from flowalert.web.page import LANGUAGE_COOKIE, THEME_COOKIE, Pages
from flowalert.web.question import read_parameters, read_sent, understand
from flowalert.web.site import Site
from flowalert.web.way import find_way_back, keep_inside

# Their paths; the test that looks for an open door knows no others.
OPEN = ("/healthz", "/readyz", "/login", "/logout", "/choice", "/static")

# A name and a password; a stranger gets no more of the memory.
_MOST_BYTES = 8 << 10


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which page somebody wants, once they are let in."""

    next: str = "/"


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants to be let in, and to which page."""

    name: str = ""
    password: str = ""
    next: str = "/"

    def __repr__(self) -> str:
        return "Credentials(…)"


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a reader wants the pages."""

    language: str = ""
    theme: str = ""


def list_open_routes(site: Site, pages: Pages) -> Iterator[BaseRoute]:
    """Yield the routes that ask for no rights."""

    async def show_login(request: Request) -> Response:
        try:
            asked = read_parameters(request, Way)
            actor = site.desk.find_actor(request)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        if actor is not None:
            return RedirectResponse(keep_inside(asked.next), 303)
        return pages.render(request, "login.html", mistake="", next=keep_inside(asked.next))

    async def log_in(request: Request) -> Response:
        way = "/"
        try:
            check_origin(request)
            asked = understand(request, await read_sent(request, _MOST_BYTES), Credentials)
            way = keep_inside(asked.next)
            place = request.client.host if request.client else ""
            for_mark = read_cookie(request, KNOWN, needs_tls=site.desk.needs_tls)
            entry = await site.desk.log_in(asked.name, asked.password, place=place, mark=for_mark)
        except RequestRefused as refused:
            answer = pages.render(request, "login.html", status=refused.status, mistake=refused.mistake.what, next=way)
            if refused.after is not None:
                answer.headers["retry-after"] = str(refused.after)
            return answer
        site.desk.end_before(request)
        answer = RedirectResponse(way, 303)
        set_cookie(answer, request, SESSION, entry.session)
        set_cookie(answer, request, KNOWN, entry.mark, max_age=YEAR)
        return answer

    async def log_out(request: Request) -> Response:
        try:
            actor = site.desk.find_actor(request)
            sent = await read_sent(request, _MOST_BYTES)
            understand(request, sent, Nothing)
            if actor is not None:
                site.desk.check_proof(request, actor, sent.proof)
                site.desk.log_out(actor)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        answer = RedirectResponse("/login", 303)
        drop_cookie(answer, SESSION)
        return answer

    async def choose(request: Request) -> Response:
        try:
            check_origin(request)
            asked = understand(request, await read_sent(request, _MOST_BYTES), Choice)
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        answer = RedirectResponse(find_way_back(request), 303)
        for cookie, value, allowed in (
            (LANGUAGE_COOKIE, asked.language, {"ko", "en"}),
            (THEME_COOKIE, asked.theme, {"dark", "light", "system"}),
        ):
            if value in allowed:
                answer.set_cookie(cookie, value, max_age=YEAR, samesite="lax", httponly=True)
        return answer

    yield from list_health_routes(site)
    yield Route("/login", show_login, methods=["GET"])
    yield Route("/login", log_in, methods=["POST"])
    yield Route("/logout", log_out, methods=["POST"])
    yield Route("/choice", choose, methods=["POST"])
