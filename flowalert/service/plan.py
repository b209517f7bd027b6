"""What a service is to do, who watches it, and what it has done."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flowalert.delivery import Channel, Doorbell, Inhibition, Policy
from flowalert.feed.recorder import RecordSettings
from flowalert.feed.setting import FeedSettings
from flowalert.rules.problem import Problem
from flowalert.rules.rulebook import Rulebook
from flowalert.service.observer import Observer, Observers
from flowalert.store import Keep


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """What the settings say by now of all that a running service can change; `fixed` names what needs a restart.

    `rule_patterns` name the files that the rules are in.
    """

    rulebook: Rulebook
    channels: Mapping[str, Channel]
    inhibitions: Sequence[Inhibition] = ()
    fixed: tuple[str, ...] = ()
    rule_patterns: tuple[str, ...] = ()


def _do_nothing() -> None:
    """Have nothing to do."""


class Requests:
    """Asks for the settings to be read again. What changes is whether, and why, by `ask`; one task waits."""

    def __init__(self) -> None:
        self._bell = Doorbell()
        self._why = ""

    def ask(self, why: str) -> None:
        """Ask; twice before it was done, it is done once."""
        self._why = why
        self._bell.ring()

    async def wait(self) -> str:
        """Wait until somebody asks, and return why."""
        await self._bell.wait()
        return self._why


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where what the service does comes from: `read` reads it again, or says what is wrong with it.

    `look` returns what is another whenever a file of it has changed, None where nobody wants that to be noticed. Both
    block, and are called in a thread. `requests` is where people ask for it; `begun` and `ended` are called around each
    reload.
    """

    read: Callable[[], Fresh | tuple[Problem, ...]]
    look: Callable[[], Hashable] | None = None
    requests: Requests = field(default_factory=Requests)
    begun: Callable[[], None] = _do_nothing
    ended: Callable[[], None] = _do_nothing


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a service is to do. `market_now` is the clock of the exchange, `now` that of people.

    `source` is None for a plan that cannot change. `rule_patterns` name the files that the rules are in, from the
    folder of the settings.
    """

    rulebook: Rulebook
    channels: Mapping[str, Channel]
    feed: FeedSettings
    store: Path
    record: RecordSettings | None = None
    keep: Keep = field(default_factory=Keep)
    policy: Policy = field(default_factory=Policy)
    inhibitions: Sequence[Inhibition] = ()
    source: Source | None = None
    rule_patterns: tuple[str, ...] = ()
    market_now: Callable[[], datetime] = _wall_clock
    now: Callable[[], datetime] = _wall_clock
    observer: Observer = field(default_factory=Observers)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a service did while it ran. `waiting` deliveries are on disk and go on at the next start."""

    updates: int
    told: int
    held_back: int
    gaps: int
    losts: int
    quarantined: int
    repeats: int
    stale: int
    not_recorded: int
    sent: int
    dead: int
    waiting: int
