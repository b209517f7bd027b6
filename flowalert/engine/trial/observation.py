"""What the engine makes of a test's market: every transition, and how the rules stand when it is asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Kind, Reason, Scope, Transition
from flowalert.engine.watch import Phase
from flowalert.rules.rulebook import Rulebook
from flowalert.rules.trial import Trial
from flowalert.rules.trial.expectation import Verb

_AGAIN = {Reason.REPEATED: Verb.REPEATS, Reason.SEVERITY_ROSE: Verb.RISES}
_STANDINGS = {Phase.PENDING: Verb.PENDING, Phase.FIRING: Verb.OPEN, Phase.RECOVERING: Verb.RECOVERING}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands at one scope; one without a standing is closed."""

    rule: str
    scope: Scope
    verb: Verb


@dataclass(frozen=True, slots=True)
class Observation:
    """All transitions in their order, and the standings at each time that was asked for; None is the end."""

    transitions: tuple[Transition, ...]
    standings: Mapping[int | None, tuple[Standing, ...]]


def observe(trial: Trial, rulebook: Rulebook, times: Collection[int]) -> Observation:
    """Fold a test's market; a rule stands at a time as it does after all that happens then."""
    asked = sorted(times)
    engine = Engine(rulebook)
    transitions: list[Transition] = []
    standings: dict[int | None, tuple[Standing, ...]] = {}
    for entry in trial.entries:
        while asked and asked[0] < entry.at:
            standings[asked.pop(0)] = _list_standings(engine)
        transitions += engine.handle(entry)
    for at in (*asked, None):
        standings[at] = _list_standings(engine)
    return Observation(tuple(transitions), standings)


def verb_of(transition: Transition) -> Verb:
    """Return what a test calls a transition."""
    if transition.kind is Kind.RESOLVED:
        return Verb.RESOLVES
    if not transition.told:
        return Verb.HELD
    return _AGAIN.get(transition.reason, Verb.FIRES)


def _list_standings(engine: Engine) -> tuple[Standing, ...]:
    return tuple(Standing(watch.rule.name, watch.scope, _STANDINGS[watch.phase]) for watch in engine.list_open())
