"""What people did, page by page, newest first."""

from datetime import datetime
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.market.moment import to_ms
from flowalert.store.audit import Action, Deed, decode_deed


class Inquiry(Struct, frozen=True, kw_only=True):
    """Which deeds: those that match every part; an empty part matches all.

    `people` are names or patterns like `kim*`. `since` and `until` are wall time, the second not counted in.
    """

    actions: tuple[Action, ...] = ()
    people: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class Leaf(Struct, frozen=True):
    """Some deeds, newest first; `older` is where the next page begins, None where there is none."""

    deeds: tuple[Deed, ...]
    older: int | None


def read_leaf(connection: apsw.Connection, inquiry: Inquiry, *, before: int | None, limit: int) -> Leaf:
    """Return a page of deeds; `before` is where the page before it said that this begins."""
    bindings: dict[str, Any] = {
        "actions": _list([each.value for each in inquiry.actions]),
        "people": _list(inquiry.people),
        "since": None if inquiry.since is None else to_ms(inquiry.since),
        "until": None if inquiry.until is None else to_ms(inquiry.until),
        "before": before,
        "limit": limit + 1,
    }
    rows: list[tuple[Any, ...]] = connection.execute(
        """
        SELECT id, at, who, action, subject, detail FROM audit
        WHERE (:before IS NULL OR id < :before)
            AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
            AND (:people IS NULL OR EXISTS (SELECT 1 FROM json_each(:people) WHERE who = value OR who GLOB value))
            AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
        ORDER BY id DESC LIMIT :limit
        """,
        bindings,
    ).fetchall()
    deeds = tuple(decode_deed(row) for row in rows[:limit])
    return Leaf(deeds, deeds[-1].id if len(rows) > limit else None)


def read_people(connection: apsw.Connection, *, limit: int) -> tuple[str, ...]:
    """Return the names of those who did anything, in order."""
    return tuple(name for (name,) in connection.execute("SELECT DISTINCT who FROM audit ORDER BY 1 LIMIT ?", (limit,)))


def _list(values: "tuple[str, ...] | list[str]") -> str | None:
    return msgspec.json.encode(values).decode() if values else None
