"""The one alert that speaks for all while nothing comes from the exchange."""

import hashlib
from collections.abc import Sequence

from flowalert.engine.transition import Kind, Reason, Scope, Severity, Transition
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule


class Outage:
    """Every silence that there was, each by when it began; `begin` and `end` change it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        venues = [venue for venue in Venue if any(rule.venue is venue for rule in rules)]
        self.scope = Scope(venues[0] if venues else Venue.KRX)
        self.began: list[int] = []
        self.cause = ""
        self.is_open = False

    @property
    def since(self) -> int:
        return self.began[-1] if self.began else 0

    def begin(self, at: int, cause: str) -> list[Transition]:
        """It fires once, however often it is said."""
        if self.is_open:
            return []
        self.is_open, self.cause = True, cause
        self.began.append(at)
        return [self.describe(Kind.FIRING, Reason.FEED_SILENT, 1, at)]

    def end(self, reason: Reason, at: int) -> list[Transition]:
        """What is heard may be older than what was last seen: the silence lasted no time then, and no less."""
        if not self.is_open:
            return []
        self.is_open = False
        return [self.describe(Kind.RESOLVED, reason, 2, max(at, self.since))]

    def describe(self, kind: Kind, reason: Reason, n: int, at: int) -> Transition:
        """It is known by when it began, and by how many began then: by nothing that a change of rules could change."""
        identity = f"feed-silent\nkrx\n{self.since} {self.began.count(self.since) - 1}".encode()
        alert = hashlib.blake2b(identity, digest_size=10).hexdigest()
        return Transition(
            id=f"{alert}-{n}-{kind.value}",
            alert=alert,
            rule="feed-silent",
            scope=self.scope,
            kind=kind,
            reason=reason,
            severity=Severity.CRITICAL,
            n=n,
            at=at,
            opened_at=self.since,
            cause=self.cause,
        )
