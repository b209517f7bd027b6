"""The API's own description, for programs that are made from it."""

from collections.abc import Callable
from typing import Any

from flowalert.web.openapi import Lists, describe
from flowalert.web.route import NoQuestion, View
from flowalert.web.site import Site


def describe_routes(find: Callable[[], Lists]) -> View[NoQuestion, dict[str, Any]]:
    """Return the view of the description of all routes, itself among them."""

    async def look_at_description(_: Site, __: NoQuestion) -> dict[str, Any]:
        return describe(*find())

    return View(
        name="openapi",
        path="/openapi.json",
        summary="This description.",
        question=NoQuestion,
        answer=dict[str, Any],
        look=look_at_description,
    )
