"""Whether the service lives, and whether it hears the exchange: for whoever starts it anew, or sends others to it."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from flowalert.operation.attendant import STUCK_AFTER
from flowalert.web.site import Site


def list_health_routes(site: Site) -> Iterator[BaseRoute]:
    """Yield both; they ask for no rights, and say no more than yes or no, and which part hangs."""

    async def tell_alive(_: Request) -> Response:
        stuck = site.service.pulse.find_stuck(STUCK_AFTER)
        words = ", ".join(f"{part.value} stuck" for part in stuck)
        return PlainTextResponse(f"{words or 'ok'}\n", 503 if stuck else 200)

    async def tell_ready(_: Request) -> Response:
        # Asked of the feed alone: a stranger who asks often must not keep the store from its work.
        standing = site.service.feed.standing
        is_whole = standing.registered + len(standing.refused) >= standing.wanted
        is_ready = is_whole and standing.lost_for is None and not standing.is_silent
        # Causes can name addresses; whoever may see them finds them on the pages.
        return PlainTextResponse("ready\n" if is_ready else "not ready\n", 200 if is_ready else 503)

    yield Route("/healthz", tell_alive, methods=["GET"])
    yield Route("/readyz", tell_ready, methods=["GET"])
