"""A rule as the engine takes it, and the immutable set of all that are loaded."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from flowalert.language.condition import (
    THE_RULES_OWN,
    Clause,
    Condition,
    Mode,
    References,
    find_references,
    join_references,
)
from flowalert.language.template import Template
from flowalert.language.tree import Node
from flowalert.market.venue import Venue
from flowalert.rules.active import Active
from flowalert.rules.severity import Severity

# None means all of them but 9999, the unknown codes too: the exchange may send new ones.
Investors: TypeAlias = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Level:
    """A severity above the rule's own, and what must hold beside the rule's condition for it."""

    severity: Severity
    clause: Clause


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` firings of one alert are told in `seconds` of exchange time; None: in a session."""

    count: int
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a rule is over for good: after `last_day` (a day's number), after so many `fires`, or after one session.

    Exactly one of the three is given.
    """

    last_day: int | None = None
    fires: int | None = None
    session: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, checked. Codes, not names; durations are seconds of exchange time, 0 where there is none.

    `sectors` and `investors` are empty where the condition names its own. At most one of `for_seconds` and
    `for_updates` is above zero. `levels` rise. `where` is `file:line` of its definition.
    """

    name: str
    condition: Condition
    sectors: tuple[str, ...]
    investors: Investors = None
    summary: str = ""
    venue: Venue = Venue.KRX
    mode: Mode
    for_seconds: int = 0
    for_updates: int = 0
    resolve_when: Clause | None = None
    keep_firing_for: int = 0
    cooldown: int = 0
    repeat: int = 0
    active: Active | None = None
    expires: Expiry | None = None
    limit: Limit | None = None
    levels: tuple[Level, ...] = ()
    severity: Severity = Severity.WARNING
    labels: tuple[tuple[str, str], ...] = ()
    notify: tuple[str, ...] = ()
    title: Template | None = None
    message: Template | None = None
    where: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The codes of all sectors that the rule needs: its own, and those that its condition and its texts name."""
        return tuple(dict.fromkeys((*self.sectors, *self.named_sectors)))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What is asked beside its first condition, while an alert is open."""
        levels = tuple(level.clause for level in self.levels)
        return levels if self.resolve_when is None else (*levels, self.resolve_when)

    @property
    def references(self) -> References:
        """The series that its conditions name, each once."""
        if not self.levels and self.resolve_when is None:
            return self.condition.references or THE_RULES_OWN
        return join_references(self.condition.references, *(clause.references for clause in self.clauses))

    @property
    def named_sectors(self) -> tuple[str, ...]:
        """The sectors that its conditions and texts name beside the rule's own."""
        named = [sector for sector, _ in self.references]
        for text in (self.title, self.message):
            if text is not None:
                named += [sector for sector, _ in find_references(*text.expressions)]
        return tuple(dict.fromkeys(sector for sector in named if sector is not None))

    @property
    def expressions(self) -> tuple[Node, ...]:
        """What a transition of this rule tells the values of: its subject, its features, its texts' fields."""
        texts = [each for text in (self.title, self.message) if text is not None for each in text.expressions]
        return (self.condition.subject, *self.condition.features, *texts)


@dataclass(frozen=True)
class Rulebook:
    """All enabled rules, in the order of their files; `disabled` names those that are switched off."""

    rules: tuple[Rule, ...] = ()
    disabled: tuple[str, ...] = field(default=())

    @cached_property
    def places(self) -> dict[tuple[Venue, str], tuple[str, ...]]:
        """Each (venue, sector code) that the rules need, with the names of the rules that do."""
        wanted: dict[tuple[Venue, str], list[str]] = {}
        for rule in self.rules:
            for sector in rule.places:
                wanted.setdefault((rule.venue, sector), []).append(rule.name)
        return {place: tuple(names) for place, names in wanted.items()}

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.rules}
