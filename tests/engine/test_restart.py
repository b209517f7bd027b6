"""A restart and a reload: nothing that the engine knows is lost with it, and no rule knows of another."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest

from flowalert.engine.engine import Engine
from flowalert.engine.outage import leave_out_outage
from flowalert.engine.term import Past
from flowalert.engine.transition import Hold, Kind, Reason, Transition
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.rules.rulebook import Rulebook
from tests.engine.agreement import make_market, make_rulebook
from tests.engine.market import (
    FOREIGN,
    INDIVIDUAL,
    KOSDAQ_FOREIGN,
    KOSDAQ_UNHEARD_OF,
    NINE,
    SLOT,
    UNHEARD_OF,
    Market,
    read_rules,
)

SERIES = (FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN, UNHEARD_OF, KOSDAQ_UNHEARD_OF)

# Something of everything that a rule may say, each often enough to come about in half an hour.
RULES = (
    "when: msval >= 1",
    "when: msval >= 1; for: 60s; keep_firing_for: 60s",
    "when: msval >= 1; for: 2 updates; cooldown: 3m",
    "when: delta(msval) >= 1; limit: 2/3m; cooldown: 30s",
    "when: crosses(msval, 0); limit: 3/session",
    "when: msval >= 1; repeat: 60s; limit: 6/10m; cooldown: 90s",
    "when: msval >= 2; resolve_when: msval <= -2; keep_firing_for: 30s; repeat: 2m",
    "when: msval >= 1; severity: info; levels: {warning: msval >= 2, critical: msval >= 3}; cooldown: 5m",
    "when: msval >= 1; active: [09:02-09:06, 09:12-09:20]; for: 30s",
    "when: msval >= 1; expires: 3 fires; investors: all",
    "when: msval >= 2; expires: session",
    "when: msval >= -1; expires: 2026-11-23; repeat: 5m",
    "when: foreign.msval > individual.msval; for: 60s; keep_firing_for: 60s; repeat: 2m",
    "when: foreign.msval > 1 or individual.msval > 2; cooldown: 2m; levels: {critical: individual.msval > 2}",
    "when: msval > kosdaq.msval; investors: all; message: {{ kosdaq.0042.sum(msval, 2m) }}",
    "when: sum(foreign.msval - individual.msval, 2m) > 0; limit: 2/session",
    "when: zscore(msval, 2m) > 1 and streak(msval > 0) >= 2; cooldown: 60s",
    "when: ema(msval, 90s) > 0.5; message: {{ slope(msval, 5 updates) }} {{ highest(msval, session) }}",
    "when: count(individual.crosses_above(msval, 0), 5m) >= 2; resolve_when: foreign.msval < 0",
)


def spend_two_days(seed: int) -> Market:
    """A market that comes and goes, is lost, missed, corrected and late, and closes early or not at all."""
    chance = Random(seed)
    market = Market(*RULES)
    for day in range(2):
        if day:
            market.begin_day()
        for _ in range(45):
            market.at += chance.choice((SLOT, SLOT, SLOT, SLOT, 2 * SLOT, 150, 1))
            for of in chance.sample(SERIES, chance.randrange(2, 6)):
                market.update(chance.choice((None, *range(-3, 4), 1, 2, 0)), of=of)
                if chance.randrange(8) == 0:
                    market.standing[of] = market.standing.get(of, 0) + chance.choice((0, 1))
                    market.update(chance.randrange(-3, 4), of=of)
            match chance.randrange(20):
                case 0:
                    market.lose(*chance.choice(((), ("krx/001",), ("krx/301",))))
                case 1:
                    market.find()
                case 2 if day:
                    market.close_session()
                case _:
                    market.close_slot(chance.choice((0, 0, 15, 400)) if chance.randrange(3) else 0)
        # It comes and goes, and then stays for longer than anybody calls flapping.
        market.slots(*(1, 0) * 4, 1)
        market.close_slot(620)
    return market


def fold(engine: Engine, entries: Sequence[Entry]) -> list[Transition]:
    return [transition for entry in entries for transition in engine.handle(entry)]


def encode(transitions: Sequence[Transition]) -> bytes:
    return msgspec.json.encode(transitions)


def find_past(rulebook: Rulebook, transitions: Sequence[Transition]) -> dict[str, Past]:
    """What the rules had used up by then, each having seen the first day."""
    fires = Counter(each.rule for each in transitions if each.n == 1 and each.kind is not Kind.RESOLVED)
    return {rule.name: Past(fires[rule.name], NINE // DAY) for rule in rulebook.rules}


def test_the_two_days_have_something_of_everything() -> None:
    """Or what follows would compare nothing."""
    made = [each for seed in range(4) for each in spend_two_days(seed).transitions]
    reasons = Counter(each.reason for each in made)
    assert {each for each in Reason if not reasons[each]} == {
        Reason.RULE_GONE, Reason.RULE_NEW, Reason.FEED_SILENT, Reason.FEED_HEARD,
    }  # fmt: skip
    assert {each.hold for each in made} == {None, *Hold}
    assert {each.rule for each in made} == {f"rule-{number}" for number in range(len(RULES))}


@pytest.mark.parametrize("seed", range(4))
def test_every_timer_survives_a_restart(seed: int) -> None:
    """At whatever entry: the open session folded again, and what was used up before it, go on to the byte."""
    market = spend_two_days(seed)
    rulebook = read_rules(*RULES)
    whole = Engine(rulebook)
    made = [whole.handle(entry) for entry in market.entries]
    second = next(n for n, entry in enumerate(market.entries) if entry.at // DAY > NINE // DAY)
    for cut in range(0, len(market.entries), 7):
        begin = second if cut > second else 0
        before = [each for some in made[:begin] for each in some]
        engine = Engine(rulebook, find_past(rulebook, before) if begin else None)
        assert encode(fold(engine, market.entries[begin:cut])) == encode(_flatten(made[begin:cut], begin == second))
        assert encode(fold(engine, market.entries[cut : cut + 40])) == encode(_flatten(made[cut : cut + 40]))


def _flatten(made: Sequence[Sequence[Transition]], begins: bool = False) -> list[Transition]:
    """All of them; but not what the first entry of a session resolved of the session before."""
    return [
        each
        for number, some in enumerate(made)
        for each in some
        if not (begins and number == 0 and each.opened_at // DAY == NINE // DAY)
    ]


@pytest.mark.parametrize("begun", [False, True])
def test_a_series_that_is_unheard_of_today_is_not_lost(begun: bool) -> None:
    """Be it lost the day before or in the morning: there is nothing to miss, and timers run without it."""
    market = Market("when: foreign.msval > 5 or individual.msval > 5; for: 60s")
    market.both(0, 0)
    if begun:
        market.begin_day()
    market.lose("krx/001")
    if not begun:
        market.begin_day()
    market.slot((FOREIGN, 9))
    market.close_slot()
    assert market.close_slot(60) == ["01:00 firing, held for its time"]


@pytest.mark.parametrize("seed", range(4))
def test_a_rule_fires_the_same_whatever_other_rules_there_are(seed: int) -> None:
    """Alone, among all, and among all in another order: a reload leaves what it does not change."""
    market = spend_two_days(seed)
    rules = read_rules(*RULES).rules
    for number, rule in enumerate(rules):
        expected = encode([each for each in market.transitions if each.rule == rule.name])
        among = rules[number + 1 :: 2][::-1]
        for others in ((), among):
            made = fold(Engine(Rulebook((*others, rule))), market.entries)
            assert encode([each for each in made if each.rule == rule.name]) == expected, rule.condition.text


@pytest.mark.parametrize("seed", range(40))
def test_no_rule_of_any_rulebook_knows_of_another(seed: int) -> None:
    """The same for rules that nobody would write."""
    chance = Random(seed)
    rulebook, entries = make_rulebook(chance, 6), make_market(chance, 25)
    together = fold(Engine(rulebook), entries)
    for rule in rulebook.rules:
        alone = leave_out_outage(fold(Engine(Rulebook((rule,))), entries))
        assert encode(alone) == encode([each for each in together if each.rule == rule.name]), rule.condition.text


def test_another_process_makes_the_same_of_it() -> None:
    """No order of a set or a dictionary comes into it."""
    script = (
        "from tests.engine.test_restart import encode, spend_two_days\n"
        "print([encode(spend_two_days(seed).transitions) for seed in range(4)])"
    )
    root = Path(__file__).parents[2]
    made = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert made == {repr([encode(spend_two_days(seed).transitions) for seed in range(4)]).encode()}
