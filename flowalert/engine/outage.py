"""The life of the built-in alert `feed-silent`: one for everything, while nothing comes from the exchange.

No rule has an alert of its own for that: while the feed is silent each keeps its last state, and this one speaks for
all.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from flowalert.engine.transition import Identity, Kind, Reason, Scope, Severity, Transition, transition_id
from flowalert.market.entry import FeedSilent
from flowalert.market.venue import Venue
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rulebook

# What an episode is known by must not change with the rules: a reload in the middle of it would tell it twice.
_IDENTITY = Identity(FEED_SILENT, Scope(Venue.KRX))


class Outage:
    """Whether the feed is silent, as the entries tell it.

    What changes, by `begin` and `end` alone: `opening`, the firing of the present episode, None while updates come;
    and how many episodes began at each exchange time.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.opening: Transition | None = None
        self._rulebook = rulebook
        self._begun: Counter[int] = Counter()

    def begin(self, entry: FeedSilent) -> list[Transition]:
        """Fire, unless it fires already."""
        if self.opening is not None:
            return []
        at = entry.at
        alert = _IDENTITY.alert_id(f"{at} {self._begun[at]}")
        self._begun[at] += 1
        self.opening = Transition(
            id=transition_id(alert, Kind.FIRING, 1),
            alert=alert,
            rule=FEED_SILENT,
            scope=self._find_scope(),
            kind=Kind.FIRING,
            reason=Reason.FEED_SILENT,
            severity=Severity.CRITICAL,
            n=1,
            at=at,
            opened_at=at,
            cause=entry.reason,
        )
        return [self.opening]

    def end(self, at: int, reason: Reason) -> list[Transition]:
        """Resolve, if it fires; an update that is older than its firing ends it at once."""
        opening, self.opening = self.opening, None
        return [] if opening is None else [close_outage(opening, at, reason)]

    def _find_scope(self) -> Scope:
        """Return the first of the rulebook's venues: an alert has one, and this one is about them all."""
        named = {rule.venue for rule in self._rulebook.rules}
        return Scope(next((venue for venue in Venue if venue in named), Venue.KRX))


def close_outage(opening: Transition, at: int, reason: Reason) -> Transition:
    """Return the resolve of an episode that began with this firing."""
    return replace(
        opening,
        id=transition_id(opening.alert, Kind.RESOLVED, 2),
        kind=Kind.RESOLVED,
        reason=reason,
        n=2,
        at=max(at, opening.at),
    )


def leave_out_outage(made: Sequence[Transition]) -> Sequence[Transition]:
    """Return the transitions of rules: what is asked of the past is what rules would have told."""
    return [each for each in made if each.rule != FEED_SILENT]
