"""The queue of one target in one channel: how much waits there, what it is, and what became of it."""

import functools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from flowalert.engine.notice import DeliveryState, read_cause
from flowalert.engine.queue import Glance, Lane, Step, Waiting
from flowalert.engine.transition import Kind, Severity, parse_scope
from flowalert.market.moment import from_ms, to_ms
from flowalert.store.alert import AlertState, read_labels

# A storm is thousands of rows in each of dozens of lanes, and all of them from a few scopes.
_scope_of = functools.lru_cache(1_000)(parse_scope)
_cause_of = functools.lru_cache(100)(read_cause)
_KINDS = {each.value: each for each in Kind}
_STATES = {each.value: each for each in DeliveryState}
_SEVERITIES = {each.value: each for each in Severity}

# More than any message could list; what is beyond them comes with the next message.
_MOST = 10_000


def read_glances(connection: apsw.Connection, target: str, now: datetime) -> list[Glance]:
    """Return how much waits for a target, by lane; those where nothing does are left out."""
    at = to_ms(now)
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, min(iif(next_at <= :now, created_at, NULL)),"
        " max(next_at <= :now AND urgent AND state = 'pending'), min(iif(next_at > :now, next_at, NULL))"
        " FROM deliveries WHERE target = :target AND settled_at IS NULL GROUP BY channel",
        {"now": at, "target": target},
    ).fetchall()
    lanes = {lane.channel: lane for lane in _read_lanes(connection, target)} if rows else {}
    return [
        Glance(
            lane=lanes.get(channel) or Lane(target=target, channel=channel),
            oldest_at=_moment(oldest),
            urgent=bool(urgent),
            next_at=_moment(following),
        )
        for channel, oldest, urgent, following in rows
    ]


def _read_lanes(connection: apsw.Connection, target: str) -> Iterable[Lane]:
    rows = connection.execute(
        "SELECT target, channel, last_at, tokens, tokens_at, failures, blocked_until, asked_until"
        " FROM lanes WHERE target = ?",
        (target,),
    )
    for key, channel, last, tokens, tokens_at, failures, blocked, asked in rows:
        yield Lane(
            target=key,
            channel=channel,
            last_at=_moment(last),
            tokens=tokens,
            tokens_at=_moment(tokens_at),
            failures=failures,
            blocked_until=_moment(blocked),
            asked_until=_moment(asked),
        )


def read_waiting(connection: apsw.Connection, lane: Lane) -> list[Waiting]:
    """Return what waits in a lane, in the order of its making."""
    where = {"target": lane.target, "channel": lane.channel, "most": _MOST}
    rows = connection.execute(
        "SELECT d.id, n.alert, a.rule, a.scope, a.labels, n.kind, n.severity, n.cause, d.state, d.reason, d.attempts,"
        " d.uncertain, d.urgent, n.reminder, a.state, d.created_at, d.next_at"
        " FROM deliveries d JOIN notices n ON n.id = d.notice JOIN alerts a ON a.id = n.alert"
        " WHERE d.target = :target AND d.channel = :channel AND d.settled_at IS NULL ORDER BY d.id LIMIT :most",
        where,
    ).fetchall()
    firings = _read_firings(connection, where) if any(row[5] == Kind.RESOLVED.value for row in rows) else {}
    return [_decode_waiting(row, firings) for row in rows]


def _read_firings(connection: apsw.Connection, where: dict[str, Any]) -> dict[int, tuple[str, int]]:
    """Return, by each waiting resolve, why its firing was never told, or which firing waits; '' and 0 where it was."""
    rows = connection.execute(
        # The first twelve characters of the text are there to find the latest.
        "SELECT r.id, max(f.state = 'sent' OR f.uncertain > 0),"
        " max(iif(f.settled_at IS NULL, f.id, 0)), max(printf('%012d%s, %s', f.id, f.state, f.reason))"
        " FROM (SELECT d.id, n.alert FROM deliveries d JOIN notices n ON n.id = d.notice"
        "  WHERE d.target = :target AND d.channel = :channel AND d.settled_at IS NULL AND n.kind = 'resolved'"
        "  ORDER BY d.id LIMIT :most) r"
        " JOIN notices n ON n.alert = r.alert AND n.kind = 'firing' AND n.channel = :channel"
        " JOIN deliveries f ON f.notice = n.id AND f.target = :target GROUP BY r.id",
        where,
    )
    return {id_: ("", 0) if told else ("" if waits else how[12:], waits) for id_, told, waits, how in rows}


