"""Deliveries: what a commit asks for, in which order a target gets it, and how each of them ended."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from flowalert.engine.notice import Address, Delivery, DeliveryState, Format, Notice
from flowalert.engine.transition import Kind, Severity
from flowalert.market.moment import from_ms, to_ms

CUT_OFF = "cut off while sending; it may have gone out"


def append_notices(connection: apsw.Connection, notices: Sequence[Notice], new: Collection[str], now: datetime) -> int:
    """Write the notices of transitions that are new to the store; return how many deliveries that made.

    A notice of a transition that was there before asks for nothing: what it asked for was committed with
    it. So a restart owes nobody anything, even where the rule has come to name another channel since.
    """
    count = 0
    for notice in notices:
        if notice.transition in new and notice.kind is not Kind.RESOLVED:
            count += _append_notice(connection, notice, now)
    resolves: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.transition in new and notice.kind is Kind.RESOLVED:
            resolves.setdefault(notice.transition, []).append(notice)
    for texts in resolves.values():
        for notice in _address_resolve(connection, texts):
            count += _append_notice(connection, notice, now)
    return count


def _address_resolve(connection: apsw.Connection, texts: Sequence[Notice]) -> Iterator[Notice]:
    """Yield a resolve's notices: one for each channel that told of the firing, to the targets that it told.

    A channel that has no text of its own, since the rule no longer names it, is told in the words of another.
    """
    told: dict[str, list[Address]] = {}
    rows = connection.execute(
        "SELECT DISTINCT n.channel, g.key, g.label"
        " FROM notices n JOIN deliveries d ON d.notice = n.id JOIN targets g ON g.key = d.target"
        " WHERE n.alert = ? AND n.kind = ? ORDER BY d.id",
        (texts[0].alert, Kind.FIRING.value),
    )
    for channel, key, label in rows:
        told.setdefault(channel, []).append(Address(key, label))
    by_channel = {notice.channel: notice for notice in texts}
    for channel, targets in told.items():
        text = by_channel.get(channel, texts[0])
        yield msgspec.structs.replace(text, channel=channel, targets=tuple(targets))


def _append_notice(connection: apsw.Connection, notice: Notice, now: datetime) -> int:
    connection.execute(
        "INSERT INTO notices (transition, channel, alert, kind, severity, format, title, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            notice.transition,
            notice.channel,
            notice.alert,
            notice.kind.value,
            notice.severity.value,
            notice.format.value,
            notice.title,
            notice.body,
        ),
    )
    number = connection.last_insert_rowid()
    for target in notice.targets:
        connection.execute(
            "INSERT INTO targets (key, label) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET label = excluded.label",
            (target.key, target.label),
        )
        connection.execute(
            "INSERT INTO deliveries (notice, target, state, reason, attempts, uncertain, created_at, next_at)"
            " VALUES (?, ?, ?, '', 0, 0, ?, ?)",
            (number, target.key, DeliveryState.PENDING.value, to_ms(now), to_ms(now)),
        )
    return len(notice.targets)


def read_next(connection: apsw.Connection, target: str) -> Delivery | None:
    """Return the oldest delivery of a target that is not settled, due or not: nothing may overtake it."""
    row = connection.execute(
        "SELECT * FROM deliveries_in_full WHERE target = ? AND settled_at IS NULL ORDER BY id LIMIT 1", (target,)
    ).fetchone()
    return None if row is None else decode_delivery(row)


def read_deliveries(connection: apsw.Connection, *, states: Collection[DeliveryState], limit: int) -> list[Delivery]:
    """Return the deliveries in these states, newest first."""
    rows = connection.execute(
        "SELECT * FROM deliveries_in_full WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?",
        (_listed(state.value for state in states), limit),
    )
    return [decode_delivery(row) for row in rows]


def save(connection: apsw.Connection, delivery: Delivery) -> None:
    """Write a delivery's state; raises LookupError for one that is settled, or not in the store."""
    connection.execute(
        "UPDATE deliveries SET state = ?, reason = ?, attempts = ?, uncertain = ?, next_at = ?,"
        " lease_until = ?, settled_at = ? WHERE id = ? AND settled_at IS NULL",
        (
            delivery.state.value,
            delivery.reason,
            delivery.attempts,
            delivery.uncertain,
            to_ms(delivery.next_at),
            None if delivery.lease_until is None else to_ms(delivery.lease_until),
            None if delivery.settled_at is None else to_ms(delivery.settled_at),
            delivery.id,
        ),
    )
    if not connection.changes():
        raise LookupError(f"delivery {delivery.id}: settled before, or not in the store")


def release_leases(connection: apsw.Connection, now: datetime) -> int:
    """Let what a stopped service left under way be tried again, counted as possibly out; return how many.

    No lease is waited for: whoever opened the store alone knows that the sender is gone.
    """
    connection.execute(
        "UPDATE deliveries SET state = ?, reason = ?, uncertain = uncertain + 1, next_at = ?,"
        " lease_until = NULL WHERE settled_at IS NULL AND state = ?",
        (DeliveryState.RETRYING.value, CUT_OFF, to_ms(now), DeliveryState.SENDING.value),
    )
    return connection.changes()


def find_orphans(connection: apsw.Connection, targets: Collection[str]) -> list[Delivery]:
    """Return the deliveries that wait for a target that is none of these."""
    rows = connection.execute(
        # Through the few targets, not through all that waits: this is asked after every commit.
        "SELECT * FROM deliveries_in_full WHERE settled_at IS NULL AND target IN"
        " (SELECT key FROM targets WHERE key NOT IN (SELECT value FROM json_each(?))) ORDER BY id",
        (_listed(targets),),
    )
    return [decode_delivery(row) for row in rows]


def find_untold(connection: apsw.Connection, delivery: Delivery) -> str | None:
    """Return why a resolve's target was never told of the firing; None where it was, or may have been."""
    rows = connection.execute(
        "SELECT d.state, d.reason, d.uncertain FROM deliveries d JOIN notices n ON n.id = d.notice"
        " WHERE n.alert = ? AND n.kind = ? AND n.channel = ? AND d.target = ? ORDER BY d.id",
        (delivery.notice.alert, Kind.FIRING.value, delivery.notice.channel, delivery.target.key),
    ).fetchall()
    if not rows or any(state == DeliveryState.SENT.value or uncertain for state, _, uncertain in rows):
        return None
    state, reason, _ = rows[-1]
    return f"the firing was not told: {state}, {reason}"


def _listed(texts: Iterable[str]) -> str:
    return msgspec.json.encode(list(texts)).decode()


def decode_delivery(row: Sequence[Any]) -> Delivery:
    """Return the delivery of a row of deliveries_in_full."""
    (id_, state, reason, attempts, uncertain, created, following, lease, settled, key, label, *text) = row
    transition, alert, kind, severity, channel, title, body, form = text
    target = Address(key, label)
    return Delivery(
        id=id_,
        notice=Notice(
            transition=transition,
            alert=alert,
            kind=Kind(kind),
            severity=Severity(severity),
            channel=channel,
            targets=(target,),
            title=title,
            body=body,
            format=Format(form),
        ),
        target=target,
        state=DeliveryState(state),
        reason=reason,
        attempts=attempts,
        uncertain=uncertain,
        created_at=from_ms(created),
        next_at=from_ms(following),
        lease_until=None if lease is None else from_ms(lease),
        settled_at=None if settled is None else from_ms(settled),
    )
