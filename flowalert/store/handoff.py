"""Alerts that are to be told once more: what was muted and is no longer, and what a channel could not be told."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import apsw
import msgspec

from flowalert.engine.clause import Subject, subject_of
from flowalert.engine.queue import Muted, Version
from flowalert.engine.transition import Kind, Transition
from flowalert.market.moment import to_ms
from flowalert.store.alert import read_labels

_decode = msgspec.json.Decoder(Transition).decode

# A fallback that comes into the settings later is not told of what is long past.
_RECENT = timedelta(days=1)


def read_version(connection: apsw.Connection) -> Version:
    """Return what is another whenever what mutes alerts may have changed."""
    return Version(
        # Source: SQLite's documents; another connection's commit changes it, and this one silences nothing.
        hands=connection.pragma("data_version"),
        # Asked of the file, as what waits is: a count kept here could be behind a commit that is there already.
        alerts=connection.execute("SELECT coalesce(max(seq), 0) FROM transitions").get,
    )


def read_firing(connection: apsw.Connection) -> list[Subject]:
    """Return the alerts that fire, as a matcher is asked about them."""
    rows = connection.execute(
        "SELECT t.content, a.labels FROM alerts a JOIN transitions t ON t.id = a.last_transition WHERE a.state = 'open'"
    )
    return [subject_of(_decode(content), read_labels(labels)) for content, labels in rows]


def read_muted(connection: apsw.Connection) -> list[Muted]:
    """Return the alerts that fire and that some targets were not told of, as they were muted."""
    rows = connection.execute(
        "SELECT m.alert, m.channel, m.mute, m.target, a.labels,"
        " (SELECT content FROM transitions t WHERE t.alert = m.alert AND t.told ORDER BY t.seq DESC LIMIT 1)"
        " FROM muted m JOIN alerts a ON a.id = m.alert WHERE a.state = 'open' ORDER BY 1, 2, 3, 4"
    )
    found = []
    for (_, channel, mute), group in groupby(rows, key=lambda row: row[:3]):
        targets = list(group)
        *_, labels, content = targets[0]
        last = _decode(content)
        found.append(
            Muted(
                subject=subject_of(last, read_labels(labels)),
                channel=channel,
                targets=tuple(row[3] for row in targets),
                mute=mute,
                last=last,
            )
        )
    return found


def forget_muted(connection: apsw.Connection, told: Sequence[Muted]) -> None:
    """Note that alerts are told now, and that those that are over need not be."""
    connection.executemany(
        "DELETE FROM muted WHERE alert = ? AND channel = ? AND mute = ?",
        [(each.subject.alert, each.channel, each.mute) for each in told],
    )
    connection.execute(
        "DELETE FROM muted WHERE NOT EXISTS (SELECT 1 FROM alerts a WHERE a.id = muted.alert AND a.state = 'open')"
    )


def read_unreached(
    connection: apsw.Connection, channel: str, fallback: str, late: timedelta, now: datetime
) -> list[Transition]:
    """Return what a channel's targets refused, or what they fail to take for longer than `late`.

    What the fallback was told already is left out. A firing whose alert is over comes with its resolve.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH unreached AS ("
        "  SELECT d.notice FROM deliveries d"
        "  WHERE d.state = 'dead' AND d.settled_at > :recent AND d.channel = :channel"
        "  UNION SELECT d.notice FROM lanes l JOIN deliveries d"
        "  ON d.target = l.target AND d.channel = l.channel AND d.settled_at IS NULL"
        "  WHERE l.channel = :channel AND d.created_at < :late"
        "  AND l.failures > 0 AND d.next_at <= max(:now, coalesce(l.blocked_until, 0)))"
        " SELECT DISTINCT t.seq, t.content, l.seq, l.content FROM unreached u JOIN notices n ON n.id = u.notice"
        " JOIN transitions t ON t.id = n.transition JOIN alerts a ON a.id = n.alert"
        " JOIN transitions l ON l.id = a.last_transition"
        " WHERE NOT EXISTS (SELECT 1 FROM notices o WHERE o.transition = n.transition AND o.channel = :fallback"
        # What is to climb there later may not be told at all.
        "  AND NOT (o.cause LIKE 'escalated:%' AND EXISTS"
        "   (SELECT 1 FROM deliveries e WHERE e.notice = o.id AND e.state = 'pending')))"
        " ORDER BY t.seq",
        {
            "channel": channel,
            "fallback": fallback,
            "recent": to_ms(now - _RECENT),
            "late": to_ms(now - late),
            "now": to_ms(now),
        },
    ).fetchall()
    return [_decode(content) for _, content in sorted(set(_list_owed(rows)))]


def _list_owed(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    for seq, content, last_seq, last in rows:
        yield seq, content
        if _decode(last).kind is Kind.RESOLVED:
            yield last_seq, last
