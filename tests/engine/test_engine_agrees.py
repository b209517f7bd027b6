"""The engine against the plainest evaluator, on random rulebooks and random markets."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from random import Random
from typing import TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Hold, Reason, Transition
from flowalert.language.meaning import Sort
from flowalert.language.tree import Call, Node, Number, children, spell
from flowalert.market.entry import Entry
from flowalert.rules.rulebook import Rule, Rulebook
from tests.engine.agreement import make_market, make_rulebook
from tests.engine.naive import Naive
from tests.engine.naive_value import CROSSINGS, Own

T = TypeVar("T")

SEEDS = range(300)
PLAIN = ("delta", "prev", "streak", "abs")
WINDOWED = ("delta", "sum", "avg", "stdev", "highest", "lowest", "slope", "zscore", "count", "ema")
WINDOWS = (Sort.DURATION, Sort.UPDATES, Sort.SESSION)


def write(transitions: Iterable[Transition]) -> bytes:
    """The transitions of one entry, to the byte; which alert comes first is another test's."""
    return msgspec.json.encode(sorted(transitions, key=lambda each: each.id))


def find_difference(rules: Sequence[Rule], market: Sequence[Entry]) -> tuple[int, str] | None:
    """The number of the first entry at which the two differ, and what they say."""
    engine, naive = Engine(Rulebook(tuple(rules))), Naive(Rulebook(tuple(rules)))
    for number, entry in enumerate(market):
        seen, expected = write(engine.handle(entry)), write(naive.handle(entry))
        if seen != expected:
            return number, f"{entry}:\nengine {seen.decode()}\nnaive  {expected.decode()}"
    return None


def shrink(rules: Sequence[Rule], market: Sequence[Entry]) -> str:
    """The first difference that is left when no rule and no entry can be left out."""
    found = find_difference(rules, market)
    assert found is not None
    before = market[: found[0] + 1]
    fewer = drop(rules, lambda tried: find_difference(tried, before) is not None)
    entries = drop(before, lambda tried: find_difference(fewer, tried) is not None)
    if len(fewer) + len(entries) < len(rules) + len(market):
        return shrink(fewer, entries)
    return "\n".join([*map(describe, rules), *map(repr, market), found[1]])


def drop(parts: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """The parts without those that do not matter, tried from the last to the first."""
    for n in reversed(range(len(parts))):
        tried = [*parts[:n], *parts[n + 1 :]]
        parts = tried if fails(tried) else parts
    return parts


def describe(rule: Rule) -> str:
    """What the rule says, as its file would have it."""
    plain = Rule(name="", condition=rule.condition, sectors=(), mode=rule.mode)
    texts = {
        "condition": rule.condition.text,
        "resolve_when": rule.resolve_when and rule.resolve_when.text,
        "message": rule.message and rule.message.text,
        "levels": [f"{level.severity.name} {level.clause.text}" for level in rule.levels],
    }
    given = {each.name: getattr(rule, each.name) for each in fields(rule)}
    return str({key: texts.get(key, each) for key, each in given.items() if each != getattr(plain, key)} | texts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False))
def test_same_transitions_always(chance: Random) -> None:
    """What the engine finds by its short cuts is what judging every rule from the whole past finds, to the byte."""
    rulebook, market = make_rulebook(chance, 2), make_market(chance, 6)
    assert find_difference(rulebook.rules, market) is None


@pytest.mark.parametrize("tens", range(SEEDS.start, SEEDS.stop, 10))
def test_same_transitions_over_several_days(tens: int) -> None:
    """The same where there is time for limits, flapping and expiry; a failure shows the least that fails."""
    for seed in range(tens, tens + 10):
        chance = Random(seed)
        rulebook, market = make_rulebook(chance, 8), make_market(chance, 40)
        if find_difference(rulebook.rules, market) is not None:
            pytest.fail(f"seed {seed}: {shrink(rulebook.rules, market)}")


def find_calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for child in children(node):
        yield from find_calls(child)


def find_known(naive: Naive, transition: Transition) -> Iterator[tuple[str, Sort | None, bool]]:
    """Each function in what a transition knows, with its window and whether it mixes series."""
    rule = next((each for each in naive.rules if each.name == transition.rule), None)
    if rule is None:
        return
    scope = transition.scope
    own = Own(scope.venue, scope.sector, scope.investor)
    for node in rule.expressions:
        if transition.values[spell(node)] is not None:
            for call in find_calls(node):
                window = call.arguments[-1]
                sort = window.meaning.sort if isinstance(window, Number) and window.meaning.sort in WINDOWS else None
                yield call.function, sort, len(own.series_of(call)) > 1


def test_everything_comes_about() -> None:
    """What agrees is worth something: every reason and hold is met, and every function over every window."""
    met: Counter[object] = Counter()
    for seed in SEEDS:
        chance = Random(seed)
        naive = Naive(make_rulebook(chance, 8))
        for entry in make_market(chance, 40):
            for made in naive.handle(entry):
                met.update([made.reason, made.hold, str(made.scope).count("/"), *find_known(naive, made)])
    reasons = set(Reason) - {Reason.RULE_GONE, Reason.RULE_NEW}
    assert [each for each in (*reasons, *Hold, 0, 1, 2) if met[each] < 3] == []
    wanted: set[tuple[str, Sort | None]] = {(function, None) for function in (*CROSSINGS, *PLAIN)}
    wanted |= {(function, window) for function in WINDOWED for window in WINDOWS} - {("ema", Sort.SESSION)}
    assert [each for each in wanted if not met[*each, False]] == []
    assert [
        each for each in {*CROSSINGS, *PLAIN, *WINDOWED} if not any(met[each, window, True] for _, window in wanted)
    ] == []
