"""Deliveries looked up for people: by what they are about, with the transition that they tell of."""

import fnmatch
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.notice import Delivery, DeliveryState, Occasion
from flowalert.engine.transition import Transition
from flowalert.market.moment import from_ms, to_ms
from flowalert.market.name import suggest
from flowalert.store.queue import decode_delivery


class Selection(Struct, frozen=True, kw_only=True):
    """Which deliveries: those that match every part; an empty part matches all.

    `rules` are names or patterns like `foreigners-*`. `since` is wall time: made then or later.
    """

    ids: tuple[int, ...] = ()
    states: tuple[DeliveryState, ...] = ()
    channels: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    since: datetime | None = None


class Line(Struct, frozen=True):
    """One delivery, and the transition that its notice tells of.

    Of one that waits behind others that failed, `blocked_until` is when those are tried again.
    """

    delivery: Delivery
    transition: Transition
    blocked_until: datetime | None = None

    @property
    def waits_for(self) -> str:
        """What it waits for that no stage has decided about yet; "" where that is its turn alone."""
        if self.blocked_until is not None:
            return "waits with others that failed"
        is_pending = self.delivery.state is DeliveryState.PENDING
        if is_pending and self.delivery.notice.cause.occasion is Occasion.ESCALATED:
            return "unless somebody acknowledges it"
        return ""


class Ledger(Struct, frozen=True):
    """The newest of the deliveries of a selection, oldest of them first; `counts` is over the whole selection."""

    lines: tuple[Line, ...]
    counts: Mapping[DeliveryState, int]


class Names(Struct, frozen=True):
    """What a selection may name, as far as the store has heard of it."""

    channels: tuple[str, ...]
    rules: tuple[str, ...]

    def object_to(self, selection: Selection) -> str | None:
        """Return what of a selection names nothing that there is, in words: it is a typing mistake."""
        asked = [("channel", name, self.channels) for name in selection.channels]
        asked += [("rule", name, self.rules) for name in selection.rules]
        for what, name, names in asked:
            if name not in names and not fnmatch.filter(names, name):
                near = suggest(name, names)
                instead = f"did you mean {near}?" if near else f"it has {', '.join(names) or 'none'}"
                return f"the store has heard of no {what} {name!r}; {instead}"
        return None


SELECTED = """
    FROM deliveries_in_full d JOIN alerts a ON a.id = d.alert JOIN transitions t ON t.id = d.transition
    WHERE (:ids IS NULL OR d.id IN (SELECT value FROM json_each(:ids)))
        AND (:states IS NULL OR d.state IN (SELECT value FROM json_each(:states)))
        AND (:channels IS NULL OR d.channel IN (SELECT value FROM json_each(:channels)))
        AND (:rules IS NULL OR EXISTS (SELECT 1 FROM json_each(:rules) WHERE a.rule = value OR a.rule GLOB value))
        AND (:since IS NULL OR d.created_at >= :since)
"""
# What is urgent waits for no other.
BLOCKED = """
    (SELECT l.blocked_until FROM lanes l WHERE l.target = d.target AND l.channel = d.channel
        AND d.settled_at IS NULL AND l.blocked_until > d.next_at AND NOT d.urgent)
"""
_NO_LIMIT = -1  # Source: SQLite's LIMIT
_decode_transition = msgspec.json.Decoder(Transition).decode


def read_ledger(connection: apsw.Connection, selection: Selection, *, limit: int) -> Ledger:
    """Return the newest deliveries of a selection, at most `limit`, and the count of them all in each state."""
    bindings = bind(selection)
    counts = dict(connection.execute(f"SELECT d.state, count(*) {SELECTED} GROUP BY d.state", bindings))
    return Ledger(
        read_lines(connection, selection, limit=limit),
        {state: counts.get(state.value, 0) for state in DeliveryState},
    )


def read_lines(connection: apsw.Connection, selection: Selection, *, limit: int = _NO_LIMIT) -> tuple[Line, ...]:
    """Return the newest deliveries of a selection, oldest of them first."""
    rows = connection.execute(
        f"SELECT t.content, {BLOCKED}, d.* {SELECTED} ORDER BY d.id DESC LIMIT :limit",
        {**bind(selection), "limit": limit},
    )
    return tuple(reversed([decode_line(row) for row in rows]))


def decode_line(row: Sequence[Any]) -> Line:
    """Return the line of a row: a transition's content, until when it is blocked, and a row of deliveries_in_full."""
    content, blocked, *delivery = row
    until = None if blocked is None else from_ms(blocked)
    return Line(decode_delivery(delivery), _decode_transition(content), until)


def read_names(connection: apsw.Connection) -> Names:
    """Return every channel that was ever told anything, and every rule that ever changed its state."""
    return Names(
        tuple(name for (name,) in connection.execute("SELECT DISTINCT channel FROM notices ORDER BY 1")),
        tuple(name for (name,) in connection.execute("SELECT DISTINCT rule FROM alerts ORDER BY 1")),
    )


def bind(selection: Selection) -> dict[str, Any]:
    """Return what SELECTED asks for."""
    states = tuple(state.value for state in selection.states)
    lists = {"ids": selection.ids, "states": states, "channels": selection.channels, "rules": selection.rules}
    bindings: dict[str, Any] = {
        name: msgspec.json.encode(values).decode() if values else None for name, values in lists.items()
    }
    bindings["since"] = None if selection.since is None else to_ms(selection.since)
    return bindings
