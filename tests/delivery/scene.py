"""Alerts with names of their own, told to channels as a service tells them, and what then stands in the messages."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from flowalert.delivery import Channel
from flowalert.delivery.announcement import make_notices
from flowalert.delivery.message import Message
from flowalert.delivery.rendering import Occurrence
from flowalert.engine.transition import Identity, Kind, Reason, Scope, Severity, Transition, transition_id
from flowalert.market.venue import Venue
from flowalert.store import Store
from flowalert.store.alert import Labels
from tests.delivery.desk import ScriptedTarget
from tests.store.sample import MONDAY, NINE

_NAME = re.compile(r"rule-\w+")


def alert(
    name: str,
    kind: Kind = Kind.FIRING,
    n: int = 1,
    *,
    severity: Severity = Severity.WARNING,
    reason: Reason = Reason.CONDITION,
) -> Transition:
    """Return a transition of the alert `rule-NAME`, which its message names."""
    rule, scope = f"rule-{name}", Scope(Venue.KRX, "001", "0017")
    id_ = Identity(rule, scope).alert_id("first")
    return Transition(
        id=transition_id(id_, kind, n),
        alert=id_,
        rule=rule,
        scope=scope,
        kind=kind,
        reason=reason,
        severity=severity,
        n=n,
        at=MONDAY + NINE + 3_000 + n,
        opened_at=MONDAY + NINE + 3_000,
        value=-300,
        peak=-300,
        values={},
    )


def over(name: str, n: int = 9, *, severity: Severity = Severity.WARNING) -> Transition:
    """Return the resolve of an alert."""
    return alert(name, Kind.RESOLVED, n, severity=severity)


def grave(name: str, n: int = 1, *, reason: Reason = Reason.CONDITION) -> Transition:
    """Return a firing that is critical."""
    return alert(name, n=n, severity=Severity.CRITICAL, reason=reason)


async def tell(
    store: Store,
    clock: Callable[[], dt.datetime],
    channels: Iterable[Channel],
    transitions: Sequence[Transition],
    labels: Mapping[str, Labels] = {},
) -> None:
    """Commit transitions of which the first of the channels is told."""
    now = clock()
    occurrences = [Occurrence(each, None, now, now) for each in transitions]
    notices = list(make_notices(occurrences, {channel.name: channel for channel in channels}, now))
    await store.commit([], transitions, notices, now=now, labels=labels)


def names(message: Message) -> list[str]:
    """Return the alerts that a message names, in order, without `rule-`."""
    cells = (cell for line in message.lines for cell in (line.text, *line.cells))
    found = _NAME.findall("\n".join([message.title, *cells]))
    return [name.removeprefix("rule-") for name in dict.fromkeys(found)]


def heard(target: ScriptedTarget) -> list[list[str]]:
    """Return the alerts that each message to a target named."""
    return [names(message) for message in target.messages]


def text(message: Message) -> str:
    """Return all that a message says."""
    return "\n".join([message.title, *(" ".join([line.text, *line.cells]).strip() for line in message.lines)])
