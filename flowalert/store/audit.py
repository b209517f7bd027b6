"""What people did: a row for each change by hand, written with the change itself."""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.transition import parse_scope
from flowalert.market.moment import from_ms, to_ms


class Action(enum.Enum):
    """What was done."""

    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    RETRIED = "retried"
    RELOADED = "reloaded"
    REFUSED = "refused a reload"
    WROTE_RULES = "wrote rules"


class Deed(Struct, frozen=True, kw_only=True):
    """One thing that somebody did.

    `subject` is what it was done to: the number of a silence, the id of an alert, the numbers of deliveries, the
    settings, a file. `detail` is what else is to be known, of an alert its rule and scope; moments in it are ISO 8601.
    """

    id: int
    at: datetime
    who: str
    action: Action
    subject: str
    detail: Mapping[str, Any]

    @property
    def says(self) -> str:
        """What it was done to, and how, in words."""
        detail = self.detail
        match self.action:
            case Action.SILENCED:
                return f"{self.subject}: {detail['matcher']}, {detail['reason']}"
            case Action.UNSILENCED:
                return f"{self.subject}: {detail['matcher']}"
            case Action.ACKNOWLEDGED | Action.UNACKNOWLEDGED:
                comment = f": {detail['comment']}" if detail.get("comment") else ""
                return f"{detail['rule']} · {parse_scope(detail['scope']).korean} ({self.subject}){comment}"
            case Action.RETRIED:
                return f"deliveries {self.subject}" + (", sent before" if detail["forced"] else "")
            case Action.WROTE_RULES:
                return f"{self.subject}: {detail['added']:,} lines added, {detail['removed']:,} removed"
            case Action.RELOADED | Action.REFUSED:
                problems = detail["problems"]
                more = f" and {len(problems) - 1:,} more" if len(problems) > 1 else ""
                return f"{detail['why']}: {problems[0]}{more}" if problems else str(detail["why"])


def note_deed(
    connection: apsw.Connection, action: Action, subject: str, *, who: str, now: datetime, detail: Mapping[str, Any]
) -> None:
    """Write down what is done in this transaction."""
    connection.execute(
        "INSERT INTO audit (at, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
        (to_ms(now), who, action.value, subject, msgspec.json.encode(detail).decode()),
    )


def read_deeds(connection: apsw.Connection, *, limit: int, since: datetime | None = None) -> list[Deed]:
    """Return what was done last, at most `limit`, oldest of it first; `since` is a moment of wall time."""
    rows = connection.execute(
        "SELECT id, at, who, action, subject, detail FROM audit WHERE ?1 IS NULL OR at >= ?1 ORDER BY id DESC LIMIT ?2",
        (None if since is None else to_ms(since), limit),
    )
    return [decode_deed(row) for row in rows][::-1]


def find_last_reload(connection: apsw.Connection) -> Deed | None:
    """Return what became of the last reload, refused or not; None before the first."""
    rows = connection.execute(
        "SELECT id, at, who, action, subject, detail FROM audit WHERE action IN (?, ?) ORDER BY id DESC LIMIT 1",
        (Action.RELOADED.value, Action.REFUSED.value),
    )
    return next((decode_deed(row) for row in rows), None)


def decode_deed(row: Sequence[Any]) -> Deed:
    """Return the deed of a row of the table."""
    id_, at, who, action, subject, detail = row
    return Deed(
        id=id_,
        at=from_ms(at),
        who=who,
        action=Action(action),
        subject=subject,
        detail=msgspec.json.decode(detail, type=dict[str, Any]),
    )
