"""Alerts as wholes, folded from transitions."""

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.transition import Hold, Reason, Severity
from tests.engine.market import NINE, Market


def run(market: Market) -> list[Episode]:
    """Run the market's rules over its entries again."""
    backtest = Backtest(market.engine.rulebook)
    return backtest.run(market.entries) + backtest.finish()


def test_an_episode_runs_from_firing_to_resolve() -> None:
    """With the value at the firing, the peak over all of it, and the highest severity."""
    market = Market("when: msval >= 100; levels: {critical: msval >= 200}")
    market.slots(0, 120, 250, 130, 40)
    (episode,) = run(market)
    assert (episode.fired_at - NINE, episode.value, episode.peak) == (30, 120, 250)
    assert (episode.severity, episode.duration, episode.ended) == (Severity.CRITICAL, 90, Reason.CONDITION)
    assert (episode.told, episode.hold) == (2, None)


def test_an_event_is_over_at_once() -> None:
    """It has no end to wait for, and no length."""
    market = Market("when: delta(msval) >= 100")
    market.slots(0, 120, 130)
    (episode,) = run(market)
    assert (episode.event, episode.ended_at, episode.duration, episode.ended) == (True, NINE + 30, 0, None)


def test_what_is_held_back_says_by_what() -> None:
    """And an alert that is told when its cooldown is over was told late."""
    market = Market("when: msval >= 100; cooldown: 2m")
    market.slots(120, 0, 120, 0, 120, 120, 120, 120)
    told, held, late = run(market)
    assert (told.told, told.hold) == (1, None)
    assert (held.told, held.told_at, held.hold) == (0, None, Hold.COOLDOWN)
    assert late.told == 1
    assert late.told_at is not None
    assert late.told_at > late.fired_at


def test_what_the_entries_leave_open_stays_open() -> None:
    """It is handed out at the end, without an end of its own."""
    market = Market("when: msval >= 100")
    market.slots(0, 120)
    (episode,) = run(market)
    assert (episode.ended_at, episode.duration) == (None, None)
