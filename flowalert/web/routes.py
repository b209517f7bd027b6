"""The list of everything that there is to look at and to do."""

from flowalert.web.room import alert, alerts, audit, deliveries, line, rules, silences, today
from flowalert.web.route import AnyDeed, AnyView

VIEWS: tuple[AnyView, ...] = (
    *today.VIEWS,
    *line.VIEWS,
    *alerts.VIEWS,
    *alert.VIEWS,
    *deliveries.VIEWS,
    *silences.VIEWS,
    *audit.VIEWS,
    *rules.VIEWS,
)

DEEDS: tuple[AnyDeed, ...] = (
    *alert.DEEDS,
    *deliveries.DEEDS,
    *silences.DEEDS,
    *rules.DEEDS,
)
