"""One alert: what it is, why it fired, what became of it, and what there is to do about it."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

from msgspec import Struct, field

from flowalert.engine.clause import EQUAL, Clause, Key, subject_of
from flowalert.engine.hand import add_hands
from flowalert.engine.matcher import Matcher
from flowalert.engine.silence import is_in_force
from flowalert.engine.transition import Transition
from flowalert.engine.wish import Misread, Stretch, read_stretch
from flowalert.market.calendar import HOURS
from flowalert.market.instant import DAY, from_wall, to_wall
from flowalert.rules.rulebook import Rule
from flowalert.store import Alert, AlertState, NotAcknowledged
from flowalert.web.access.actor import Actor
from flowalert.web.mistake import RequestRefused
from flowalert.web.room.alerts import AlertRow, Hands, make_row, read_hands, show_figure
from flowalert.web.room.asking import find_alert, refuse_mistake
from flowalert.web.room.because import Because, Standing, look_back, look_now
from flowalert.web.room.chart import Chart, draw_chart
from flowalert.web.room.deliveries import DeliveryRow, make_delivery_row
from flowalert.web.room.silences import Plan, SilenceRow, make_silence
from flowalert.web.route import AnyDeed, AnyView, Deed, View
from flowalert.web.site import Site

_MOST_DELIVERIES = 100
_LONGEST_COMMENT = 2_000
# For so long an event can be acknowledged: it has no end.
_FRESH = dt.timedelta(hours=24)
# A silence until the venue's session ends.
_SESSION = "session"
_WHATS = ("alert", "rule")
# In the name of a rule these are itself, and not a pattern.
_PATTERN = re.compile(r"[*?\[]")


class Step(Struct, frozen=True, kw_only=True):
    """One change of an alert's state: when, why, with the figure that decided.

    `hold` says what kept it from being told, None where nothing did; `held_back` counts what was held back before it.
    """

    id: str
    at: dt.datetime
    kind: str
    reason: str
    severity: str
    told: bool
    hold: str | None
    held_back: int
    value: float | int | None
    shown: str
    cause: str


class Acknowledged(Struct, frozen=True):
    """Who has taken an alert on, when, and what they said."""

    by: str
    at: dt.datetime
    comment: str


class Silenced(Struct, frozen=True):
    """A silence that is in force and covers an alert."""

    id: int
    by: str
    reason: str
    ends_at: dt.datetime | None


class AlertPage(Struct, frozen=True, kw_only=True):
    """One alert.

    `ended_at` is None while it fires, and `duration` the seconds from its opening to then or to the market's now; an
    event has neither. `because` is about its firing, `now` about its rule at this moment, while it fires. The newest
    100 deliveries are here, oldest of them first. `may_acknowledge` is False for what is over.
    """

    place: str
    alert: AlertRow
    summary: str
    labels: Mapping[str, str]
    ended_at: dt.datetime | None
    duration: float | None
    peak_shown: str
    steps: Sequence[Step]
    because: Because
    now: Standing | None
    chart: Chart | None
    deliveries: Sequence[DeliveryRow]
    ack: Acknowledged | None
    silences: Sequence[Silenced]
    may_acknowledge: bool


class AlertQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which alert: its id, or a beginning of it that no other has."""

    alert: str


class Acknowledgement(Struct, frozen=True, forbid_unknown_fields=True):
    """Which alert somebody takes on, and what there is to say, for the others."""

    alert: str
    comment: str = ""


class Muting(Struct, frozen=True, forbid_unknown_fields=True):
    """For how long nobody is to be told of an alert, or of its rule at its scope, and why.

    `what` is alert or rule; `for` is like 30m or 1h, or `session` for until the venue's session ends.
    """

    alert: str
    what: str = "alert"
    length: str = field(name="for", default="1h")
    reason: str = ""


