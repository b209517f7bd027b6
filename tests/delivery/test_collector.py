"""From the journal's entries to the picture of an alert."""

import msgspec

from flowalert.delivery.collector import HOUR, Collector, collect
from flowalert.delivery.picture import Picture, Words
from flowalert.engine.transition import Scope
from flowalert.language.tongue import Tongue
from flowalert.market.instant import DAY
from flowalert.market.sector import Counted
from flowalert.market.venue import Venue
from tests.engine.market import NINE, SLOT, Market, read_rules

KOSPI_FOREIGN = Scope(Venue.KRX, "001", "0017")


def look(market: Market, at: int, scope: Scope = KOSPI_FOREIGN) -> Picture | None:
    return collect(market.engine.rulebook.rules[0], scope, at, market.entries)


def test_a_picture_has_what_the_engine_had_an_hour_around_the_moment() -> None:
    """Of windows too, which look back on what lies before it; and the day's other hours are not in it."""
    market = Market("when: delta(msval, 5m) <= -300억; summary: 매도세")
    market.slots(*range(0, -1500, -5))
    at = NINE + 300 * 10
    picture = look(market, NINE + 2 * HOUR)
    assert picture is not None
    assert picture.title == Words("코스피 외국인 · 매도세", "KOSPI foreigners · rule-0")
    (curve,) = picture.curves
    assert curve.label == Words("순매수 5분 변화", "5-minute change of net buying")
    assert list(curve.levels) == [-300]
    assert [at for at, _ in curve.points] == list(range(NINE + HOUR, NINE + 300 * SLOT, SLOT))
    assert {value for _, value in curve.points} == {-50}
    early = look(market, at)
    assert early is not None
    times = [at for at, _ in early.curves[0].points]
    assert (times[0], times[-1]) == (NINE + 300, at + HOUR)


def test_a_rule_about_several_series_has_a_curve_each() -> None:
    """Named, since the alert is about neither alone; of more than two the first two."""
    rule = "when: foreign.msval <= -100 and individual.msval >= 50 and foreign.msvalue < 5"
    market = Market(rule)
    market.both(-10, 20)
    market.both(-30, 25)
    picture = look(market, market.at, Scope(Venue.KRX, "001"))
    assert picture is not None
    assert picture.title.korean == "코스피 · rule-0"
    assert [(each.label.korean, each.levels, [value for _, value in each.points]) for each in picture.curves] == [
        ("외국인 순매수", (-100,), [-10, -30]),
        ("개인 순매수", (50,), [20, 25]),
    ]


def test_either_side_of_a_size_is_a_level() -> None:
    """The figure is shown with its sign."""
    market = Market("when: abs(delta(msval)) >= 300")
    market.slots(5, 9)
    picture = look(market, market.at)
    assert picture is not None
    assert list(picture.curves[0].levels) == [300, -300]


def test_quantities_know_what_they_count() -> None:
    """Of the alert's sector; the chart writes shares or contracts."""
    market = Market("when: msvol > 5")
    market.slots(1)
    picture = look(market, market.at)
    assert picture is not None
    assert picture.curves[0].counted is Counted.SHARES


def test_where_there_is_nothing_to_see_there_is_no_picture() -> None:
    """A rule about the time alone; another scope; another day; nothing known in that hour."""
    market = Market("when: msval > 3")
    market.slots(1, 2)
    assert look(market, market.at) is not None
    assert look(market, market.at, Scope(Venue.KRX, "301", "0017")) is None
    assert look(market, market.at + DAY) is None
    assert look(market, market.at + HOUR + 1) is None
    (rule,) = read_rules("when: time >= 10:00").rules
    assert collect(rule, KOSPI_FOREIGN, market.at, market.entries) is None


def test_chunks_give_the_same_and_a_picture_goes_through_a_pipe() -> None:
    """A loop collects between other work, and a process of its own draws."""
    market = Market("when: delta(msval, 1m) <= -300억")
    market.slots(*range(40))
    (rule,) = market.engine.rulebook.rules
    collector = Collector(rule, KOSPI_FOREIGN, market.at)
    for begin in range(0, 40, 7):
        collector.run(market.entries[begin : begin + 7])
    picture = collector.finish(Tongue.ENGLISH)
    assert picture == collect(rule, KOSPI_FOREIGN, market.at, iter(market.entries), Tongue.ENGLISH)
    assert picture is not None
    assert msgspec.json.decode(msgspec.json.encode(picture), type=Picture) == picture
