"""The list of everything that there is to look at and to do."""

from flowalert.web.room import alerts, description, line, metrics, stream, today
from flowalert.web.route import AnyDeed, AnyText, AnyView

VIEWS: tuple[AnyView, ...] = (
    *today.VIEWS,
    *line.VIEWS,
    *alerts.VIEWS,
    description.describe_routes(lambda: (VIEWS, DEEDS, TEXTS)),
)

DEEDS: tuple[AnyDeed, ...] = ()

TEXTS: tuple[AnyText, ...] = (*stream.TEXTS, *metrics.TEXTS)
