"""What the service counts and measures, for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response

from flowalert.web.access.actor import Actor
from flowalert.web.metric import measure
from flowalert.web.route import AnyText, NoQuestion, Text
from flowalert.web.site import Site

# Source: Prometheus's text-based format
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def tell_metrics(site: Site, _: Request, __: Actor, ___: NoQuestion) -> Response:
    """Return all metrics."""
    return Response(await measure(site), headers={"content-type": _TYPE})


TEXTS: tuple[AnyText, ...] = (
    Text(
        name="metrics",
        path="/metrics",
        summary="What is counted and measured, in Prometheus's text format.",
        question=NoQuestion,
        media_type="text/plain",
        tell=tell_metrics,
    ),
)
