"""Deliveries: what a commit asks for, and each of them with its state and what it tells."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from flowalert.engine.notice import (
    Address,
    Delivery,
    DeliveryState,
    Notice,
    Occasion,
    Wording,
    read_cause,
)
from flowalert.engine.transition import Kind, Severity
from flowalert.market.moment import from_ms, to_ms

CUT_OFF = "cut off while sending; it may have gone out"

_encode_row = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(tuple[str, ...]).decode


def append_notices(connection: apsw.Connection, notices: Sequence[Notice], new: Collection[str], now: datetime) -> int:
    """Write the notices of transitions that are new to the store; return how many deliveries that made.

    A notice of a transition that was there before asks for nothing: what it asked for was committed with
    it. So a restart owes nobody anything, even where the rule has come to name another channel since.
    """
    wanted = [each for each in notices if each.transition in new and each.kind is not Kind.RESOLVED]
    count = _write(connection, _leave_out_escalated(connection, wanted), now)
    resolves: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.transition in new and notice.kind is Kind.RESOLVED:
            resolves.setdefault(notice.transition, []).append(notice)
    addressed = [notice for texts in resolves.values() for notice in _address_resolve(connection, texts)]
    return count + _write(connection, addressed, now)


def add_notices(connection: apsw.Connection, notices: Iterable[Notice], now: datetime) -> int:
    """Write notices of transitions that the store has, for the targets that do not have them. Return as above."""
    added: list[Notice] = []
    count = 0
    for notice in notices:
        number = connection.execute(
            "SELECT id FROM notices WHERE transition = ? AND channel = ? AND cause = ?",
            (notice.transition, notice.channel, str(notice.cause)),
        ).get
        if number is None:
            added.append(notice)
        else:
            count += _address_more(connection, number, notice, now)
    return count + _write(connection, added, now)


def _address_more(connection: apsw.Connection, number: int, notice: Notice, now: datetime) -> int:
    """Bring a notice that is there to those of its targets that were not to have it."""
    having = {key for (key,) in connection.execute("SELECT target FROM deliveries WHERE notice = ?", (number,))}
    more = msgspec.structs.replace(notice, targets=tuple(each for each in notice.targets if each.key not in having))
    return _write_deliveries(connection, [(number, more)], now)


def _leave_out_escalated(connection: apsw.Connection, notices: Iterable[Notice]) -> list[Notice]:
    """Return the notices without the escalations of alerts that were, or will be, brought there before."""
    kept: list[Notice] = []
    seen: set[tuple[str, str]] = set()
    for notice in notices:
        if notice.cause.occasion is Occasion.ESCALATED:
            key = (notice.alert, notice.channel)
            known = connection.execute(
                "SELECT 1 FROM notices WHERE alert = ? AND kind = ? AND channel = ? AND cause = ? LIMIT 1",
                (notice.alert, notice.kind.value, notice.channel, str(notice.cause)),
            ).fetchall()
            if key in seen or known:
                continue
            seen.add(key)
        kept.append(notice)
    return kept


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


def _write(connection: apsw.Connection, notices: Sequence[Notice], now: datetime) -> int:
    """Write notices with their wordings and deliveries; numbers are given here, so that each table is one call."""
    if not notices:
        return 0
    first_notice = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM notices").get
    first_wording = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM wordings").get
    # By the object: to compare texts would cost more than to write a few of them twice.
    wordings: dict[int, tuple[int, Wording]] = {}
    for notice in notices:
        wordings.setdefault(id(notice.wording), (first_wording + len(wordings), notice.wording))
    connection.executemany(
        "INSERT INTO wordings (id, title, body, row, trend, own, at, published, received_at, decided_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_bind_wording(number, wording) for number, wording in wordings.values()),
    )
    connection.executemany(
        "INSERT INTO notices (id, transition, channel, cause, alert, kind, severity, reminder, wording)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                notice.transition,
                notice.channel,
                str(notice.cause),
                notice.alert,
                notice.kind.value,
                notice.severity.value,
                int(notice.reminder),
                wordings[id(notice.wording)][0],
            )
            for number, notice in enumerate(notices, start=first_notice)
        ),
    )
    return _write_deliveries(connection, list(enumerate(notices, start=first_notice)), now)


def _write_deliveries(connection: apsw.Connection, numbered: Sequence[tuple[int, Notice]], now: datetime) -> int:
    targets = {target.key: target for _, notice in numbered for target in notice.targets}
    connection.executemany(
        "INSERT INTO targets (key, label) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET label = excluded.label",
        ((target.key, target.label) for target in targets.values()),
    )
    queues: dict[tuple[str, str], list[tuple[int, Notice]]] = {}
    for number, notice in numbered:
        for target in notice.targets:
            queues.setdefault((target.key, notice.channel), []).append((number, notice))
    connection.executemany("INSERT INTO lanes (target, channel) VALUES (?, ?) ON CONFLICT DO NOTHING", queues)
    connection.executemany(
        "INSERT INTO deliveries"
        " (notice, target, channel, urgent, state, reason, attempts, uncertain, created_at, next_at)"
        " VALUES (?, ?, ?, ?, ?, '', 0, 0, ?, ?)",
        # Lane by lane, and not notice by notice: what goes out in one message then lies on few pages of the file, and
        # to write what becomes of 5,000 takes a tenth of the time.
        (
            (number, target, channel, int(notice.urgent), DeliveryState.PENDING.value, due, due)
            for (target, channel), queue in queues.items()
            for number, notice in queue
            for due in [to_ms(notice.not_before or now)]
        ),
    )
    return sum(len(notice.targets) for _, notice in numbered)


def _bind_wording(number: int, wording: Wording) -> tuple[int | str | None, ...]:
    return (
        number,
        wording.title,
        wording.body,
        _encode_row(wording.row).decode(),
        wording.trend,
        int(wording.own),
        wording.at,
        int(wording.published),
        None if wording.received_at is None else to_ms(wording.received_at),
        None if wording.decided_at is None else to_ms(wording.decided_at),
    )


def read_deliveries(connection: apsw.Connection, *, states: Collection[DeliveryState], limit: int) -> list[Delivery]:
    """Return the deliveries in these states, newest first."""
    rows = connection.execute(
        "SELECT * FROM deliveries_in_full WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?",
        (_listed([state.value for state in states]), limit),
    )
    return [decode_delivery(row) for row in rows]


def read_chosen(connection: apsw.Connection, ids: Sequence[int]) -> list[Delivery]:
    """Return the deliveries of these ids, in the order of their making."""
    rows = connection.execute(
        "SELECT * FROM deliveries_in_full WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (_listed(ids),)
    )
    return [decode_delivery(row) for row in rows]


def release_leases(connection: apsw.Connection, now: datetime) -> int:
    """Let what a stopped service left under way be tried again, counted as possibly out; return how many.

    No lease is waited for: whoever opened the store alone knows that the sender is gone. What was held back by hours or
    rates is looked at again, for the settings may have changed.
    """
    connection.execute(
        "UPDATE deliveries SET state = ?, reason = ?, uncertain = uncertain + 1, next_at = ?,"
        " lease_until = NULL WHERE settled_at IS NULL AND state = ?",
        (DeliveryState.RETRYING.value, CUT_OFF, to_ms(now), DeliveryState.SENDING.value),
    )
    released = connection.changes()
    connection.execute(
        "UPDATE deliveries SET next_at = created_at WHERE settled_at IS NULL AND state = ?",
        (DeliveryState.PENDING.value,),
    )
    return released


def _listed(values: Sequence[str | int]) -> str:
    return msgspec.json.encode(values).decode()


def decode_delivery(row: Sequence[Any]) -> Delivery:
    """Return the delivery of a row of deliveries_in_full."""
    (id_, state, reason, attempts, uncertain, created, following, lease, settled, key, label, urgent, *text) = row
    transition, alert, kind, severity, channel, cause, reminder, *worded = text
    title, body, cells, trend, own, at, published, received, decided = worded
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
            wording=Wording(
                title=title,
                body=body,
                row=_decode_row(cells),
                trend=trend,
                own=bool(own),
                at=at,
                published=bool(published),
                received_at=None if received is None else from_ms(received),
                decided_at=None if decided is None else from_ms(decided),
            ),
            cause=read_cause(cause),
            urgent=bool(urgent),
            reminder=bool(reminder),
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
