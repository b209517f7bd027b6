"""What a test expects of a rule."""

import enum
from dataclasses import dataclass

from flowalert.market.instant import clock
from flowalert.rules.severity import Severity
from flowalert.rules.trial.amount import Amount


class Verb(enum.Enum):
    """What a rule is to do, or how it is to stand."""

    FIRES = "fires"
    REPEATS = "repeats"
    RISES = "rises"
    RESOLVES = "resolves"
    HELD = "held"
    QUIET = "quiet"
    PENDING = "pending"
    OPEN = "open"
    RECOVERING = "recovering"
    CLOSED = "closed"


STANDINGS = frozenset({Verb.PENDING, Verb.OPEN, Verb.RECOVERING, Verb.CLOSED})
TELLINGS = frozenset({Verb.FIRES, Verb.REPEATS, Verb.RISES, Verb.RESOLVES})

# The engine's reasons and holds by their names, for an expectation to be right about.
REASONS = (
    "condition",
    "held_for",
    "cooldown_over",
    "severity_rose",
    "repeated",
    "flapping",
    "calm",
    "session_closed",
    "inactive",
)
HOLDS = ("cooldown", "limit", "flapping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation; what is None, or empty, may be anything. Codes, not names; times are exchange time.

    `at` is None for how a rule stands at the end. `since` and `until` are those of quiet. `line` and `column` count
    from 1.
    """

    verb: Verb
    rule: str
    line: int
    column: int
    at: int | None = None
    since: int | None = None
    until: int | None = None
    sector: str | None = None
    investor: str | None = None
    severity: Severity | None = None
    value: Amount | None = None
    peak: Amount | None = None
    opened_at: int | None = None
    held_back: int | None = None
    reason: str | None = None
    hold: str | None = None
    title: str | None = None
    message: str | None = None
    contains: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The expectation in a line: `fires foreigners-turn at 09:01:30`."""
        words = f"{self.verb.value} {self.rule}"
        if self.since is not None:
            words += f" from {clock(self.since)}"
        if self.until is not None:
            words += f" until {clock(self.until)}"
        if self.at is not None:
            words += f" at {clock(self.at)}"
        return words
