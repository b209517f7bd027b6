"""Conditions over several series: which these are, and what an alert is about."""

from flowalert.market.instant import clock
from flowalert.market.series import parse_series
from tests.engine.market import (
    FOREIGN,
    INDIVIDUAL,
    KOSDAQ_FOREIGN,
    KOSDAQ_INDIVIDUAL,
    KOSDAQ_UNHEARD_OF,
    UNHEARD_OF,
    Market,
)

ABOVE = "foreign.msval > individual.msval"
INSURANCE = parse_series("krx/001/0002")


def scopes(market: Market) -> list[str]:
    return [str(each.scope) for each in market.transitions]


def test_a_condition_that_names_its_investors_is_about_a_sector() -> None:
    """Each of its sectors has an alert of its own, judged by its own updates."""
    market = Market(f"when: {ABOVE}; sectors: [kospi, kosdaq]")
    market.slot((FOREIGN, 5), (KOSDAQ_FOREIGN, 5), (INDIVIDUAL, 9), (KOSDAQ_INDIVIDUAL, 1))
    assert scopes(market) == ["krx/301"]
    market.slot((KOSDAQ_FOREIGN, 5), (KOSDAQ_INDIVIDUAL, 1), (FOREIGN, 5), (INDIVIDUAL, 1))
    assert scopes(market) == ["krx/301", "krx/001"]
    assert market.transitions[0].scope.korean == "코스닥"


def test_a_condition_that_names_sectors_and_investors_is_about_nothing_else() -> None:
    """There is one alert, of the venue."""
    market = Market("when: kosdaq.foreign.msval > kospi.foreign.msval")
    market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5))
    assert scopes(market) == ["krx"]


def test_a_condition_that_names_sectors_alone_is_about_an_investor() -> None:
    """Each compared with himself elsewhere."""
    market = Market("when: kosdaq.msval > kospi.msval; investors: [foreign, 개인]")
    market.slot((FOREIGN, 1), (KOSDAQ_FOREIGN, 5), (INDIVIDUAL, 1), (KOSDAQ_INDIVIDUAL, 5))
    assert scopes(market) == ["krx/0017", "krx/0008"]
    assert market.transitions[0].scope.korean == "외국인"


def test_a_condition_that_leaves_both_open_once_is_about_both() -> None:
    """Everybody against foreigners; foreigners against themselves are one series, judged at each of its updates."""
    market = Market("when: msval >= foreign.msval; investors: all")
    assert market.slot((FOREIGN, 1)) == ["00:00 firing"]
    assert market.update(5, of=INDIVIDUAL) == ["00:00 firing"]
    assert market.update(0, of=INSURANCE) == []
    assert scopes(market) == ["krx/001/0017", "krx/001/0008"]


def test_names_may_be_slugs_korean_or_codes() -> None:
    """They are one series, and one expression."""
    pairs = (("foreign", "individual"), ("외국인", "개인"), ("0017", "0008"), ("001.0017", "코스피.개인"))
    rules = [f"when: {name}.msval > {other}.msval" for name, other in pairs]
    assert Market(*rules).both(5, 3) == ["00:00 firing"] * 4


def test_an_unheard_of_investor_is_compared_with_others() -> None:
    """Under `all`, from his first update on, be the others there before or behind him."""
    market = Market("when: msval > foreign.msval; investors: all")
    assert market.slot((UNHEARD_OF, 5), (FOREIGN, 1)) == ["00:00 firing"]
    other = Market("when: msval > foreign.msval; investors: all")
    assert other.slot((FOREIGN, 1), (UNHEARD_OF, 5)) == ["00:00 firing"]
    assert scopes(other) == ["krx/001/0042"]


def test_an_unheard_of_investor_is_compared_with_himself_elsewhere() -> None:
    """Wherever he turns up first."""
    for first, second in ((UNHEARD_OF, KOSDAQ_UNHEARD_OF), (KOSDAQ_UNHEARD_OF, UNHEARD_OF)):
        market = Market("when: abs(msval - kosdaq.msval) > 3; investors: all")
        assert market.slot((first, 1)) == []
        assert market.update(9, of=second) == ["00:00 firing"]
        assert scopes(market) == ["krx/001/0042"]


def test_a_series_that_others_name_is_still_one_of_all() -> None:
    """That one rule looks at it from elsewhere, or tells of it, takes it from no other."""
    everybody = "when: msval >= 1; sectors: [kospi, kosdaq]; investors: all"
    market = Market(everybody, "when: msval > kosdaq.msval; investors: all")
    market.slot((UNHEARD_OF, 0), (KOSDAQ_UNHEARD_OF, 5))
    assert scopes(market) == ["krx/301/0042"]
    told = Market(everybody, "when: msval >= 1000; message: {{ kosdaq.0042.msval }}")
    told.slot((KOSDAQ_UNHEARD_OF, 5))
    assert scopes(told) == ["krx/301/0042"]


def test_a_rule_is_about_no_sector_but_its_own() -> None:
    """What the condition names besides is looked at and not watched."""
    market = Market("when: kosdaq.foreign.msval > individual.msval")
    market.slot((KOSDAQ_FOREIGN, 5), (KOSDAQ_INDIVIDUAL, 1))
    assert scopes(market) == []
    assert market.update(1, of=INDIVIDUAL) == ["00:00 firing"]
    assert scopes(market) == ["krx/001"]


def test_alerts_of_one_slot_have_their_own_identities() -> None:
    """The same series judged for two scopes, and two slots of one scope."""
    market = Market("when: msval > foreign.msval; investors: [individual, insurance]; mode: event")
    for value in (5, 6):
        market.slot((FOREIGN, 1), (INDIVIDUAL, value), (INSURANCE, value))
    assert len({each.alert for each in market.transitions}) == len(market.transitions) == 4
    assert [clock(each.opened_at)[3:] for each in market.transitions] == ["00:00", "00:00", "00:30", "00:30"]
