"""Statuses for tests."""

import datetime as dt
from typing import Any

from flowalert.market.instant import KST
from flowalert.operation.status import FeedStatus, Outlook, Phase, Status

NOW = dt.datetime(2026, 11, 23, 10, 31, 1, tzinfo=KST)
FEED: dict[str, Any] = {
    "places": 14,
    "registered": 14,
    "published_at": NOW.replace(second=0),
    "received_at": NOW.replace(microsecond=250_000, second=0),
}


def outlook(*, waiting: int = 0, open_alerts: int = 3, **feed: Any) -> Outlook:
    return Outlook(
        rules=5,
        channels=2,
        open_alerts=open_alerts,
        waiting=waiting,
        told=7,
        held_back=40,
        feed=FeedStatus(**{**FEED, **feed}),
    )


def status(*, given: Outlook | None = None, **parts: Any) -> Status:
    known: dict[str, Any] = {
        "version": "0.1.0",
        "process": 4711,
        "phase": Phase.RUNNING,
        "started_at": NOW - dt.timedelta(hours=2),
        "written_at": NOW - dt.timedelta(seconds=1),
        "outlook": given or outlook(),
    }
    return Status(**{**known, **parts})
