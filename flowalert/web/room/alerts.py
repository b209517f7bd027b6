"""The alerts: those that are open, and those of before."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from flowalert.engine.ack import Ack
from flowalert.engine.clause import subject_of
from flowalert.engine.side import show_number_of
from flowalert.engine.silence import Silence, find_silence
from flowalert.market.amount import format_number
from flowalert.market.instant import to_wall
from flowalert.rules.rulebook import Rule
from flowalert.store import Alert, AlertState, Choice, Telling
from flowalert.web.name import NamedScope, name_scope
from flowalert.web.room.asking import (
    Many,
    Number,
    read_enum,
    read_investors,
    read_rules,
    read_sectors,
    read_severities,
    read_since,
    read_until,
)
from flowalert.web.route import AnyView, View
from flowalert.web.site import Site

_MOST_OPEN = 200
_PAGE = 50


class AlertRow(Struct, frozen=True, kw_only=True):
    """An alert as it stands in a list.

    `shown` is its figure as people of the market write it. `is_told` tells whether anybody was to be told of it, None
    where that is not asked; `acknowledged_by` who has taken it on, and `silenced_by` the silence that
    holds it back now.
    """

    id: str
    rule: str
    scope: NamedScope
    state: str
    severity: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    value: float | int | None
    peak: float | int | None
    shown: str = ""
    is_told: bool | None = None
    acknowledged_by: str | None = None
    silenced_by: int | None = None


class Alerts(Struct, frozen=True, kw_only=True):
    """Alerts that fire, the one that opened last first, and a page of those of before, newest first.

    `more_open` counts those that fire beyond the ones that are here. `older` is the `before` of the next page, None
    where there is none; a page may be short and have a next one.
    """

    place: str
    open: Sequence[AlertRow]
    more_open: int
    past: Sequence[AlertRow]
    older: int | None


class AlertsQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which alerts: those that match every part; an empty part matches all.

    States are open, resolved and fired; rules are names or patterns like `foreigners-*`; sectors, investors and
    severities go by any of their names. `since` and `until` are about the opening, like 10:00, 2026-11-23 or
    2026-11-23 10:00, in Seoul; `told` is told or `held back`.
    """

    state: Many = ()
    severity: Many = ()
    rule: Many = ()
    sector: Many = ()
    investor: Many = ()
    since: str = ""
    until: str = ""
    told: str = ""
    before: Number | None = None


async def look_at_alerts(site: Site, asked: AlertsQuestion) -> Alerts:
    """Return the alerts that a question chooses."""
    place, now = site.news.place, site.market_now()
    telling = read_enum("told", [asked.told], Telling)
    choice = Choice(
        states=read_enum("state", asked.state, AlertState),
        severities=read_severities(asked.severity),
        rules=read_rules(asked.rule),
        sectors=read_sectors(asked.sector),
        investors=read_investors(asked.investor),
        since=read_since(asked.since, now),
        until=read_until(asked.until, now),
        telling=telling[0] if telling else None,
    )
    clerk = site.clerk
    wants_open = asked.before is None and (not choice.states or AlertState.OPEN in choice.states)
    wants_past = choice.states != (AlertState.OPEN,)
    opened, more = await clerk.open_entries(choice, limit=_MOST_OPEN) if wants_open else ((), 0)
    past = await clerk.past_entries(choice, before=asked.before, limit=_PAGE) if wants_past else None
    found = (*opened, *(past.entries if past else ()))
    hands = await read_hands(site, [each.alert.id for each in found])
    rows = [
        make_row(each.alert, site.rulebook.by_name.get(each.alert.last.rule), hands, each.is_told) for each in found
    ]
    return Alerts(
        place=place,
        open=rows[: len(opened)],
        more_open=more,
        past=rows[len(opened) :],
        older=past.older if past else None,
    )


class Hands(NamedTuple):
    """What people have done about alerts, as of a moment of the wall clock."""

    acks: Mapping[str, Ack]
    silences: Sequence[Silence]
    now: dt.datetime


async def read_hands(site: Site, alerts: Sequence[str]) -> Hands:
    """Return what people have done about these alerts."""
    now = site.now()
    return Hands(await site.clerk.acks(alerts=alerts), await site.clerk.silences(now=now), now)


def make_row(
    alert: Alert,
    rule: Rule | None = None,
    hands: Hands | None = None,
    is_told: bool | None = None,  # noqa: FBT001 - as of the store
) -> AlertRow:
    """Return an alert as it stands in a list; `rule` is its own, where there is one."""
    last = alert.last
    ack = hands.acks.get(alert.id) if hands else None
    silence = None
    if hands is not None and alert.state is AlertState.OPEN:
        silence = find_silence(hands.silences, subject_of(last, alert.labels), hands.now)
    return AlertRow(
        id=alert.id,
        rule=last.rule,
        scope=name_scope(last.scope),
        state=alert.state.value,
        severity=last.severity.name.lower(),
        opened_at=to_wall(last.opened_at),
        changed_at=to_wall(last.at),
        value=last.value,
        peak=last.peak,
        shown=show_figure(last.value, alert, rule),
        is_told=is_told,
        acknowledged_by=None if ack is None else ack.by,
        silenced_by=None if silence is None else silence.id,
    )


def show_figure(value: float | None, alert: Alert, rule: Rule | None) -> str:
    """Write a figure of an alert; where its rule is gone, as a bare number."""
    if value is None:
        return ""
    if rule is None:
        return format_number(value, signed=True)
    return show_number_of(value, rule.condition.meaning, alert.last.scope)


VIEWS: tuple[AnyView, ...] = (
    View(
        name="alerts",
        path="/alerts",
        summary="The alerts that fire, and those of before.",
        question=AlertsQuestion,
        answer=Alerts,
        look=look_at_alerts,
        template="alerts.html",
    ),
)
