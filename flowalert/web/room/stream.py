"""The news, for a page that stays open."""

from msgspec import Struct
from starlette.requests import Request

from flowalert.web.access.actor import Actor
from flowalert.web.live.stream import MOST, Stream
from flowalert.web.mistake import RequestRefused
from flowalert.web.route import API, AnyText, Text
from flowalert.web.site import Site


class StreamQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """The place from which news are to follow; the header Last-Event-ID goes before it."""

    since: str = ""


async def follow_news(site: Site, request: Request, actor: Actor, asked: StreamQuestion) -> Stream:
    """Return the news from a place on, for as long as the actor may look."""
    if site.news.followers >= MOST:
        raise RequestRefused(503, "too many pages are open", instead="close some of them", after=30)
    place = request.headers.get("last-event-id") or asked.since
    return Stream(site.news, place, lambda: site.desk.still_knows(actor))


TEXTS: tuple[AnyText, ...] = (
    Text(
        name="stream",
        path=f"{API}/stream",
        summary="What happens, as server-sent events.",
        question=StreamQuestion,
        media_type="text/event-stream",
        tell=follow_news,
    ),
)
