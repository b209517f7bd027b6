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

    # Each kind is one object, and an Enum's own hash is a Python function.
    __hash__ = object.__hash__

    FIRED = "fired"  # an event: it happened, and there is nothing to resolve
    FIRING = "firing"  # a state that opened, or is told late, or again
    RESOLVED = "resolved"  # a state that closed


class Reason(enum.Enum):
    """Why the transition came about."""

    CONDITION = "condition"
    HELD_FOR = "held for its time"
    COOLDOWN_OVER = "cooldown over, still firing"
    SEVERITY_ROSE = "severity rose"
    REPEATED = "still firing"
    FLAPPING = "comes and goes too often"
    CALM = "no longer comes and goes, still firing"
    SESSION_CLOSED = "session closed"
    INACTIVE = "outside its active time"
    FEED_SILENT = "nothing comes from the exchange"
    FEED_HEARD = "updates come again"
    RULE_GONE = "rule changed or gone"
    RULE_NEW = "rule changed or new, open since then"


class Hold(enum.Enum):
    """Why nobody is told of a transition."""

    COOLDOWN = "cooldown"
    LIMIT = "limit"
    FLAPPING = "flapping"


class Scope(Struct, frozen=True):
    """What an alert is about: (sector, investor), or one of them, or nothing, in one venue. Codes, not names."""

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


def parse_scope(text: str) -> Scope:
    """Read `krx/001/0017` back, or less of it; raises ValueError for anything else."""
    venue, *codes = text.split("/")
    # A sector's code has three digits, an investor's four.
    by_length = {len(code): code for code in codes}
    if len(by_length) != len(codes) or not by_length.keys() <= {3, 4}:
        raise ValueError(f"{text!r} is no scope")
    return Scope(Venue(venue), by_length.get(3), by_length.get(4))


class Transition(Struct, frozen=True, kw_only=True):
    """One change of an alert's state.

    `id` and `alert` are the same in every replay: hashes of (rule, scope, opening update, kind, n) and of
    (rule, scope, opening update). `at` and `opened_at` are exchange time. `told` is False for what was held back, and
    `hold` says by what; a resolve is told where the firing was. `held_back` counts what was held back since the last
    one told. `value` is the figure that the condition is first about, `peak` the furthest it went while open. `values`
    has each expression of the rule's condition and texts, by its own spelling; a value not known is None. `cause` says
    why in words, and the built-in alert alone has it.
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
    hold: Hold | None = None
    held_back: int = 0
    value: float | int | None = None
    peak: float | int | None = None
    values: dict[str, float | int | None] = {}
    cause: str = ""


class Identity:
    """Gives the episodes of one rule at one scope their ids; what they have in common is hashed once."""

    __slots__ = ("_common",)

    def __init__(self, rule: str, scope: Scope) -> None:
        self._common = hashlib.blake2b(f"{rule}\n{scope}\n".encode(), digest_size=10)

    def alert_id(self, opening: str) -> str:
        """Return the id of an episode; `opening` names the update that opened it."""
        digest = self._common.copy()
        digest.update(opening.encode())
        return digest.hexdigest()


def transition_id(alert: str, kind: Kind, n: int) -> str:
    """Return the id of the `n`-th transition (from 1) of an episode."""
    return f"{alert}-{n}-{_WORDS[kind]}"


_WORDS = {kind: kind.value for kind in Kind}
