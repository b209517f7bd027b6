"""What the service answers to: each path with who may ask, what may be asked and what is answered.

One list of these is the pages, the API, its description and the walk of the test that looks for an open door.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from flowalert.settings import Role
from flowalert.web.access.actor import Actor
from flowalert.web.site import Site

# Where the JSON is.
API = "/api/v1"

Q = TypeVar("Q", bound=Struct)
A = TypeVar("A")


class NoQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Generic[Q, A]):
    """Something to look at: a page at `path`, and the same as JSON below `/api/v1`, there at `api` if it is named.

    A `{name}` in the path and the parameters behind it are the fields of `question`. `template` is the page's; without
    one there is the JSON alone. What `takes_long` is given up when whoever asks is gone.
    """

    name: str
    path: str
    summary: str
    question: type[Q]
    answer: type[A]
    look: Callable[[Site, Q], Awaitable[A]]
    template: str = ""
    api: str = ""
    role: Role = Role.VIEWER
    takes_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Generic[Q, A]):
    """Something to do, by POST: a form of a page at `path`, or JSON below `/api/v1`.

    The fields of `question` are those of the path, and those of the form or the JSON. A form is answered by the page of
    `template`; without one by going to `after` or, where that is empty, back to its page. What changes nothing may have
    a viewer's role. What `takes_long` is given up when whoever asks is gone: it must have changed nothing by then.
    """

    name: str
    path: str
    summary: str
    question: type[Q]
    answer: type[A]
    do: Callable[[Site, Actor, Q], Awaitable[A]]
    after: str = ""
    template: str = ""
    role: Role = Role.OPERATOR
    takes_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Generic[Q]):
    """Something to look at that is neither a page nor JSON, at `path`, of a `media_type`; `tell` makes the answer.

    `question` has the fields of the parameters.
    """

    name: str
    path: str
    summary: str
    question: type[Q]
    media_type: str
    tell: Callable[[Site, Request, Actor, Q], Awaitable[Response | ASGIApp]]
    role: Role = Role.VIEWER


AnyView = View[Any, Any]
AnyDeed = Deed[Any, Any]
AnyText = Text[Any]
