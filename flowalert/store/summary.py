"""How much the store holds, in a few figures."""

from collections.abc import Mapping

import apsw
from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.store.alert import AlertState
from flowalert.store.journal import EntryKind


class Summary(Struct, frozen=True, kw_only=True):
    """Counts of everything since the store was made.

    `possible_duplicates` are the sends that may have gone out unconfirmed before their delivery was tried
    again.
    """

    updates: int
    alerts: Mapping[AlertState, int]
    deliveries: Mapping[DeliveryState, int]
    possible_duplicates: int


def read_summary(connection: apsw.Connection) -> Summary:
    """Count; every state is named, also where it has none."""
    alerts = dict(connection.execute("SELECT state, count(*) FROM alerts GROUP BY state"))
    deliveries = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    return Summary(
        updates=connection.execute("SELECT count(*) FROM journal WHERE kind = ?", (EntryKind.UPDATE.value,)).get,
        alerts={state: alerts.get(state.value, 0) for state in AlertState},
        deliveries={state: deliveries.get(state.value, 0) for state in DeliveryState},
        possible_duplicates=connection.execute("SELECT coalesce(sum(uncertain), 0) FROM deliveries").get,
    )