async def look_at_alert(site: Site, asked: AlertQuestion) -> AlertPage:
    """Return one alert."""
    place = site.news.place
    alert = await find_alert(site, asked.alert)
    transitions = await site.clerk.transitions(alert.id)
    hands = await read_hands(site, [alert.id])
    lines = await site.clerk.lines_of(alert.id, limit=_MOST_DELIVERIES)
    rule = site.rulebook.by_name.get(alert.last.rule)
    chart = await draw_chart(site, rule, transitions)
    ack = hands.acks.get(alert.id)
    ended_at = to_wall(alert.last.at) if alert.state is AlertState.RESOLVED else None
    is_told = any(each.told for each in transitions)
    return AlertPage(
        place=place,
        alert=make_row(alert, rule, hands, is_told),
        summary=rule.summary or "" if rule else "",
        labels=dict(alert.labels),
        ended_at=ended_at,
        duration=_find_duration(site, alert, ended_at),
        peak_shown=show_figure(alert.last.peak, alert, rule),
        steps=[_make_step(each, alert, rule) for each in transitions],
        because=look_back(rule, transitions[0]),
        now=_look_now(site, alert, rule, hands),
        chart=chart,
        deliveries=[make_delivery_row(line, hands.now) for line in lines],
        ack=None if ack is None else Acknowledged(ack.by, ack.at, ack.comment),
        silences=list(_list_silences(alert, hands)),
        may_acknowledge=ack is None and _is_fresh(site, alert),
    )


async def acknowledge(site: Site, actor: Actor, asked: Acknowledgement) -> AlertRow:
    """Take an alert on: no reminder and no escalation of it is told any more."""
    if len(asked.comment) > _LONGEST_COMMENT:
        raise RequestRefused(400, f"the comment is longer than {_LONGEST_COMMENT:,} characters", where="comment")
    alert = await find_alert(site, asked.alert)
    if alert.state is AlertState.FIRED and not _is_fresh(site, alert):
        what = f"alert {alert.id} of {alert.last.rule} is an event of more than 24 hours ago"
        raise RequestRefused(409, f"{what}; nothing is left to acknowledge")
    comment = asked.comment.strip()
    done = await site.clerk.acknowledge([alert.id], by=actor.name, comment=comment, now=site.now())
    return await _answer(site, done)


async def take_back(site: Site, actor: Actor, asked: AlertQuestion) -> AlertRow:
    """Take an acknowledgement back."""
    alert = await find_alert(site, asked.alert)
    return await _answer(site, await site.clerk.withdraw_acknowledgement([alert.id], by=actor.name, now=site.now()))


async def mute(site: Site, actor: Actor, asked: Muting) -> SilenceRow:
    """Make a silence of one alert, or of its rule at its scope."""
    alert = await find_alert(site, asked.alert)
    if asked.what not in _WHATS:
        raise RequestRefused(
            400, f"{asked.what[:40]!r} cannot be silenced", where="what", instead="write alert or rule"
        )
    reason = asked.reason.strip()
    if not reason:
        raise RequestRefused(400, "the reason is empty", where="reason", instead="say why, for whoever wonders later")
    now = site.now()
    matcher = Matcher((Clause(Key.ALERT, EQUAL, (alert.id,)),)) if asked.what == "alert" else _match_rule(alert)
    return await make_silence(
        site, actor, Plan(matcher, _read_stretch(site, alert, asked.length, now), ()), reason, now
    )


