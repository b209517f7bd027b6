"""What a change of rules changes."""

from flowalert.engine.hindsight.comparison import AlertChange, Comparison, Verdict, compare_rulebooks
from flowalert.market.instant import DAY
from tests.engine.market import NINE, Market, read_rules


def compare(market: Market, old: str, new: str) -> list[AlertChange]:
    """Return what differs between two rules of one name over the market's entries."""
    comparison = Comparison(compare_rulebooks(read_rules(old), read_rules(new)))
    found = [change for entry in market.entries for change in comparison.run([entry])]
    return found + comparison.finish()


def say(changes: list[AlertChange]) -> list[tuple[str, int]]:
    return [(each.verdict.value, each.at - NINE) for each in changes]


def test_the_keys_that_differ_are_those_of_the_file() -> None:
    """Another way to write the same condition, and another place in a file, are no difference."""
    old = read_rules("when: msval >= 300; for: 1m", "when: msval > 1", "when: msval > 2", "when: msval > 3; name: a")
    new = read_rules("when: msval >= 200; for: 2m; severity: info", "when: msval>1억", "when: msval > 3; name: b")
    changes = compare_rulebooks(old, new)
    assert [(each.name, each.keys) for each in changes] == [
        ("rule-0", ("when", "for", "severity")),
        ("rule-2", ()),
        ("a", ("name",)),
    ]
    assert changes[1].new is None
    assert changes[2].is_renamed
    assert compare_rulebooks(old, old) == []
    (added,) = compare_rulebooks(read_rules("when: msval > 1"), read_rules("when: msval > 1", "when: msval > 9"))
    assert (added.old, added.name) == (None, "rule-1")


def test_alerts_that_come_and_go_and_move() -> None:
    """One that both tell, and at another time, has moved; by itself it is added or gone."""
    market = Market("when: msval > 0")
    market.slots(0, 210, 310, 310, 0, 220, 0)
    assert say(compare(market, "when: msval >= 300", "when: msval >= 200")) == [("moved", 30), ("added", 150)]
    assert say(compare(market, "when: msval >= 200", "when: msval >= 300")) == [("moved", 30), ("gone", 150)]
    assert compare(market, "when: msval >= 200", "when: msval > 200") == []


def test_another_severity_is_a_change() -> None:
    """At the same time, and to be heard otherwise."""
    market = Market("when: msval > 0")
    market.slots(0, 310, 0)
    (change,) = compare(market, "when: msval >= 300", "when: msval >= 300; severity: critical")
    assert change.verdict is Verdict.MOVED


def test_under_another_name_the_same_is_told() -> None:
    """A renamed rule changes nothing that people hear."""
    market = Market("when: msval > 0")
    market.slots(0, 310, 0)
    assert compare(market, "when: msval >= 300; name: a", "when: msval >= 300; name: b") == []


def test_what_nobody_was_told_of_is_no_change() -> None:
    """A cooldown that holds back what another held back before changes nothing that people hear."""
    market = Market("when: msval > 0")
    market.slots(0, 310, 0, 310, 0, 310, 0)
    assert compare(market, "when: msval >= 300; cooldown: 30m", "when: msval >= 300; cooldown: 40m") == []
    assert say(compare(market, "when: msval >= 300; cooldown: 30m", "when: msval >= 300")) == [
        ("added", 90),
        ("added", 150),
    ]


def test_days_are_compared_one_by_one() -> None:
    """What differed on a day is known when the next one begins."""
    market = Market("when: msval > 0")
    market.slots(0, 210, 0)
    market.at += DAY
    market.slots(0, 210, 0)
    comparison = Comparison(compare_rulebooks(read_rules("when: msval >= 300"), read_rules("when: msval >= 200")))
    assert say(comparison.run(market.entries)) == [("added", 30)]
    assert say(comparison.finish()) == [("added", DAY + 120)]
    assert len(comparison.days) == 2


def test_a_silent_feed_is_no_difference() -> None:
    """Also where the rules have moved to another venue, and the alert that is built in shows another."""
    market = Market("when: msval >= 1")
    market.slots(0)
    market.fall_silent()
    market.be_heard(600)
    assert compare(market, "when: msval >= 1", "when: msval >= 1; venue: nxt") == []