def _decode_waiting(row: Sequence[Any], firings: dict[int, tuple[str, int]]) -> Waiting:
    (id_, alert, rule, scope, labels, kind, severity, cause, *rest) = row
    state, reason, attempts, uncertain, urgent, reminder, how, created, following = rest
    untold, firing = firings.get(id_, ("", 0))
    return Waiting(
        id=id_,
        alert=alert,
        rule=rule,
        scope=_scope_of(scope),
        labels=read_labels(labels),
        kind=_KINDS[kind],
        severity=_SEVERITIES[severity],
        occasion=_cause_of(cause).occasion,
        state=_STATES[state],
        reason=reason,
        attempts=attempts,
        uncertain=uncertain,
        urgent=bool(urgent),
        reminder=bool(reminder),
        fires=how != AlertState.RESOLVED.value,
        created_at=from_ms(created),
        next_at=from_ms(following),
        untold=untold,
        firing=firing,
    )


def advance(connection: apsw.Connection, lane: Lane, steps: Iterable[Step]) -> None:
    """Write what becomes of deliveries of a lane, and the lane; raises LookupError for one that was settled before."""
    connection.execute(
        "UPDATE lanes SET last_at = ?, tokens = ?, tokens_at = ?, failures = ?, blocked_until = ?, asked_until = ?"
        " WHERE target = ? AND channel = ?",
        (
            _ms(lane.last_at),
            lane.tokens,
            _ms(lane.tokens_at),
            lane.failures,
            _ms(lane.blocked_until),
            _ms(lane.asked_until),
            lane.target,
            lane.channel,
        ),
    )
    for step in steps:
        _take(connection, step)


def _take(connection: apsw.Connection, step: Step) -> None:
    ids = msgspec.json.encode(step.ids).decode()
    connection.execute(
        "UPDATE deliveries SET state = ?, reason = ?, attempts = attempts + ?, uncertain = uncertain + ?,"
        " next_at = coalesce(?, next_at), lease_until = ?, settled_at = ?"
        " WHERE id IN (SELECT value FROM json_each(?)) AND settled_at IS NULL",
        (
            step.state.value,
            step.reason,
            step.attempts,
            step.uncertain,
            _ms(step.next_at),
            _ms(step.lease_until),
            _ms(step.settled_at),
            ids,
        ),
    )
    if connection.changes() != len(step.ids):
        raise LookupError(f"deliveries {ids}: some were settled before, or are not in the store")
    if step.mute:
        connection.execute(
            "INSERT INTO muted (alert, channel, target, mute)"
            " SELECT DISTINCT n.alert, d.channel, d.target, ? FROM deliveries d"
            " JOIN notices n ON n.id = d.notice JOIN alerts a ON a.id = n.alert"
            " WHERE d.id IN (SELECT value FROM json_each(?)) AND a.state = 'open'"
            " ON CONFLICT DO UPDATE SET mute = excluded.mute",
            (step.mute, ids),
        )


def read_orphans(connection: apsw.Connection, lanes: Collection[tuple[str, str]]) -> list[tuple[Lane, list[Waiting]]]:
    """Return what waits in lanes that are none of these (target, channel)."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT target, channel FROM lanes l WHERE EXISTS"
        " (SELECT 1 FROM deliveries d WHERE d.target = l.target AND d.channel = l.channel AND d.settled_at IS NULL)"
    ).fetchall()
    gone = [Lane(target=target, channel=channel) for target, channel in rows if (target, channel) not in lanes]
    return [(lane, read_waiting(connection, lane)) for lane in gone]


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
