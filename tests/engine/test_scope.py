"""Which series a rule is about."""

import pytest

from flowalert.engine.transition import parse_scope
from flowalert.market.investor import INVESTORS
from flowalert.market.series import parse_series
from tests.engine.market import Market


def fires(market: Market, text: str) -> bool:
    return bool(market.update(1, of=parse_series(text), at=market.at))


@pytest.mark.parametrize("investor", [each.code for each in INVESTORS])
def test_all_is_every_investor_but_the_sum_of_all_rows(investor: str) -> None:
    """9999 counts the subtotals twice."""
    assert fires(Market("when: msval >= 1; investors: all"), f"krx/001/{investor}") is (investor != "9999")


def test_all_includes_investors_that_nobody_knows_yet() -> None:
    """The exchange adds codes."""
    market = Market("when: msval >= 1; investors: all")
    assert fires(market, "krx/001/0042")
    assert market.transitions[0].scope.korean == "코스피 투자자 0042"


def test_the_sum_of_all_rows_is_watched_where_it_is_named() -> None:
    """A rule can still name it."""
    assert fires(Market("when: msval >= 1; investors: 9999"), "krx/001/9999")


@pytest.mark.parametrize("other", ["krx/301/0017", "krx/001/0008", "nxt/001/0017", "unified/001/0017", "krx/001/0042"])
def test_a_rule_is_about_what_it_names_and_nothing_else(other: str) -> None:
    """Venue, sector and investor."""
    market = Market("when: msval >= 1")
    assert not fires(market, other)
    assert fires(market, "krx/001/0017")


def test_every_sector_with_every_investor() -> None:
    """Together they give the series, each with an alert of its own."""
    market = Market("when: msval >= 1; sectors: [kospi, kosdaq]; investors: [foreign, 개인]")
    for text in ("krx/001/0017", "krx/001/0008", "krx/301/0017", "krx/301/0008"):
        assert fires(market, text)
    assert len({each.alert for each in market.transitions}) == 4
    assert [str(each.scope) for each in market.engine.list_open()] == [
        "krx/001/0008", "krx/001/0017", "krx/301/0008", "krx/301/0017",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["krx", "krx/001", "nxt/0017", "unified/001/0017"])
def test_a_scope_is_its_text(text: str) -> None:
    """Whatever it leaves open."""
    assert str(parse_scope(text)) == text


@pytest.mark.parametrize("text", ["", "ktx", "krx/1", "krx/001/301", "krx/001/0017/9999"])
def test_what_is_no_scope_is_not_read_as_one(text: str) -> None:
    """It is an error of the program that asks."""
    with pytest.raises(ValueError, match=r"scope|Venue"):
        parse_scope(text)
