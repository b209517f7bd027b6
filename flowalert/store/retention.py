"""What a store keeps of the past, and what goes: whole trading days, oldest first, a little at a time."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.market.instant import DAY
from flowalert.market.moment import to_ms
from flowalert.store.session import find_open_stretch

# Of each a transaction takes so many: some ten milliseconds, which is what a commit may have to wait.
_ENTRIES = 5_000
_TRANSITIONS = 100

# A fallback that comes into the settings later is told of what died within a day.
_RECENT = timedelta(days=2)


class Keep(Struct, frozen=True):
    """How much of the past is kept.

    `sessions` are the newest trading days, whatever the venue; the journal of older ones goes, into recordings in the
    folder `export` if one is named, and alerts with it. `deeds` is for how long what people did is known: the audit
    and silences that are over.
    """

    sessions: int = 20
    export: Path | None = None
    deeds: timedelta = timedelta(days=365)


class Surplus(Struct, frozen=True):
    """The oldest trading day (its number) that is not kept, and its entries, from the first to the last."""

    day: int
    first_seq: int
    last_seq: int


def find_kept_day(connection: apsw.Connection, sessions: int) -> int | None:
    """Return the first trading day that is kept; None while the journal is empty.

    They are so many of the newest, and what a restart folds, where that begins earlier.
    """
    stretch = find_open_stretch(connection)
    row = connection.execute(
        "SELECT min(day) FROM (SELECT DISTINCT day FROM sessions ORDER BY day DESC LIMIT ?)", (sessions,)
    ).get
    folded = connection.execute("SELECT min(day) FROM sessions WHERE first_seq > ?", (stretch.after,)).get
    return min((day for day in (row, folded) if day is not None), default=None)


def find_surplus(connection: apsw.Connection, sessions: int) -> Surplus | None:
    """Return the oldest day that goes; None where there is none.

    A day's entries end where the first session of a later day begins: the journal loses its beginning, and never
    anything from its middle.
    """
    kept = find_kept_day(connection, sessions)
    first = connection.execute("SELECT min(seq) FROM journal").get
    if kept is None or first is None:
        return None
    starts: list[tuple[Any, ...]] = connection.execute(
        "SELECT day, min(first_seq) FROM sessions GROUP BY day ORDER BY day"
    ).fetchall()
    for index, (day, _) in enumerate(starts):
        if day >= kept:
            return None
        last = min(start for _, start in starts[index + 1 :]) - 1
        if last >= first:
            return Surplus(day, first, last)
    return None


def drop_entries(connection: apsw.Connection, last_seq: int) -> bool:
    """Drop some entries up to that one, oldest first; return whether any are left."""
    connection.execute(
        "DELETE FROM journal WHERE seq <= min(?, (SELECT min(seq) FROM journal) + ?)", (last_seq, _ENTRIES - 1)
    )
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM journal WHERE seq <= ?)", (last_seq,)).get)


def forget_sessions(connection: apsw.Connection, before: int) -> None:
    """Forget the sessions of days before that one, but the newest of each venue, and sum up what was used up in them.

    By the newest one a restart knows which entries of a venue belong to no session that it folds.
    """
    connection.execute(
        "DELETE FROM sessions WHERE day < ?1"
        " AND day < (SELECT max(n.day) FROM sessions n WHERE n.venue = sessions.venue)"
        " AND NOT EXISTS (SELECT 1 FROM journal WHERE seq <= sessions.first_seq)",
        (before,),
    )
    # What rules that expire have used up outlives the journal: its sum does, and the first day.
    summed: list[tuple[Any, ...]] = connection.execute(
        "SELECT rule, venue, min(day), sum(fires) FROM terms WHERE day < ? GROUP BY rule, venue HAVING count(*) > 1",
        (before,),
    ).fetchall()
    connection.executemany(
        "DELETE FROM terms WHERE rule = ? AND venue = ? AND day < ?",
        [(rule, venue, before) for rule, venue, *_ in summed],
    )
    connection.executemany("INSERT INTO terms (rule, venue, day, fires) VALUES (?, ?, ?, ?)", summed)


class Cursor(Struct, frozen=True):
    """How far the alerts were looked through: the exchange time and the number of a transition."""

    at: int = -1
    seq: int = 0


def drop_alerts(connection: apsw.Connection, before: int, now: datetime, after: Cursor) -> Cursor | None:
    """Drop some alerts that ended on days before that one, with all that was told of them; return how far it came.

    None where it came to the end. What fires stays, what still waits for a target, and what has been settled just now;
    and the newest delivery, so that no number is given a second time.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT at, seq, alert FROM transitions WHERE (at, seq) > (?, ?) AND at < ? ORDER BY at, seq LIMIT ?",
        (after.at, after.seq, before * DAY, _TRANSITIONS),
    ).fetchall()
    if not rows:
        return None
    listed = _listed(sorted({alert for _, _, alert in rows}))
    gone: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.id FROM json_each(:alerts) e JOIN alerts a ON a.id = e.value"
        " JOIN transitions t ON t.id = a.last_transition"
        " WHERE a.state != 'open' AND t.at < :before AND NOT EXISTS ("
        "  SELECT 1 FROM notices n JOIN deliveries d ON d.notice = n.id WHERE n.alert = a.id AND ("
        "   d.settled_at IS NULL OR d.settled_at > :recent OR d.id = (SELECT max(id) FROM deliveries)))",
        {"alerts": listed, "before": before * DAY, "recent": to_ms(now - _RECENT)},
    ).fetchall()
    if gone:
        _drop(connection, _listed([alert for (alert,) in gone]))
    return Cursor(*rows[-1][:2])


def _drop(connection: apsw.Connection, alerts: str) -> None:
    notices: list[tuple[Any, ...]] = connection.execute(
        "SELECT id, wording FROM notices WHERE alert IN (SELECT value FROM json_each(?))", (alerts,)
    ).fetchall()
    listed = _listed([notice for notice, _ in notices])
    connection.execute("DELETE FROM deliveries WHERE notice IN (SELECT value FROM json_each(?))", (listed,))
    connection.execute("DELETE FROM notices WHERE id IN (SELECT value FROM json_each(?))", (listed,))
    connection.execute(
        "DELETE FROM wordings WHERE id IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.wording = wordings.id)",
        (_listed(sorted({wording for _, wording in notices})),),
    )
    for change in (
        "DELETE FROM acks WHERE alert IN (SELECT value FROM json_each(?))",
        "DELETE FROM muted WHERE alert IN (SELECT value FROM json_each(?))",
        "DELETE FROM transitions WHERE alert IN (SELECT value FROM json_each(?))",
        "DELETE FROM alerts WHERE id IN (SELECT value FROM json_each(?))",
    ):
        connection.execute(change, (alerts,))


def drop_deeds(connection: apsw.Connection, before: datetime) -> None:
    """Forget what people did before a moment of wall time, and the silences that were over by then.

    The newest of each stays, so that no number is given a second time.
    """
    at = to_ms(before)
    connection.execute("DELETE FROM audit WHERE at < ? AND id < (SELECT max(id) FROM audit)", (at,))
    connection.execute(
        "DELETE FROM silences WHERE id < (SELECT max(id) FROM silences)"
        " AND min(coalesce(ended_at, ends_at), coalesce(ends_at, ended_at)) < ?",
        (at,),
    )


def _listed(values: object) -> str:
    return msgspec.json.encode(values).decode()
