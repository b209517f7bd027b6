"""Acknowledgements: that somebody has taken an alert on, and that they have not after all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.ack import Ack
from flowalert.market.moment import from_ms, to_ms
from flowalert.store.alert import Alert, AlertState, find_alerts
from flowalert.store.audit import Action, note_deed


class NotAcknowledged(Struct, frozen=True):
    """Why nothing was acknowledged or withdrawn: each alert that is in the way, by its id, in words."""

    objections: tuple[str, ...]


def acknowledge(
    connection: apsw.Connection, alerts: Sequence[str], *, by: str, comment: str, now: datetime
) -> tuple[Alert, ...] | NotAcknowledged:
    """Acknowledge all of the alerts, by their ids; or none, where one is resolved, acknowledged or not there."""
    found = find_alerts(connection, alerts)
    acks = read_acks(connection, alerts=alerts)
    objections = tuple(_object(alerts, found, acks))
    if objections:
        return NotAcknowledged(objections)
    for alert in found.values():
        connection.execute(
            "INSERT INTO acks (alert, who, at, comment) VALUES (?, ?, ?, ?)", (alert.id, by, to_ms(now), comment)
        )
        detail = {**_describe(alert), "comment": comment}
        note_deed(connection, Action.ACKNOWLEDGED, alert.id, who=by, now=now, detail=detail)
    return tuple(found.values())


def _object(alerts: Sequence[str], found: Mapping[str, Alert], acks: Mapping[str, Ack]) -> Iterator[str]:
    for id_ in alerts:
        if id_ not in found:
            yield f"there is no alert {id_}"
        elif found[id_].state is AlertState.RESOLVED:
            yield f"alert {id_} is resolved; nothing is left to acknowledge"
        elif id_ in acks:
            yield f"alert {id_} was acknowledged by {acks[id_].by}"


def withdraw_acknowledgement(
    connection: apsw.Connection, alerts: Sequence[str], *, by: str, now: datetime
) -> tuple[Alert, ...] | NotAcknowledged:
    """Take the acknowledgements of all of the alerts back; or of none, where one has none."""
    acks = read_acks(connection, alerts=alerts)
    objections = tuple(f"alert {id_} is not acknowledged" for id_ in alerts if id_ not in acks)
    if objections:
        return NotAcknowledged(objections)
    found = find_alerts(connection, alerts)
    for alert in found.values():
        connection.execute("DELETE FROM acks WHERE alert = ?", (alert.id,))
        detail = {**_describe(alert), "acknowledged_by": acks[alert.id].by}
        note_deed(connection, Action.UNACKNOWLEDGED, alert.id, who=by, now=now, detail=detail)
    return tuple(found.values())


def read_acks(connection: apsw.Connection, *, alerts: Collection[str] | None = None) -> dict[str, Ack]:
    """Return the acknowledgements of these alerts, or all that there are, by the alert's id."""
    listed = None if alerts is None else msgspec.json.encode(list(alerts)).decode()
    rows = connection.execute(
        "SELECT alert, who, at, comment FROM acks WHERE ?1 IS NULL OR alert IN (SELECT value FROM json_each(?1))"
        " ORDER BY at, alert",
        (listed,),
    )
    return {alert: Ack(alert, who, from_ms(at), comment) for alert, who, at, comment in rows}


def _describe(alert: Alert) -> Mapping[str, str]:
    return {"rule": alert.last.rule, "scope": str(alert.last.scope)}
