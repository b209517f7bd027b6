"""The alerts: those that are open, and those of before."""

import datetime as dt
from collections.abc import Sequence

from msgspec import Struct

from flowalert.market.instant import to_wall
from flowalert.store import Alert
from flowalert.web.name import NamedScope, name_scope
from flowalert.web.route import AnyView, NoQuestion, View
from flowalert.web.site import Site

_MOST = 200


class AlertRow(Struct, frozen=True, kw_only=True):
    """An alert as it stands in a list."""

    id: str
    rule: str
    scope: NamedScope
    state: str
    severity: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    value: float | int | None
    peak: float | int | None


class Alerts(Struct, frozen=True):
    """The alerts that changed last, newest first."""

    alerts: Sequence[AlertRow]


async def look_at_alerts(site: Site, _: NoQuestion) -> Alerts:
    """Return the alerts that changed last."""
    return Alerts([make_row(alert) for alert in await site.clerk.alerts(limit=_MOST)])


def make_row(alert: Alert) -> AlertRow:
    """Return an alert as it stands in a list."""
    last = alert.last
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
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="alerts",
        path="/alerts",
        summary="The alerts that changed last.",
        question=NoQuestion,
        answer=Alerts,
        look=look_at_alerts,
        template="alerts.html",
    ),
)
