"""The list of everything that there is to look at and to do."""

from flowalert.web.room import alerts, line, rules, today
from flowalert.web.route import AnyDeed, AnyView

VIEWS: tuple[AnyView, ...] = (
    *today.VIEWS,
    *line.VIEWS,
    *alerts.VIEWS,
    *rules.VIEWS,
)

DEEDS: tuple[AnyDeed, ...] = (*rules.DEEDS,)
