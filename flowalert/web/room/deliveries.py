"""What became of every notice, and one more try."""

import datetime as dt
from collections.abc import Mapping, Sequence

from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.store import Line, NotPutBack, PutBack, Selection
from flowalert.web.access.actor import Actor
from flowalert.web.mistake import RequestRefused
from flowalert.web.name import NamedScope, name_scope
from flowalert.web.room.asking import Many, Number, read_enum, read_rules, read_since, read_words
from flowalert.web.route import AnyDeed, AnyView, Deed, View
from flowalert.web.site import Site

_PAGE = 50
# Of deliveries that were put back, so many are told of one by one.
_TOLD = 200
_MOST_IDS = 1_000


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """One delivery: what is told to whom, how it stands and why.

    Moments are wall time. `reason` says what it waits for, too; `next_at` and `blocked_until` are of one that waits,
    and `age` are the seconds since it was made.
    """

    id: int
    state: str
    reason: str
    cause: str
    of: str
    channel: str
    target: str
    attempts: int
    uncertain: int
    created_at: dt.datetime
    age: float
    next_at: dt.datetime | None
    blocked_until: dt.datetime | None
    settled_at: dt.datetime | None
    alert: str
    rule: str
    scope: NamedScope
    kind: str
    severity: str
    title: str
    may_retry: bool


class Deliveries(Struct, frozen=True, kw_only=True):
    """A page of deliveries, newest first.

    `counts` has every state, over what the question chooses in whatever state among the newest 20,000. `older` is the
    `before` of the next page, None where there is none; a page may be short and have a next one.
    """

    place: str
    deliveries: Sequence[DeliveryRow]
    counts: Mapping[str, int]
    older: int | None


class DeliveriesQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which deliveries: those that match every part; an empty part matches all.

    Rules are names or patterns like `foreigners-*`; `since` is when they were made, like 10:00, 2026-11-23 or
    2026-11-23 10:00, in Seoul.
    """

    state: Many = ()
    channel: Many = ()
    rule: Many = ()
    since: str = ""
    before: Number | None = None


class Retry(Struct, frozen=True, forbid_unknown_fields=True):
    """Which deliveries are to be sent once more; `force` also sends what was sent before, a second time."""

    id: tuple[Number, ...] = ()
    force: bool = False


class RetryDead(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the dead deliveries are to be sent once more; an empty part stands for all."""

    channel: Many = ()
    rule: Many = ()
    since: str = ""


class Retried(Struct, frozen=True):
    """The deliveries that were put back, as they were before that; `count` is of them all, the first 200 are here."""

    retried: Sequence[DeliveryRow]
    count: int


async def look_at_deliveries(site: Site, asked: DeliveriesQuestion) -> Deliveries:
    """Return the deliveries that a question chooses."""
    place = site.news.place
    selection = Selection(
        states=read_enum("state", asked.state, DeliveryState),
        channels=read_words("channel", asked.channel),
        rules=read_rules(asked.rule),
        since=read_since(asked.since, site.now()),
    )
    sheet = await site.clerk.sheet(selection, before=asked.before, limit=_PAGE)
    if not sheet.lines and asked.before is None:
        await _check_names(site, selection)
    now = site.now()
    return Deliveries(
        place=place,
        deliveries=[make_delivery_row(line, now) for line in sheet.lines],
        counts={state.value: count for state, count in sheet.counts.items()},
        older=sheet.older,
    )


async def retry(site: Site, actor: Actor, asked: Retry) -> Retried:
    """Send deliveries once more: all of them or, where one cannot be, none."""
    if not asked.id:
        raise RequestRefused(400, "no delivery is named", where="id")
    if len(asked.id) > _MOST_IDS:
        raise RequestRefused(400, f"these are more than {_MOST_IDS:,} deliveries", where="id")
    return await _put_back(site, actor, Selection(ids=tuple(dict.fromkeys(asked.id))), force=asked.force)


async def retry_dead(site: Site, actor: Actor, asked: RetryDead) -> Retried:
    """Send all that are dead once more, or those of them that are chosen."""
    selection = Selection(
        states=(DeliveryState.DEAD,),
        channels=read_words("channel", asked.channel),
        rules=read_rules(asked.rule),
        since=read_since(asked.since, site.now()),
    )
    done = await _put_back(site, actor, selection, force=False)
    if not done.count:
        await _check_names(site, selection)
    return done


async def _put_back(site: Site, actor: Actor, selection: Selection, *, force: bool) -> Retried:
    now = site.now()
    done = await site.clerk.put_back(selection, by=actor.name, now=now, force=force)
    match done:
        case NotPutBack(objections):
            raise RequestRefused(409, "; ".join(objections).replace("--force", "force"), instead="nothing was put back")
        case PutBack(lines):
            return Retried([make_delivery_row(line, now) for line in lines[:_TOLD]], len(lines))


async def _check_names(site: Site, selection: Selection) -> None:
    """Raise RequestRefused for a channel or a rule that nobody has ever heard of: it is a typing mistake."""
    known = await site.clerk.names()
    channels = tuple(sorted({*known.channels, *site.channels}))
    rules = tuple(sorted({*known.rules, *site.rulebook.by_name}))
    objection = type(known)(channels, rules).object_to(selection)
    if objection is not None:
        raise RequestRefused(400, objection)


def make_delivery_row(line: Line, now: dt.datetime) -> DeliveryRow:
    """Return a delivery as it stands in a list."""
    delivery, told = line.delivery, line.transition
    notice = delivery.notice
    return DeliveryRow(
        id=delivery.id,
        state=delivery.state.value,
        reason=delivery.reason or line.waits_for,
        cause=notice.cause.occasion.value,
        of=notice.cause.of,
        channel=notice.channel,
        target=delivery.target.label,
        attempts=delivery.attempts,
        uncertain=delivery.uncertain,
        created_at=delivery.created_at,
        age=max(0.0, (now - delivery.created_at).total_seconds()),
        next_at=None if delivery.settled_at else delivery.next_at,
        blocked_until=line.blocked_until,
        settled_at=delivery.settled_at,
        alert=notice.alert,
        rule=told.rule,
        scope=name_scope(told.scope),
        kind=notice.kind.value,
        severity=notice.severity.name.lower(),
        title=" ".join(notice.title.split()),
        may_retry=delivery.state in (DeliveryState.DEAD, DeliveryState.RETRYING, DeliveryState.SUPPRESSED),
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="deliveries",
        path="/deliveries",
        summary="What became of every notice.",
        question=DeliveriesQuestion,
        answer=Deliveries,
        look=look_at_deliveries,
        template="deliveries.html",
    ),
)
DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="retry",
        path="/deliveries/retry",
        summary="Send deliveries once more: all of them or, where one cannot be, none.",
        question=Retry,
        answer=Retried,
        do=retry,
    ),
    Deed(
        name="retry dead",
        path="/deliveries/retry-dead",
        summary="Send all that are dead once more, or those of them that are chosen.",
        question=RetryDead,
        answer=Retried,
        do=retry_dead,
    ),
)
