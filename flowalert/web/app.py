"""Answers requests: each by its entry in the list of routes, and by nothing else."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from flowalert.settings import Role
from flowalert.store import StoreFailed
from flowalert.web.access.actor import Actor
from flowalert.web.attendance import wait_while_there
from flowalert.web.door import list_open_routes
from flowalert.web.header import Porch
from flowalert.web.mistake import RequestRefused
from flowalert.web.page import Pages
from flowalert.web.question import read_parameters, read_sent, understand
from flowalert.web.route import API, AnyDeed, AnyText, AnyView
from flowalert.web.routes import DEEDS, TEXTS, VIEWS
from flowalert.web.site import Site
from flowalert.web.static import open_static
from flowalert.web.way import find_way_back

log = structlog.get_logger()

_encode = msgspec.json.Encoder().encode
_NO_STORE = {"cache-control": "no-store"}
_Answer = Callable[[Request], Awaitable[Response | ASGIApp]]
_Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(site: Site) -> ASGIApp:
    """Return the pages and the API of a running service, as an ASGI application."""
    return Porch(make_routes(site), site.settings)


def make_routes(site: Site) -> Starlette:
    """Return what answers, without the checks of what comes in: for all who ask for a list of it."""
    pages = Pages(site)
    handlers: dict[Any, Any] = {
        HTTPException: partial(_answer_unknown, pages),
        Exception: partial(_answer_fault, pages),
    }
    return Starlette(routes=list(_list_routes(site, pages)), exception_handlers=handlers)


def _list_routes(site: Site, pages: Pages) -> Iterator[BaseRoute]:
    yield Mount("/static", open_static(), name="static")
    yield from list_open_routes(site, pages)
    # One route a path: where a method is not for a path, the answer names all that are.
    by_path: dict[str, dict[str, _Endpoint]] = {}
    for path, method, role, answer in _list_answers(site, pages):
        by_path.setdefault(path, {})[method] = _make_endpoint(site, pages, role, answer)
    for path, by_method in by_path.items():
        yield Route(path, _choose(by_method), methods=list(by_method))


def _list_answers(site: Site, pages: Pages) -> Iterator[tuple[str, str, Role, _Answer]]:
    for view in VIEWS:
        yield f"{API}{view.api or view.path}", "GET", view.role, _view(site, view)
        if view.template:
            yield view.path, "GET", view.role, _show(site, pages, view)
    for deed in DEEDS:
        yield f"{API}{deed.path}", "POST", deed.role, _do(site, pages, deed, is_form=False)
        yield deed.path, "POST", deed.role, _do(site, pages, deed, is_form=True)
    for text in TEXTS:
        yield text.path, "GET", text.role, _tell(site, text)


def _choose(by_method: Mapping[str, _Endpoint]) -> _Endpoint:
    async def respond(request: Request) -> Response:
        return await by_method["GET" if request.method == "HEAD" else request.method](request)

    return respond


def _make_endpoint(site: Site, pages: Pages, role: Role, answer: _Answer) -> _Endpoint:
    """Make what answers. Who asks is known before what they ask is read: nobody else's text is even looked at."""

    async def respond(request: Request) -> Response:
        try:
            request.state.actor = admit(site, request, role)
            return await answer(request)  # type: ignore[return-value] # Starlette calls it as an ASGI application
        except RequestRefused as refused:
            return pages.refuse(request, refused)
        except StoreFailed as failed:
            return pages.refuse(request, RequestRefused(503, str(failed), after=30))

    return respond


def admit(site: Site, request: Request, role: Role) -> Actor:
    """Return who asks, where they may; raises RequestRefused otherwise."""
    actor = site.desk.find_actor(request)
    if actor is None:
        raise RequestRefused(401, "nobody is logged in", instead="log in, or send a token")
    if not actor.role.may(role):
        raise RequestRefused(403, f"{actor.name} may look, and not change anything")
    return actor


def _view(site: Site, view: AnyView) -> _Answer:
    async def answer(request: Request) -> Response:
        return _to_json(await _look(site, view, request, read_parameters(request, view.question)))

    return answer


def _show(site: Site, pages: Pages, view: AnyView) -> _Answer:
    async def answer(request: Request) -> Response:
        question = read_parameters(request, view.question)
        # What happens while it is looked up is news to the page: twice is better than not at all.
        place = site.news.place
        return await pages.show(request, view, question, await _look(site, view, request, question), place)

    return answer


async def _look(site: Site, view: AnyView, request: Request, question: Struct) -> object:
    look = partial(view.look, site, question)
    return await (wait_while_there(request, look) if view.takes_long else look())


def _do(site: Site, pages: Pages, deed: AnyDeed, *, is_form: bool) -> _Answer:
    async def answer(request: Request) -> Response:
        actor: Actor = request.state.actor
        sent = await read_sent(request)
        site.desk.check_proof(request, actor, sent.proof)
        if sent.is_form != is_form:
            instead = "send JSON" if sent.is_form else f"send it to {API}{deed.path}"
            raise RequestRefused(415, "forms are for pages, and JSON for the API", instead=instead)
        question = understand(request, sent, deed.question)
        do = partial(deed.do, site, actor, question)
        done = await (wait_while_there(request, do) if deed.takes_long else do())
        if is_form and deed.template:
            return await pages.show(request, deed, question, done, site.news.place)
        if is_form:
            return RedirectResponse(deed.after or find_way_back(request), 303, _NO_STORE)
        return _to_json(done)

    return answer


def _tell(site: Site, text: AnyText) -> _Answer:
    async def answer(request: Request) -> Response | ASGIApp:
        return await text.tell(site, request, request.state.actor, read_parameters(request, text.question))

    return answer


def _to_json(found: object) -> Response:
    return Response(_encode(found), media_type="application/json", headers=_NO_STORE)


async def _answer_unknown(pages: Pages, request: Request, error: HTTPException) -> Response:
    return pages.refuse(request, RequestRefused(error.status_code, error.detail), error.headers or {})


async def _answer_fault(pages: Pages, request: Request, error: Exception) -> Response:
    log.error("page failed", path=request.url.path, exc_info=error)
    return pages.refuse(request, RequestRefused(500, "this page has a fault; the service's log says which"))