def _read_stretch(site: Site, alert: Alert, length: str, now: dt.datetime) -> Stretch:
    if length.strip() != _SESSION:
        try:
            return read_stretch(None, None, length, now)
        except Misread as misread:
            raise refuse_mistake(misread.part, misread.mistake) from None
    market_now = site.market_now()
    venue = alert.last.scope.venue
    shuts = to_wall(from_wall(market_now) // DAY * DAY + HOURS[venue].shuts)
    if shuts <= market_now:
        instead = "write a time, like 1h"
        raise RequestRefused(409, f"the session of {venue.value} is over for today", where="for", instead=instead)
    # A service that runs a recorded day has another clock for the market than for people.
    ends_at = now + (shuts - market_now)
    # Between the two looks at the clock some of it has gone by.
    return Stretch(now, (ends_at + dt.timedelta(milliseconds=500)).replace(microsecond=0))


def _match_rule(alert: Alert) -> Matcher:
    last = alert.last
    name = _PATTERN.sub(lambda match: f"[{match[0]}]", last.rule)
    clauses = [Clause(Key.RULE, EQUAL, (name,)), Clause(Key.VENUE, EQUAL, (last.scope.venue.value,))]
    if last.scope.sector is not None:
        clauses.append(Clause(Key.SECTOR, EQUAL, (last.scope.sector,)))
    if last.scope.investor is not None:
        clauses.append(Clause(Key.INVESTOR, EQUAL, (last.scope.investor,)))
    return Matcher(tuple(clauses))


async def _answer(site: Site, done: tuple[Alert, ...] | NotAcknowledged) -> AlertRow:
    if isinstance(done, NotAcknowledged):
        _refuse(done)
    (alert,) = done
    hands = await read_hands(site, [alert.id])
    return make_row(alert, site.rulebook.by_name.get(alert.last.rule), hands)


def _refuse(done: NotAcknowledged) -> NoReturn:
    raise RequestRefused(409, "; ".join(done.objections))


def _is_fresh(site: Site, alert: Alert) -> bool:
    """Tell whether there is something left to acknowledge."""
    if alert.state is AlertState.FIRED:
        return to_wall(alert.last.at) >= site.market_now() - _FRESH
    return alert.state is AlertState.OPEN


def _find_duration(site: Site, alert: Alert, ended_at: dt.datetime | None) -> float | None:
    if alert.state is AlertState.FIRED:
        return None
    return max(0.0, ((ended_at or site.market_now()) - to_wall(alert.last.opened_at)).total_seconds())


def _look_now(site: Site, alert: Alert, rule: Rule | None, hands: Hands) -> Standing | None:
    if rule is None or alert.state is not AlertState.OPEN:
        return None
    why = site.engine.why_at(rule.name, alert.last.scope)
    return None if why is None else look_now(add_hands(why, rule, hands.silences, hands.acks, hands.now))


def _list_silences(alert: Alert, hands: Hands) -> Sequence[Silenced]:
    if alert.state is AlertState.RESOLVED:
        return ()
    subject = subject_of(alert.last, alert.labels)
    return [
        Silenced(each.id, each.by, each.reason, each.ends_at)
        for each in hands.silences
        if is_in_force(each, hands.now) and each.matcher.matches(subject)
    ]


def _make_step(each: Transition, alert: Alert, rule: Rule | None) -> Step:
    return Step(
        id=each.id,
        at=to_wall(each.at),
        kind=each.kind.value,
        reason=each.reason.value,
        severity=each.severity.name.lower(),
        told=each.told,
        hold=None if each.hold is None else each.hold.value,
        held_back=each.held_back,
        value=each.value,
        shown=show_figure(each.value, alert, rule),
        cause=each.cause,
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="alert",
        path="/alerts/{alert}",
        summary="One alert: why it fired, and what became of it.",
        question=AlertQuestion,
        answer=AlertPage,
        look=look_at_alert,
        template="alert.html",
    ),
)
DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="acknowledge",
        path="/alerts/{alert}/acknowledge",
        summary="Take an alert on.",
        question=Acknowledgement,
        answer=AlertRow,
        do=acknowledge,
    ),
    Deed(
        name="take back",
        path="/alerts/{alert}/take-back",
        summary="Take an acknowledgement back.",
        question=AlertQuestion,
        answer=AlertRow,
        do=take_back,
    ),
    Deed(
        name="mute",
        path="/alerts/{alert}/silence",
        summary="Make a silence of an alert, or of its rule at its scope.",
        question=Muting,
        answer=SilenceRow,
        do=mute,
    ),
)
