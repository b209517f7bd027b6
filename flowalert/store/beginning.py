"""Alerts named by the beginning of their ids."""

from collections.abc import Sequence

import apsw
from msgspec import Struct
from msgspec.structs import replace

from flowalert.engine.clause import Key
from flowalert.engine.matcher import Matcher
from flowalert.store.alert import Alert, read_alerts_beginning

# Of the alerts that a beginning may be, so many are named.
_NAMED = 5


class NotOne(Struct, frozen=True):
    """Why a beginning names no alert: there is none, or these, and perhaps more."""

    beginning: str
    alerts: tuple[Alert, ...]

    @property
    def words(self) -> str:
        if not self.alerts:
            return f"there is no alert {self.beginning}"
        more = " and more" if len(self.alerts) > _NAMED else ""
        named = ", ".join(f"{alert.id} ({alert.last.rule})" for alert in self.alerts[:_NAMED])
        return f"several alerts begin with {self.beginning}: {named}{more}; write more of the one"


def find_alert(connection: apsw.Connection, beginning: str) -> Alert | NotOne:
    """Return the one alert whose id begins so."""
    found = read_alerts_beginning(connection, beginning, limit=_NAMED + 1)
    return found[0] if len(found) == 1 else NotOne(beginning, tuple(found))


def complete(connection: apsw.Connection, matcher: Matcher) -> Matcher | NotOne:
    """Return a matcher with whole ids of alerts."""
    clauses = []
    for clause in matcher.clauses:
        if clause.key is Key.ALERT:
            found = [find_alert(connection, each) for each in clause.values]
            wrong = next((each for each in found if isinstance(each, NotOne)), None)
            if wrong is not None:
                return wrong
            clauses.append(replace(clause, values=_ids(found)))
        else:
            clauses.append(clause)
    return Matcher(tuple(clauses))


def _ids(found: Sequence[Alert | NotOne]) -> tuple[str, ...]:
    return tuple(each.id for each in found if isinstance(each, Alert))
