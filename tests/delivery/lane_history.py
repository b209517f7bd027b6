"""Lanes in which anything waits that can, made up by hypothesis."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from flowalert.engine.notice import DeliveryState, Occasion
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Kind, Severity
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

SECOND = timedelta(seconds=1)
ALERTS = ("a", "b", "c", "d")


@st.composite
def lanes(draw: DrawFn, now: datetime = NOW) -> list[Waiting]:
    """Return what waits in one lane, in order: firings of a few alerts, and resolves, as the store says it."""
    order = draw(st.lists(st.sampled_from(ALERTS), max_size=10))
    resolved = draw(st.sets(st.sampled_from(ALERTS)))
    # Of these a firing was told before.
    told = draw(st.sets(st.sampled_from(ALERTS)))
    rows = [(alert, Kind.FIRING) for alert in order] + [(alert, Kind.RESOLVED) for alert in sorted(resolved)]
    return [
        draw(_deliveries(number, alert, kind, rows, alert in told, alert not in resolved, now))
        for number, (alert, kind) in enumerate(rows, start=1)
    ]


@st.composite
def _deliveries(
    draw: DrawFn,
    number: int,
    alert: str,
    kind: Kind,
    rows: list[tuple[str, Kind]],
    told: bool,
    fires: bool,
    now: datetime,
) -> Waiting:
    created_at = now - draw(st.integers(0, 900)) * SECOND
    others: dict[str, Any] = {"state": draw(st.sampled_from([DeliveryState.PENDING, DeliveryState.RETRYING]))}
    if kind is Kind.FIRING:
        others["occasion"] = draw(
            st.sampled_from([Occasion.ROUTED, Occasion.ROUTED, Occasion.UNMUTED, Occasion.ESCALATED])
        )
        others["reminder"] = draw(st.booleans())
        if others["occasion"] is Occasion.ESCALATED and draw(st.booleans()):
            created_at = now + draw(st.integers(1, 300)) * SECOND
            others["state"] = DeliveryState.PENDING
    else:
        waits = [place for place, row in enumerate(rows, start=1) if row == (alert, Kind.FIRING)]
        others["firing"] = 0 if told or not waits else waits[-1]
        others["untold"] = "" if told or waits else "dead, HTTP 404"
    severity = draw(st.sampled_from(Severity))
    next_at = created_at if created_at > now else now + draw(st.sampled_from([-60, 0, 1, 60])) * SECOND
    return waiting(
        number,
        created_at=created_at,
        alert=alert,
        rule=draw(st.sampled_from(["sellers", "buyers"])),
        kind=kind,
        severity=severity,
        urgent=severity is Severity.CRITICAL or draw(st.integers(0, 9)) == 0,
        fires=fires,
        reason="" if others["state"] is DeliveryState.PENDING else "HTTP 503",
        next_at=next_at,
        **others,
    )
