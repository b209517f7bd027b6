"""Deliveries that wait, for the pure stages."""

from datetime import datetime
from typing import Any

from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Kind, Scope, Severity
from flowalert.market.venue import Venue
from tests.store.sample import NOW


def waiting(number: int, *, created_at: datetime = NOW, **others: Any) -> Waiting:
    """Return a firing of an alert of its own, due when it was made; `others` are its other parts."""
    parts: dict[str, Any] = {
        "alert": f"alert {number}",
        "rule": "sellers",
        "scope": Scope(Venue.KRX, "001", "0017"),
        "kind": Kind.FIRING,
        "severity": Severity.WARNING,
        "state": DeliveryState.PENDING,
        "next_at": created_at,
    }
    return Waiting(id=number, created_at=created_at, **{**parts, **others})
