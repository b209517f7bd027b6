"""Answers as pages: HTML by a template, in the reader's language."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jinja2
import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flowalert.language.tongue import Tongue
from flowalert.settings import Role
from flowalert.web.format import FILTERS
from flowalert.web.mistake import RequestRefused
from flowalert.web.navigation import NAVIGATION
from flowalert.web.route import AnyDeed, AnyView
from flowalert.web.site import Site
from flowalert.web.static import has_charts, name_static

API_PREFIX = "/api/"
LANGUAGE_COOKIE = "flowalert_language"
THEME_COOKIE = "flowalert_theme"

_HEADERS = {"cache-control": "no-store"}


class Pages:
    """Renders the pages of a site. Its templates are compiled once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("flowalert.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= FILTERS

    async def show(
        self, request: Request, view: AnyView | AnyDeed, question: Struct, answer: object, place: str
    ) -> Response:
        """Return the page of a view, or of what a deed has done, which follows the news from a place on."""
        outlook = await self._site.look()
        values: dict[str, Any] = {"question": question, "answer": answer, "view": view.name, "place": place}
        return self.render(request, view.template, outlook=outlook, **values)

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page by its template; the reader's language and rights are known to it."""
        tongue = find_tongue(request, self._site.settings.language)
        actor = getattr(request.state, "actor", None)
        context: dict[str, Any] = {
            "outlook": None,
            "view": "",
            "place": self._site.news.place,
            **values,
            "actor": actor,
            "asks_who": self._site.desk.asks_who,
            "may_change": actor is not None and actor.role.may(Role.OPERATOR),
            "proof": "" if actor is None else self._site.desk.make_proof(actor),
            "tongue": tongue,
            "say": tongue.choose,
            "theme": request.cookies.get(THEME_COOKIE, "") if request.cookies.get(THEME_COOKIE) in _THEMES else "",
            "navigation": NAVIGATION,
            "static": name_static,
            "has_charts": has_charts(),
            "here": request.url.path,
            "now": self._site.now().astimezone(dt.UTC),
        }
        text = self._templates.get_template(template).render(context)
        return Response(text, status, _HEADERS, "text/html; charset=utf-8")

    def refuse(self, request: Request, refused: RequestRefused, more: Mapping[str, str] = {}) -> Response:
        """Return why a request is not answered: as JSON to a program, as a page to a reader. `more` are headers."""
        headers = {**more, **_HEADERS}
        if refused.after is not None:
            headers["retry-after"] = str(refused.after)
        if request.url.path.startswith(API_PREFIX) or request.url.path == "/metrics":
            if refused.status == 401:
                headers["www-authenticate"] = "Bearer"
            return Response(msgspec.json.encode(refused.mistake), refused.status, headers, "application/json")
        if refused.status == 401 and request.method in {"GET", "HEAD"}:
            return RedirectResponse(f"/login?{_name_way_on(request)}", 303, headers)
        answer = self.render(request, "refused.html", status=refused.status, refused=refused)
        answer.headers.update(headers)
        return answer


_THEMES = {"dark", "light"}


def find_tongue(request: Request, settled: Tongue) -> Tongue:
    """Return the language that the reader chose, or that the settings say."""
    try:
        return Tongue(request.cookies.get(LANGUAGE_COOKIE, ""))
    except ValueError:
        return settled


def _name_way_on(request: Request) -> str:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return urlencode({"next": path})
