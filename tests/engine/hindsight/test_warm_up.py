"""What a rule looks back on, and which series it reads."""

import pytest

from flowalert.engine.hindsight.warm_up import find_warm_up, reads
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, INDIVIDUAL, read_rules


@pytest.mark.parametrize(
    ("condition", "seconds", "updates"),
    [
        ("msval > 0", 0, 0),
        ("delta(msvalue) > 0", 0, 1),
        ("delta(msval, 5m) > 0 or delta(msval, 20 updates) > 0", 300, 20),
        ("zscore(delta(msval, 5m), 1h) > 2", 3900, 0),
        ("highest(msval, session) > 0", 0, 0),
    ],
)
def test_windows_over_windows_add_up(condition: str, seconds: int, updates: int) -> None:
    """Beside one another the longer counts; the session's window is there at once."""
    tree = read_rules(f"when: {condition}").rules[0].condition.tree
    assert find_warm_up(tree) == (seconds, updates)


def test_a_rule_reads_its_own_series_and_those_that_it_names() -> None:
    """Of its own venue alone."""
    kosdaq = series(Venue.KRX, "301", "0017")
    own = read_rules("when: msval > 0").rules[0]
    assert [reads(own, each) for each in (FOREIGN, INDIVIDUAL, kosdaq)] == [True, False, False]
    assert not reads(own, series(Venue.NXT, "001", "0017"))
    named = read_rules("when: individual.msval > 0 and kosdaq.foreign.msval > 0").rules[0]
    assert [reads(named, each) for each in (FOREIGN, INDIVIDUAL, kosdaq)] == [False, True, True]
    levelled = read_rules("when: msval > 0; levels: {critical: individual.msval > 0}").rules[0]
    assert [reads(levelled, each) for each in (FOREIGN, INDIVIDUAL, kosdaq)] == [True, True, False]
    timed = read_rules("when: time > 10:00").rules[0]
    assert [reads(timed, each) for each in (FOREIGN, INDIVIDUAL)] == [True, False]
