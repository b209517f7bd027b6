"""How close a rule came without firing, found by running easier variants of it beside it.

A variant is a rule like any other, so that there is no second evaluator: the same condition with its amounts moved
by a share of their size, and the same condition without its `for`. What such a variant fires for while the
rule itself does not is a near miss.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest

from msgspec import Struct

from flowalert.engine.hindsight.amount import Amount, find_amounts, place_amounts
from flowalert.engine.transition import Kind, Scope, Transition
from flowalert.language.tree import Call
from flowalert.rules.rulebook import Rule

# The shares by which amounts are moved, the smallest first.
SHARES = (0.05, 0.1, 0.2)
KEPT = 3

# No rule of a file has a slash in its name.
_MARK = "/near/"
_UNHELD = "unheld"
# Below this, a share of a whole amount is less than one: a streak of 3 is missed by 2.
_SMALL = 10


class NearMiss(Struct, frozen=True):
    """One time that a rule came close: when it began, and the furthest that its subject went.

    `short` is what was lacking, as a share of the amount: exactly where the rule has one amount, else the share by
    which all of them together had to be easier. `held` is None, or for how many seconds the condition itself held
    where it was to hold longer; `short` is then what was lacking of the time.
    """

    rule: str
    scope: Scope
    at: int
    value: float | int | None
    short: float
    held: int | None = None


@dataclass(slots=True)
class _Approach:
    """The present approach of one rule at one scope, by `NearMisses` alone.

    `closest` is the place in SHARES of the tightest variant that fired in it, and `at` when that did.
    """

    closest: int
    at: int


@dataclass(slots=True)
class _Trace:
    """What is known of a rule itself at one scope: whether it fires, and when it last began or ceased to."""

    firing: bool = False
    changed_at: int = -1


class NearMisses:
    """Keeps the closest near misses of each rule; `variants` are to run beside the rules, after them.

    What changes, by `take` alone: `_found`, what is kept; `_traces` of the rules themselves; `_approaches` under way.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        eased = [(rule, step, variant) for rule in rules for step, variant in _ease(rule)]
        self.variants = tuple(variant for _, _, variant in eased)
        self._by_name = {variant.name: (rule, step) for rule, step, variant in eased}
        self._amounts = {rule.name: find_amounts(rule.condition.tree) for rule in rules}
        self._found: dict[str, list[NearMiss]] = {rule.name: [] for rule in rules}
        self._traces: dict[tuple[str, Scope], _Trace] = {}
        self._approaches: dict[tuple[str, Scope], _Approach] = {}

    def take(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Take in all transitions of one entry; return those of the rules themselves."""
        own = [each for each in transitions if each.rule not in self._by_name]
        for each in own:
            trace = self._traces.setdefault((each.rule, each.scope), _Trace())
            trace.firing = each.kind is Kind.FIRING
            trace.changed_at = each.at
        if len(own) < len(transitions):
            # The tightest come first: the widest closes what they were part of.
            for each in transitions:
                if each.rule in self._by_name:
                    self._follow(each, *self._by_name[each.rule])
        return own

    def of(self, rule: str) -> tuple[NearMiss, ...]:
        """Return the closest near misses of a rule, the closest first; none for a rule that has no variants."""
        return tuple(nsmallest(KEPT, self._found.get(rule, ()), key=_closeness))

    def _follow(self, transition: Transition, rule: Rule, step: str) -> None:
        if step == _UNHELD:
            if transition.kind is Kind.RESOLVED and not self._fired_since(transition, rule):
                self._keep(_miss_time(transition, rule))
            return
        place = (rule.name, transition.scope)
        number = int(step)
        if transition.kind is not Kind.RESOLVED:
            approach = self._approaches.get(place)
            if approach is None or number < approach.closest:
                self._approaches[place] = _Approach(number, transition.at)
        if transition.kind is not Kind.FIRING and number == len(SHARES) - 1:
            approach = self._approaches.pop(place, None)
            if approach is not None and not self._fired_since(transition, rule):
                self._keep(self._miss(transition, rule, approach))

    def _fired_since(self, transition: Transition, rule: Rule) -> bool:
        """Tell whether the rule itself fired at any time since the variant's alert opened."""
        trace = self._traces.get((rule.name, transition.scope))
        return trace is not None and (trace.firing or trace.changed_at >= transition.opened_at)

    def _miss(self, transition: Transition, rule: Rule, approach: _Approach) -> NearMiss:
        amounts = self._amounts[rule.name]
        short = SHARES[approach.closest]
        if len(amounts) == 1 and transition.peak is not None and amounts[0].easing:
            # Where the amount was reached, it was not for long enough, and only the variants can say how far it was.
            short = _lack(amounts[0], transition.peak) or short
        return NearMiss(rule.name, transition.scope, approach.at, transition.peak, short)

    def _keep(self, miss: NearMiss) -> None:
        found = self._found[miss.rule]
        found.append(miss)
        if len(found) > 100 * KEPT:
            found[:] = nsmallest(KEPT, found, key=_closeness)


def _closeness(miss: NearMiss) -> tuple[float, int]:
    return miss.short, miss.at


def _lack(amount: Amount, reached: float) -> float:
    """Return what was lacking of the amount, as a share of it."""
    if isinstance(amount.of, Call) and amount.of.function == "abs":
        reached = abs(reached)
    return max(0.0, (reached - amount.value) * amount.easing / abs(amount.value))


def _miss_time(transition: Transition, rule: Rule) -> NearMiss:
    held = transition.at - transition.opened_at
    # A time that is counted in updates lacks at least one of them.
    short = 1 - held / rule.for_seconds if rule.for_seconds else 1 / rule.for_updates
    return NearMiss(rule.name, transition.scope, transition.opened_at, transition.peak, max(0.0, short), held)


def _ease(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield the easier variants of a rule, the tightest first; none where nothing can be eased."""
    plain = replace(
        rule,
        # What is left out below may name series, and the rule is judged when all of them have reported.
        condition=replace(rule.condition, references=rule.references),
        resolve_when=None,
        keep_firing_for=0,
        cooldown=0,
        repeat=0,
        expires=None,
        limit=None,
        levels=(),
        title=None,
        message=None,
    )
    if rule.for_seconds or rule.for_updates:
        yield _UNHELD, replace(plain, name=f"{rule.name}{_MARK}{_UNHELD}", for_seconds=0, for_updates=0)
    amounts = find_amounts(rule.condition.tree)
    if any(each.value for each in amounts):
        for number, share in enumerate(SHARES):
            eased = place_amounts(plain, dict(_ease_amounts(amounts, share)))
            yield str(number), replace(eased, name=f"{rule.name}{_MARK}{number}")


def _ease_amounts(amounts: Iterable[Amount], share: float) -> Iterator[tuple[int, float]]:
    for number, amount in enumerate(amounts):
        if amount.whole and share == SHARES[-1] and 1 < abs(amount.value) < _SMALL and amount.easing:
            yield number, amount.value + amount.easing
        elif amount.value:
            yield number, amount.ease(share)
