"""Silences: which there are, a new one, and the early end of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.matcher import Matcher, parse_matcher
from flowalert.engine.recurrence import Times
from flowalert.engine.silence import Silence
from flowalert.market.moment import from_ms, to_ms
from flowalert.store.audit import Action, note_deed


class NotEnded(Struct, frozen=True):
    """Why no silence was ended: each that cannot be, by its number, in words."""

    objections: tuple[str, ...]


_decode_times = msgspec.json.Decoder(Times).decode


def add_silence(
    connection: apsw.Connection,
    matcher: Matcher,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    times: Times,
    by: str,
    reason: str,
    now: datetime,
) -> Silence:
    """Write a new silence; return it with its number."""
    connection.execute(
        "INSERT INTO silences (matcher, created_at, starts_at, ends_at, who, reason, times)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            str(matcher),
            to_ms(now),
            to_ms(starts_at),
            None if ends_at is None else to_ms(ends_at),
            by,
            reason,
            msgspec.json.encode(times).decode(),
        ),
    )
    number = connection.last_insert_rowid()
    detail = {"matcher": str(matcher), "starts_at": starts_at, "ends_at": ends_at, "times": times, "reason": reason}
    note_deed(connection, Action.SILENCED, str(number), who=by, now=now, detail=detail)
    return _find(connection, [number])[number]


def end_silences(
    connection: apsw.Connection, ids: Sequence[int], *, by: str, now: datetime
) -> tuple[Silence, ...] | NotEnded:
    """End silences before their time, one that is to come before it begins; or none, where one of them cannot be.

    Returns them as they are then.
    """
    numbers = tuple(dict.fromkeys(ids))
    found = _find(connection, numbers)
    objections = tuple(each for number in numbers if (each := _object(number, found.get(number), now)) is not None)
    if objections:
        return NotEnded(objections)
    for number in numbers:
        connection.execute("UPDATE silences SET ended_at = ? WHERE id = ?", (to_ms(now), number))
        detail = {"matcher": str(found[number].matcher)}
        note_deed(connection, Action.UNSILENCED, str(number), who=by, now=now, detail=detail)
    return tuple(_find(connection, numbers).values())


def _object(number: int, silence: Silence | None, now: datetime) -> str | None:
    if silence is None:
        return f"there is no silence {number}"
    if silence.over_at is not None and silence.over_at <= now:
        return f"silence {number} has ended before"
    return None


def read_silences(connection: apsw.Connection, *, now: datetime | None = None) -> list[Silence]:
    """Return the silences that are not over at a moment, or all where none is named, in the order of their making."""
    rows = connection.execute(
        "SELECT * FROM silences WHERE ?1 IS NULL OR (ended_at IS NULL AND (ends_at IS NULL OR ends_at > ?1))"
        " ORDER BY id",
        (None if now is None else to_ms(now),),
    )
    return [_decode(row) for row in rows]


def read_ended(
    connection: apsw.Connection, now: datetime, *, before: int | None, limit: int
) -> tuple[tuple[Silence, ...], int | None]:
    """Return the silences that are over, those made last first, and where the next page begins, None for nowhere."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT * FROM silences WHERE (ended_at IS NOT NULL OR ends_at <= ?1) AND (?2 IS NULL OR id < ?2)"
        " ORDER BY id DESC LIMIT ?3",
        (to_ms(now), before, limit + 1),
    ).fetchall()
    found = tuple(_decode(row) for row in rows[:limit])
    return found, found[-1].id if len(rows) > limit else None


def _find(connection: apsw.Connection, ids: Sequence[int]) -> dict[int, Silence]:
    rows = connection.execute(
        "SELECT * FROM silences WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (msgspec.json.encode(ids).decode(),),
    )
    return {silence.id: silence for silence in map(_decode, rows)}


def _decode(row: Sequence[Any]) -> Silence:
    id_, matcher, created, starts, ends, ended, who, reason, times = row
    return Silence(
        id=id_,
        matcher=parse_matcher(matcher),
        created_at=from_ms(created),
        starts_at=from_ms(starts),
        ends_at=None if ends is None else from_ms(ends),
        ended_at=None if ended is None else from_ms(ended),
        by=who,
        reason=reason,
        times=_decode_times(times),
    )
