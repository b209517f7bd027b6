"""One change of an alert's state: what, when, why, with the values that decided."""

import enum
import hashlib

from msgspec import Struct

from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of
from flowalert.market.venue import Venue
from flowalert.rules.severity import Severity as Severity  # noqa: PLC0414 - part of a transition's vocabulary


class Kind(enum.Enum):
    """What happened to the alert."""

    FIRED = "fired"  # an event: it happened, and there is nothing to resolve
    FIRING = "firing"  # a state that opened, or is told late, or again
    RESOLVED = "resolved"  # a state that closed


class Reason(enum.Enum):
    """Why the transition came about."""

    CONDITION = "condition"
    HELD_FOR = "held for its time"
    COOLDOWN_OVER = "cooldown over, still firing"
    SESSION_CLOSED = "session closed"
    RULE_GONE = "rule changed or gone"
    RULE_NEW = "rule changed or new, open since then"


class Scope(Struct, frozen=True):
    """What an alert is about: (sector, investor), or (sector), or nothing, in one venue. Codes, not names."""

    venue: Venue
    sector: str | None = None
    investor: str | None = None

    def __str__(self) -> str:
        return "/".join(each for each in (self.venue.value, self.sector, self.investor) if each is not None)

    @property
    def korean(self) -> str:
        names = []
        if self.sector is not None:
            names.append(sector_of(self.sector).korean)
        if self.investor is not None:
            names.append(investor_of(self.investor).korean)
        return " ".join(names) or self.venue.korean


class Transition(Struct, frozen=True, kw_only=True):
    """One change of an alert's state.

    `id` and `alert` are the same in every replay: hashes of (rule, scope, opening update, kind, n) and of
    (rule, scope, opening update). `at` and `opened_at` are exchange time. `told` is False for what a cooldown
    held back; `held_back` counts what was held back since the last one told. `value` is the figure that the
    condition is first about, `peak` the furthest it went while open. `values` has each expression of the
    rule's condition and texts, by its own spelling; a value not known is None.
    """

    id: str
    alert: str
    rule: str
    scope: Scope
    kind: Kind
    reason: Reason
    severity: Severity
    n: int
    at: int
    opened_at: int
    told: bool = True
    held_back: int = 0
    value: float | int | None = None
    peak: float | int | None = None
    values: dict[str, float | int | None] = {}


def alert_id(rule: str, scope: str, opening: str) -> str:
    """Return the identity of an episode; `opening` names the update that opened it."""
    return hashlib.blake2b(f"{rule}\n{scope}\n{opening}".encode(), digest_size=10).hexdigest()


def transition_id(alert: str, kind: Kind, n: int) -> str:
    """Return the identity of the `n`-th transition (from 1) of an episode."""
    return f"{alert}-{n}-{kind.value}"
