"""Which series a rule reads."""

from flowalert.engine.hindsight.coverage import reads
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, INDIVIDUAL, read_rules


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
