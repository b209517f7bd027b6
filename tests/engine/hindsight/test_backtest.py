"""A rulebook over entries of the past."""

from collections.abc import Sequence

from hypothesis import given, strategies as st

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.episode import Episode
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from tests.engine.market import NINE, Market

RULES = (
    "when: msval >= 100; cooldown: 1m",
    "when: delta(msval) <= -50",
    "when: msval <= -100; for: 1m; repeat: 1m",
)


def run_in_chunks(backtest: Backtest, entries: Sequence[Entry], length: int) -> list[Episode]:
    """Run entries, so many at a time."""
    done: list[Episode] = []
    for begin in range(0, len(entries), length):
        done += backtest.run(entries[begin : begin + length])
    return done + backtest.finish()


@given(
    values=st.lists(st.integers(-200, 200), min_size=1, max_size=40),
    turns=st.sets(st.integers(0, 40), max_size=3),
    length=st.integers(1, 50),
)
def test_chunks_make_no_difference(values: Sequence[int], turns: set[int], length: int) -> None:
    """What comes out is the same however the entries are cut, in the order of firings, day by day."""
    market = Market(*RULES)
    for number, value in enumerate(values):
        if number in turns:
            market.at += DAY
        market.slots(value)
    whole, cut = Backtest(market.engine.rulebook), Backtest(market.engine.rulebook)
    episodes = run_in_chunks(whole, market.entries, len(market.entries))
    assert run_in_chunks(cut, market.entries, length) == episodes
    assert [each.fired_at for each in episodes] == sorted(each.fired_at for each in episodes)
    assert len(whole.sessions) == len(cut.sessions) == len({each.at // DAY for each in market.entries})
    assert [each.last_at for each in whole.sessions] == [each.last_at for each in cut.sessions]
    told = sum(each.told and each.kind.value != "resolved" for each in market.transitions)
    assert sum(whole.tally.total(rule.name).told for rule in whole.rulebook.rules) == told
    assert sum(each.told for each in episodes) == told


def test_firings_are_counted_by_rule_and_day() -> None:
    """With what was told and what was held back apart; a repeat is a message, but no firing."""
    market = Market("when: msval >= 100; cooldown: 5m; repeat: 1m")
    market.slots(120, 120, 120, 0, 120)
    market.at += DAY
    market.slots(0, 120)
    backtest = Backtest(market.engine.rulebook)
    run_in_chunks(backtest, market.entries, 100)
    name = market.engine.rulebook.rules[0].name
    first, second = (backtest.tally.on(name, session.day) for session in backtest.sessions)
    assert (first.fired, first.told, first.held) == (2, 2, 1)
    assert (second.fired, second.told, second.held) == (1, 1, 0)
    assert backtest.tally.total(name).fired == 3
    assert backtest.tally.total("another").fired == 0


def test_sessions_in_which_a_rule_could_not_see_everything() -> None:
    """Updates were missed in one of its series, the feed was lost, or there was less than the rule looks back on."""
    market = Market("when: msval >= 100", "when: delta(msval, 10m) >= 100", "when: msval >= 1; investors: individual")
    market.slots(*range(30))
    market.at += DAY
    market.slots(*range(10))
    market.miss(3, 50)
    market.at += DAY
    market.slots(*range(30))
    market.lose("krx/001")
    backtest = Backtest(market.engine.rulebook)
    run_in_chunks(backtest, market.entries, 7)
    own, windowed, other = (
        [each.day - NINE // DAY for each in backtest.blind_sessions(rule)] for rule in backtest.rulebook.rules
    )
    assert own == [1, 2]
    assert windowed == [1, 2]
    assert other == [2]
    assert [each.gaps.total() for each in backtest.sessions] == [0, 1, 0]
    assert backtest.updates == 71


def test_a_session_shorter_than_the_window_is_blind() -> None:
    """Nothing was missed, and yet the rule could not say anything."""
    market = Market("when: delta(msval, 10m) >= 100")
    market.slots(*range(10))
    backtest = Backtest(market.engine.rulebook)
    run_in_chunks(backtest, market.entries, 100)
    assert [each.name for each in backtest.blind_sessions(backtest.rulebook.rules[0])] == ["2026-11-23"]


@given(length=st.integers(1, 9))
def test_a_silent_feed_is_told_of_beside_the_rules(length: int) -> None:
    """The built-in alert is no rule's: it stands in no count and among no alerts, and is not lost."""
    market = Market(*RULES)
    market.slots(150)
    market.fall_silent()
    market.be_heard(600)
    market.at += 600
    market.slots(0)
    market.fall_silent()
    backtest = Backtest(market.engine.rulebook)
    episodes = run_in_chunks(backtest, market.entries, length)
    assert {each.rule for each in episodes} <= {rule.name for rule in backtest.rulebook.rules}
    assert set(backtest.tally) == {each.rule for each in episodes}
    assert [(each.rule, each.duration) for each in backtest.silences] == [("feed-silent", 600), ("feed-silent", None)]
