"""What a fold of the journal finds and the store does not know, and the reverse: after a restart or a reload."""

from collections.abc import Mapping, Sequence

from flowalert.engine.engine import Engine
from flowalert.engine.outage import close_outage
from flowalert.engine.transition import Kind, Reason, Transition, transition_id
from flowalert.rules.reserved import FEED_SILENT


def settle(engine: Engine, stored: Mapping[str, Transition], folded: Sequence[Transition]) -> list[Transition]:
    """Return the transitions that make the store agree with the fold; the same rules give none.

    `stored` has the last transition of each alert that the store has open, `folded` are those that the fold brought
    about. What the fold finds open and nobody was told of is told once, as open since then; what the store has open and
    the fold has not is resolved.
    """
    watches = {watch.alert: watch for watch in engine.list_open() if watch.is_firing}
    settled = [engine.announce(watch) for id_, watch in watches.items() if id_ not in stored and watch.told]
    # The built-in alert is no rule's: what began it is in the store with what it told, whatever the rules are.
    outage = engine.outage.opening
    resolves = {each.alert: each for each in folded if each.kind is Kind.RESOLVED}
    now = max((each.at for each in folded), default=0)
    for id_, last in stored.items():
        if id_ not in watches and (outage is None or id_ != outage.alert):
            settled.append(resolves.get(id_) or _close(last, now))
    return settled


def _close(last: Transition, now: int) -> Transition:
    """Return the resolve of an alert that the store has open and the fold knows nothing of, at exchange time `now`."""
    if last.rule == FEED_SILENT:
        # It began in a session that the fold has left behind.
        return close_outage(last, last.at, Reason.SESSION_CLOSED)
    return Transition(
        id=transition_id(last.alert, Kind.RESOLVED, 0),
        alert=last.alert,
        rule=last.rule,
        scope=last.scope,
        kind=Kind.RESOLVED,
        reason=Reason.RULE_GONE,
        severity=last.severity,
        n=0,
        at=max(last.at, now),
        opened_at=last.opened_at,
        told=last.told,
        value=last.value,
        peak=last.peak,
        values=last.values,
    )
