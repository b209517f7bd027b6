"""Who did what, and when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from flowalert.store import Action, Inquiry
from flowalert.web.room.asking import Many, Number, read_enum, read_since, read_until, read_words
from flowalert.web.route import AnyView, View
from flowalert.web.site import Site

_PAGE = 50
_MOST_PEOPLE = 100


class DeedRow(Struct, frozen=True, kw_only=True):
    """One thing that somebody did; `says` is its subject and detail in words."""

    id: int
    at: dt.datetime
    who: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    says: str


class Audit(Struct, frozen=True, kw_only=True):
    """A page of what people did, newest first; `older` is the `before` of the next page, None where there is none.

    `people` are the names of those who did anything.
    """

    place: str
    deeds: Sequence[DeedRow]
    people: Sequence[str]
    older: int | None


class AuditQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which deeds: those that match every part; an empty part matches all. `who` are names or patterns like `kim*`."""

    action: Many = ()
    who: Many = ()
    since: str = ""
    until: str = ""
    before: Number | None = None


async def look_at_audit(site: Site, asked: AuditQuestion) -> Audit:
    """Return the deeds that a question chooses."""
    place, now = site.news.place, site.now()
    inquiry = Inquiry(
        actions=read_enum("action", asked.action, Action),
        people=read_words("who", asked.who),
        since=read_since(asked.since, now),
        until=read_until(asked.until, now),
    )
    leaf = await site.clerk.leaf(inquiry, before=asked.before, limit=_PAGE)
    return Audit(
        place=place,
        deeds=[
            DeedRow(
                id=deed.id,
                at=deed.at,
                who=deed.who,
                action=deed.action.value,
                subject=deed.subject,
                detail=deed.detail,
                says=deed.says,
            )
            for deed in leaf.deeds
        ],
        people=await site.clerk.people(limit=_MOST_PEOPLE),
        older=leaf.older,
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="audit",
        path="/audit",
        summary="Who did what, and when.",
        question=AuditQuestion,
        answer=Audit,
        look=look_at_audit,
        template="audit.html",
    ),
)
