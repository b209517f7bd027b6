"""Alerts and transitions: one row an alert, one row each change of its state."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.transition import Kind, Transition
from flowalert.market.moment import to_ms

# Of a rule: names and values.
Labels: TypeAlias = tuple[tuple[str, str], ...]


class AlertState(enum.Enum):
    """How an alert stands."""

    OPEN = "open"  # a state that is firing
    RESOLVED = "resolved"
    FIRED = "fired"  # an event: nothing to resolve


class Alert(Struct, frozen=True, kw_only=True):
    """One episode of one rule at one scope, as its last transition left it; `labels` are those of its rule."""

    id: str
    state: AlertState
    last: Transition
    labels: Labels = ()


_STATES = {Kind.FIRED: AlertState.FIRED, Kind.FIRING: AlertState.OPEN, Kind.RESOLVED: AlertState.RESOLVED}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Transition).decode

# The rows that `decode_alert` reads.
SELECT_ALERTS = "SELECT a.id, a.state, a.labels, t.content FROM alerts a JOIN transitions t ON t.id = a.last_transition"


def append_transitions(
    connection: apsw.Connection, transitions: Iterable[Transition], labels: Mapping[str, Labels], now: datetime
) -> frozenset[str]:
    """Write the transitions that the store does not have yet, with their alerts; return the ids of those.

    `labels` are those of the rules that have any, by the rule's name.
    """
    new = set()
    for transition in transitions:
        connection.execute(
            "INSERT INTO transitions (id, alert, at, committed_at, told, content) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (
                transition.id,
                transition.alert,
                transition.at,
                to_ms(now),
                int(transition.told),
                _encode(transition).decode(),
            ),
        )
        if connection.changes():
            new.add(transition.id)
            _update_alert(connection, transition, labels.get(transition.rule, ()))
    return frozenset(new)


def _update_alert(connection: apsw.Connection, last: Transition, labels: Labels) -> None:
    connection.execute(
        """
        INSERT INTO alerts (id, rule, scope, state, severity, opened_at, last_transition, labels)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, severity = excluded.severity, last_transition = excluded.last_transition,
            labels = excluded.labels
        """,
        (
            last.alert,
            last.rule,
            str(last.scope),
            _STATES[last.kind].value,
            last.severity.value,
            last.opened_at,
            last.id,
            _encode(dict(labels)).decode() if labels else "{}",
        ),
    )


def read_labels(text: str) -> Labels:
    """Return the labels of an alert from its column."""
    return () if text == "{}" else tuple(sorted(msgspec.json.decode(text, type=dict[str, str]).items()))


def read_open_alerts(connection: apsw.Connection) -> list[Alert]:
    """Return the alerts that fire, in the order in which they opened."""
    rows = connection.execute(
        f"{SELECT_ALERTS} WHERE a.state = 'open' ORDER BY a.opened_at, a.id",
    )
    return [decode_alert(row) for row in rows]


def read_newest_open_alerts(connection: apsw.Connection, *, limit: int) -> list[Alert]:
    """Return the alerts that fire, those first that opened last, at most `limit`."""
    rows = connection.execute(
        f"{SELECT_ALERTS} WHERE a.state = 'open' ORDER BY a.opened_at DESC, a.id LIMIT ?", (limit,)
    )
    return [decode_alert(row) for row in rows]


def read_alerts(connection: apsw.Connection, *, limit: int) -> list[Alert]:
    """Return the alerts that changed last, newest first."""
    rows = connection.execute(
        f"{SELECT_ALERTS} ORDER BY t.seq DESC LIMIT ?",
        (limit,),
    )
    return [decode_alert(row) for row in rows]


def read_events(connection: apsw.Connection, since: datetime) -> list[Alert]:
    """Return the events that were to be told since a moment of wall time, in the order of their coming."""
    rows = connection.execute(
        f"{SELECT_ALERTS} WHERE a.state = 'fired' AND t.told AND t.committed_at >= ? ORDER BY t.seq", (to_ms(since),)
    )
    return [decode_alert(row) for row in rows]


def read_alerts_beginning(connection: apsw.Connection, beginning: str, *, limit: int) -> list[Alert]:
    """Return the alerts whose ids begin so, newest first, at most `limit`."""
    rows = connection.execute(
        # An id is of hexadecimal digits, all of them before the letter g.
        f"{SELECT_ALERTS} WHERE a.id >= ?1 AND a.id < ?1 || 'g' ORDER BY t.seq DESC LIMIT ?2",
        (beginning, limit),
    )
    return [decode_alert(row) for row in rows]


def find_alerts(connection: apsw.Connection, ids: Sequence[str]) -> dict[str, Alert]:
    """Return those of the alerts that the store has, by their ids."""
    rows = connection.execute(
        f"{SELECT_ALERTS} JOIN json_each(?) wanted ON wanted.value = a.id ORDER BY a.opened_at, a.id",
        (_encode(ids).decode(),),
    )
    return {alert.id: alert for alert in map(decode_alert, rows)}


def decode_alert(row: tuple[Any, ...]) -> Alert:
    """Return the alert of a row: its id, its state, its labels, and the content of its last transition."""
    id_, state, labels, content = row
    return Alert(id=id_, state=AlertState(state), last=_decode(content), labels=read_labels(labels))


def read_transitions(connection: apsw.Connection, alert: str) -> list[Transition]:
    """Return every transition of an alert, told or not, in order."""
    rows = connection.execute("SELECT content FROM transitions WHERE alert = ? ORDER BY seq", (alert,))
    return [_decode(content) for (content,) in rows]


def read_transitions_since(connection: apsw.Connection, at: int, *, limit: int) -> list[Transition]:
    """Return the newest transitions that came about at an exchange time or later, told or not, in order."""
    rows = connection.execute(
        "SELECT content FROM transitions WHERE at >= ? ORDER BY at DESC, seq DESC LIMIT ?", (at, limit)
    )
    return [_decode(content) for (content,) in rows][::-1]
