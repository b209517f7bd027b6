"""Deliveries page by page, newest first, and those of one alert."""

from collections.abc import Mapping
from typing import Any

import apsw
from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.store.ledger import BLOCKED, SELECTED, Line, Selection, bind, decode_line

# So many deliveries are looked through for one page, and counted: a store of a year must not take a second.
REACH = 20_000

_SELECT = f"SELECT t.content, {BLOCKED}, d.*"
# Of the rest of a delivery nothing is asked, and the alerts only where a rule is.
_COUNT = """
    SELECT d.state, count(*) FROM deliveries d
    WHERE d.id > :above
        AND (:channels IS NULL OR d.channel IN (SELECT value FROM json_each(:channels)))
        AND (:since IS NULL OR d.created_at >= :since)
        AND (:rules IS NULL OR EXISTS
            (SELECT 1 FROM notices n JOIN alerts a ON a.id = n.alert JOIN json_each(:rules) wanted
                ON a.rule = wanted.value OR a.rule GLOB wanted.value WHERE n.id = d.notice))
    GROUP BY d.state
"""


class Sheet(Struct, frozen=True):
    """Some deliveries of a selection, newest first; `older` is where the next page begins, None where there is none.

    A page may be short, or empty, and have a next one: no more than `REACH` deliveries are looked through at once.
    `counts` is over the selection, whatever the ids and the state, among the newest `REACH` deliveries that there are.
    """

    lines: tuple[Line, ...]
    older: int | None
    counts: Mapping[DeliveryState, int]


def read_sheet(
    connection: apsw.Connection, selection: Selection, *, before: int | None, limit: int, reach: int = REACH
) -> Sheet:
    """Return a page of a selection; `before` is where the page before it said that this begins."""
    last: int = connection.execute("SELECT coalesce(max(id), 0) FROM deliveries").get
    first: int = connection.execute("SELECT coalesce(min(id), 0) FROM deliveries").get
    before = last + 1 if before is None else min(before, last + 1)
    down_to = before - reach
    rows: list[tuple[Any, ...]] = connection.execute(
        f"{_SELECT} {SELECTED} AND d.id < :before AND d.id >= :down_to ORDER BY d.id DESC LIMIT :limit",
        {**bind(selection), "before": before, "down_to": down_to, "limit": limit + 1},
    ).fetchall()
    lines = tuple(decode_line(row) for row in rows[:limit])
    counts = dict(connection.execute(_COUNT, {**bind(selection), "above": last - reach}))
    further = down_to if down_to > first else None
    older = lines[-1].delivery.id if len(rows) > limit else further
    return Sheet(lines, older, {state: counts.get(state.value, 0) for state in DeliveryState})


def read_lines_of(connection: apsw.Connection, alert: str, *, limit: int) -> tuple[Line, ...]:
    """Return the newest deliveries about one alert, oldest of them first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"{_SELECT} FROM deliveries_in_full d JOIN transitions t ON t.id = d.transition"
        " WHERE d.alert = :alert ORDER BY d.id DESC LIMIT :limit",
        {"alert": alert, "limit": limit},
    ).fetchall()
    return tuple(decode_line(row) for row in reversed(rows))
