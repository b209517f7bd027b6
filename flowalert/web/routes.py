"""The list of everything that there is to look at and to do."""

from flowalert.web.room import (
    alert,
    alerts,
    audit,
    deliveries,
    description,
    line,
    metrics,
    rules,
    silences,
    stream,
    today,
)
from flowalert.web.route import AnyDeed, AnyText, AnyView

VIEWS: tuple[AnyView, ...] = (
    *today.VIEWS,
    *line.VIEWS,
    *alerts.VIEWS,
    *alert.VIEWS,
    *deliveries.VIEWS,
    *silences.VIEWS,
    *audit.VIEWS,
    *rules.VIEWS,
    description.describe_routes(lambda: (VIEWS, DEEDS, TEXTS)),
)

DEEDS: tuple[AnyDeed, ...] = (
    *alert.DEEDS,
    *deliveries.DEEDS,
    *silences.DEEDS,
    *rules.DEEDS,
)

TEXTS: tuple[AnyText, ...] = (*stream.TEXTS, *metrics.TEXTS)
