"""What became of each rule in the newest session: counted in one question, however many rules there are."""

from datetime import datetime

import apsw
import msgspec
from msgspec import Struct

from flowalert.engine.transition import Reason
from flowalert.market.instant import DAY
from flowalert.market.moment import to_ms
from flowalert.store.alert import SELECT_ALERTS, Alert, decode_alert

# A firing that is told again or told more loudly is a message, but no new firing.
_AGAIN = (Reason.REPEATED, Reason.SEVERITY_ROSE, Reason.COOLDOWN_OVER, Reason.CALM)

# The index on `at` bounds the first part, partial ones the others: none of them looks at what is over.
_COUNT = """
    SELECT rule, sum(fired), sum(told), sum(held), sum(open), sum(dead) FROM (
        SELECT a.rule, t.content ->> 'reason' NOT IN (SELECT value FROM json_each(:again)) AS fired, t.told,
               1 - t.told AS held, 0 AS open, 0 AS dead
            FROM transitions t JOIN alerts a ON a.id = t.alert
            WHERE t.at >= (SELECT coalesce(max(day), 0) * :day FROM sessions) AND t.content ->> 'kind' <> 'resolved'
        UNION ALL SELECT rule, 0, 0, 0, 1, 0 FROM alerts WHERE state = 'open'
        UNION ALL SELECT a.rule, 0, 0, 0, 0, 1
            FROM deliveries d JOIN notices n ON n.id = d.notice JOIN alerts a ON a.id = n.alert
            WHERE d.state = 'dead' AND d.settled_at >= :since
    ) GROUP BY rule
"""
_OF_TODAY = "WHERE t.at >= (SELECT coalesce(max(day), 0) * ? FROM sessions) AND a.rule = ? ORDER BY t.seq DESC LIMIT ?"


class Standing(Struct, frozen=True):
    """Of one rule: how often it fired, was told of and was held back, how many alerts fire, and what was not sent.

    What resolves counts nowhere: who was told of the firing is told of it too. `dead` are deliveries.
    """

    fired: int = 0
    told: int = 0
    held_back: int = 0
    open: int = 0
    dead: int = 0


def read_standings(connection: apsw.Connection, since: datetime) -> dict[str, Standing]:
    """Return the standing of each rule that has one, by its name; `dead` counts from a moment of wall time on."""
    again = msgspec.json.encode([each.value for each in _AGAIN]).decode()
    rows = connection.execute(_COUNT, {"again": again, "day": DAY, "since": to_ms(since)})
    return {rule: Standing(*counts) for rule, *counts in rows}


def read_todays_alerts(connection: apsw.Connection, rule: str, *, limit: int) -> list[Alert]:
    """Return the alerts of a rule that changed in the newest session, newest first, at most `limit`."""
    rows = connection.execute(f"{SELECT_ALERTS} {_OF_TODAY}", (DAY, rule, limit))
    return [decode_alert(row) for row in rows]
