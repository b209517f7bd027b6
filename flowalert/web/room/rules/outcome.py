"""What came of rules that were tried on the present day."""

from collections.abc import Sequence

from msgspec import Struct

from flowalert.engine.transition import parse_scope
from flowalert.web.name import NamedScope, name_scope
from flowalert.workbench.trial import Tried, TriedEdit, TriedRule


class OutcomeAlert(Struct, frozen=True, kw_only=True):
    """An alert that would have been told, `told` times, first at `at`; moments are exchange time."""

    rule: str
    scope: NamedScope
    severity: str
    at: int
    value: float | int | None
    peak: float | int | None
    ended_at: int | None
    told: int


class OutcomeMiss(Struct, frozen=True, kw_only=True):
    """A near miss: what was `short` as a share of the amount, or of the time where the condition was `held` seconds."""

    rule: str
    scope: NamedScope
    at: int
    value: float | int | None
    short: float
    held: int | None


class OutcomeChange(Struct, frozen=True, kw_only=True):
    """An alert that is `added`, `gone` or `moved` against the rules in force, with when either side tells it."""

    verdict: str
    rule: str
    scope: NamedScope
    old_at: int | None
    new_at: int | None
    value: float | int | None


class Outcome(Struct, frozen=True, kw_only=True):
    """What the day would have been with the rules that were tried; `first_at` is None where nothing came yet.

    `edits` are the rules that are others than in force, and `changes` what that changes; `compared` tells whether there
    was anything to compare with. What is `more` is not shown. `silent` are the places that rules need and that nothing
    came of.
    """

    first_at: int | None
    last_at: int | None
    updates: int
    told: int
    rules: Sequence[TriedRule]
    alerts: Sequence[OutcomeAlert]
    more_alerts: int
    near_misses: Sequence[OutcomeMiss]
    compared: bool
    edits: Sequence[TriedEdit]
    changes: Sequence[OutcomeChange]
    more_changes: int
    silent: Sequence[str]
    seconds: float


def make_outcome(tried: Tried) -> Outcome:
    """Return an outcome with the names that people know."""
    return Outcome(
        first_at=tried.first_at,
        last_at=tried.last_at,
        updates=tried.updates,
        told=len(tried.alerts) + tried.more_alerts,
        rules=tried.rules,
        alerts=[
            OutcomeAlert(
                rule=each.rule,
                scope=_name(each.scope),
                severity=each.severity,
                at=each.at,
                value=each.value,
                peak=each.peak,
                ended_at=each.ended_at,
                told=each.told,
            )
            for each in tried.alerts
        ],
        more_alerts=tried.more_alerts,
        near_misses=[
            OutcomeMiss(
                rule=each.rule,
                scope=_name(each.scope),
                at=each.at,
                value=each.value,
                short=each.short,
                held=each.held,
            )
            for each in tried.near_misses
        ],
        compared=tried.compared,
        edits=tried.edits,
        changes=[
            OutcomeChange(
                verdict=each.verdict,
                rule=each.rule,
                scope=_name(each.scope),
                old_at=each.old_at,
                new_at=each.new_at,
                value=each.value,
            )
            for each in tried.changes
        ],
        more_changes=tried.more_changes,
        silent=tried.silent,
        seconds=tried.seconds,
    )


def _name(scope: str) -> NamedScope:
    return name_scope(parse_scope(scope))
