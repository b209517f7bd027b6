"""The figures that a rule looked at, over time."""

from flowalert.engine.hindsight.track import Sight, Tracker, find_panels
from flowalert.engine.transition import Scope
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, INDIVIDUAL, NINE, Market, read_rules

TODAY = NINE // DAY


def list_panels(rule: str) -> list[tuple[str, tuple[float, ...]]]:
    return [(each.of, each.levels) for each in find_panels(read_rules(rule).rules[0])]


def test_each_figure_that_is_set_against_something_has_a_panel() -> None:
    """With its levels; the size of the subject is shown with its sign, and the time of day is not shown."""
    rule = "when: abs(delta(msval)) >= 300 and time > 09:00 and (msval > 5 or msval < -7) and msvalue > mdvalue"
    assert list_panels(rule) == [
        ("delta(msval)", (300, -300)),
        ("msval", (5, -7)),
        ("msvalue - mdvalue", (0,)),
    ]
    assert list_panels("when: crosses_above(msvol, 40)") == [("msvol", (40,))]


def test_a_track_has_what_the_engine_had_before_it() -> None:
    """At each judgement, unknown where it was; a correction takes the place of what it corrects."""
    market = Market("when: delta(msval, 1m) >= 100 and msval > 0")
    market.slots(5, 7)
    market.update(9)
    market.slots(14)
    scope = Scope(Venue.KRX, "001", "0017")
    tracker = Tracker(market.engine.rulebook, [Sight("rule-0", scope, TODAY)])
    tracker.run(market.entries)
    (track,) = tracker.tracks.values()
    assert [each.of for each in track.panels] == ["delta(msval, 1m)", "msval"]
    assert [at - NINE for at in track.times] == [0, 30, 60]
    assert track.values == [(None, 5), (None, 9), (9, 14)]


def test_only_what_is_wanted_is_kept() -> None:
    """One scope and one day of a rule that has many."""
    market = Market("when: msval > 3; investors: [foreign, individual]")
    market.slots(1, 2)
    market.slots(8, of=INDIVIDUAL)
    market.at += DAY
    market.slots(5)
    tracker = Tracker(market.engine.rulebook, [Sight("rule-0", Scope(Venue.KRX, "001", "0008"), TODAY)])
    tracker.run(market.entries)
    (track,) = tracker.tracks.values()
    assert track.values == [(8,)]


def test_several_series_are_seen_when_they_are_judged() -> None:
    """Once a slot, when all have reported it."""
    market = Market("when: foreign.msval <= -100 and individual.msval >= 50")
    market.slot((FOREIGN, -10), (INDIVIDUAL, 20))
    market.slot((FOREIGN, -30), (INDIVIDUAL, 25))
    tracker = Tracker(market.engine.rulebook, [Sight("rule-0", Scope(Venue.KRX, "001"), TODAY)])
    tracker.run(market.entries)
    (track,) = tracker.tracks.values()
    assert [each.of for each in track.panels] == ["foreign.msval", "individual.msval"]
    assert track.values == [(-10, 20), (-30, 25)]


def test_a_level_that_names_another_series_decides_when_there_is_something_to_see() -> None:
    """The rule is judged when all that it names have reported, and so are its figures read."""
    market = Market("when: msval <= -100; levels: {critical: individual.msval >= 50}")
    market.slot((FOREIGN, -30), (INDIVIDUAL, 20))
    market.slot((INDIVIDUAL, 60))
    market.slot((FOREIGN, -40), (INDIVIDUAL, 60))
    tracker = Tracker(market.engine.rulebook, [Sight("rule-0", Scope(Venue.KRX, "001", "0017"), TODAY)])
    tracker.run(market.entries)
    (track,) = tracker.tracks.values()
    assert [at - NINE for at in track.times] == [0, 30, 60]
    assert track.values == [(-30,), (-30,), (-40,)]


def test_a_rule_about_the_time_alone_has_nothing_to_show() -> None:
    """There is no figure in it."""
    rulebook = read_rules("when: time >= 10:00")
    assert list(find_panels(rulebook.rules[0])) == []
    assert Tracker(rulebook, [Sight("rule-0", Scope(Venue.KRX, "001", "0017"), TODAY)]).tracks == {}
