"""Alerts looked up for people: those that are open, and page by page those of before."""

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.transition import Severity
from flowalert.market.instant import from_wall
from flowalert.store.alert import Alert, AlertState, decode_alert

# Of the changes of alerts, so many are looked through for one page: what seldom matches must not take a second.
REACH = 20_000


class Telling(enum.Enum):
    """Whether anybody was to be told of an alert."""

    TOLD = "told"
    HELD = "held back"


class Choice(Struct, frozen=True, kw_only=True):
    """Which alerts: those that match every part; an empty part matches all.

    `rules` are names or patterns like `foreigners-*`; sectors and investors are codes. An alert counts by the moment of
    its opening: `since` is the first that does, `until` the first that does not any more.
    """

    states: tuple[AlertState, ...] = ()
    severities: tuple[Severity, ...] = ()
    rules: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    investors: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    telling: Telling | None = None


class Entry(Struct, frozen=True):
    """An alert, and whether anybody was to be told of it at any time."""

    alert: Alert
    is_told: bool


class Page(Struct, frozen=True):
    """Some of the alerts of before, the one that changed last first.

    `older` is where the next page begins, None where there is none. A page may be short, or empty, and have a next one:
    no more than `REACH` changes are looked through at once.
    """

    entries: tuple[Entry, ...]
    older: int | None


_CHOSEN = """
    (:states IS NULL OR a.state IN (SELECT value FROM json_each(:states)))
    AND (:severities IS NULL OR a.severity IN (SELECT value FROM json_each(:severities)))
    AND (:rules IS NULL OR EXISTS (SELECT 1 FROM json_each(:rules) WHERE a.rule = value OR a.rule GLOB value))
    AND (:sectors IS NULL OR EXISTS
        (SELECT 1 FROM json_each(:sectors) WHERE instr(a.scope || '/', '/' || value || '/')))
    AND (:investors IS NULL OR EXISTS
        (SELECT 1 FROM json_each(:investors) WHERE instr(a.scope || '/', '/' || value || '/')))
    AND (:since IS NULL OR a.opened_at >= :since) AND (:until IS NULL OR a.opened_at < :until)
    AND (:telling IS NULL OR :telling = EXISTS (SELECT 1 FROM transitions x WHERE x.alert = a.id AND x.told))
"""
_SELECT = """
    SELECT t.seq, a.id, a.state, a.labels, t.content,
        EXISTS (SELECT 1 FROM transitions x WHERE x.alert = a.id AND x.told)
"""
_COUNT = "SELECT count(*)"
_encode = msgspec.json.Encoder().encode


def read_open(connection: apsw.Connection, choice: Choice, *, limit: int) -> tuple[tuple[Entry, ...], int]:
    """Return the chosen alerts that fire, the one that opened last first, and how many there are beyond the limit."""
    bindings = {**_bind(choice), "limit": limit}
    rows = connection.execute(
        f"{_SELECT} FROM alerts a JOIN transitions t ON t.id = a.last_transition"
        f" WHERE a.state = 'open' AND {_CHOSEN} ORDER BY a.opened_at DESC, a.id LIMIT :limit",
        bindings,
    )
    entries = tuple(_decode(row) for row in rows)
    if len(entries) < limit:
        return entries, 0
    count = connection.execute(f"{_COUNT} FROM alerts a WHERE a.state = 'open' AND {_CHOSEN}", bindings).get
    return entries, count - len(entries)


def read_past(
    connection: apsw.Connection, choice: Choice, *, before: int | None, limit: int, reach: int = REACH
) -> Page:
    """Return a page of the chosen alerts that do not fire; `before` is where the page before it said that this begins.

    What comes meanwhile stands before the first page, and moves nothing.
    """
    first: int = connection.execute("SELECT coalesce(min(seq), 0) FROM transitions").get
    last: int = connection.execute("SELECT coalesce(max(seq), 0) FROM transitions").get
    before = last + 1 if before is None else min(before, last + 1)
    down_to = before - reach
    rows: list[tuple[Any, ...]] = connection.execute(
        # The order of the tables is the order of the page: the other way round all alerts would be sorted.
        f"{_SELECT} FROM transitions t CROSS JOIN alerts a"
        " ON a.id = t.alert AND a.last_transition = t.id"
        f" WHERE t.seq < :before AND t.seq >= :down_to AND a.state <> 'open' AND {_CHOSEN}"
        " ORDER BY t.seq DESC LIMIT :limit",
        {**_bind(choice), "before": before, "down_to": down_to, "limit": limit + 1},
    ).fetchall()
    entries = tuple(_decode(row) for row in rows[:limit])
    if len(rows) > limit:
        return Page(entries, rows[limit - 1][0])
    return Page(entries, down_to if down_to > first else None)


def _decode(row: Sequence[Any]) -> Entry:
    _, id_, state, labels, content, told = row
    return Entry(decode_alert((id_, state, labels, content)), bool(told))


def _bind(choice: Choice) -> dict[str, Any]:
    lists: dict[str, Sequence[str | int]] = {
        "states": [each.value for each in choice.states],
        "severities": [each.value for each in choice.severities],
        "rules": choice.rules,
        "sectors": choice.sectors,
        "investors": choice.investors,
    }
    return {
        **{name: _encode(values).decode() if values else None for name, values in lists.items()},
        "since": None if choice.since is None else from_wall(choice.since),
        "until": None if choice.until is None else from_wall(choice.until),
        "telling": None if choice.telling is None else int(choice.telling is Telling.TOLD),
    }
