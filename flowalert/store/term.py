"""What the rules that expire have used up, session by session."""

from collections.abc import Iterable

import apsw

from flowalert.engine.term import Past, Used
from flowalert.store.session import find_open_stretch


def save_used(connection: apsw.Connection, used: Iterable[Used]) -> None:
    """Write how often rules have fired in their present sessions."""
    connection.executemany(
        "INSERT INTO terms (rule, venue, day, fires) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (rule, venue, day) DO UPDATE SET fires = excluded.fires",
        [(each.rule, each.venue.value, each.session, each.fires) for each in used],
    )


def read_pasts(connection: apsw.Connection) -> dict[str, Past]:
    """Return what rules had used up before the sessions that a restart folds again, by the rule's name."""
    stretch = find_open_stretch(connection)
    rows = connection.execute(
        "WITH folded AS (SELECT venue, min(day) AS day FROM sessions WHERE first_seq > ? GROUP BY venue)"
        " SELECT rule, sum(fires), min(t.day) FROM terms t LEFT JOIN folded f ON f.venue = t.venue"
        " WHERE f.day IS NULL OR t.day < f.day GROUP BY rule",
        (stretch.after,),
    )
    return {rule: Past(fires, first_session) for rule, fires, first_session in rows}
