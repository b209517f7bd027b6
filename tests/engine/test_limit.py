"""`limit`: so many firings are told, and no more."""

from flowalert.engine.transition import Hold, Reason
from tests.engine.market import INDIVIDUAL, SLOT, Market


def test_so_many_are_told_in_a_session() -> None:
    """The rest happens as quietly, with its reason."""
    market = Market("when: delta(msval) >= 1; limit: 2/session")
    assert market.slots(1, 2, 3, 4) == [
        "00:00 fired",
        "00:30 fired",
        "01:00 fired, not told (limit)",
        "01:30 fired, not told (limit)",
    ]
    assert [each.hold for each in market.transitions] == [None, None, Hold.LIMIT, Hold.LIMIT]


def test_a_new_session_has_its_own() -> None:
    """What was held back before is not counted in it."""
    market = Market("when: delta(msval) >= 1; limit: 1/session")
    market.slots(1, 2, 3)
    market.begin_day()
    assert market.slots(1, 2) == ["00:00 fired", "00:30 fired, not told (limit)"]


def test_so_many_are_told_in_any_stretch_of_a_time() -> None:
    """It slides: as soon as the oldest is so long ago, there is room for one, and it says what was held back."""
    market = Market("when: delta(msval) >= 1; limit: 2/90s")
    assert market.slots(*range(1, 9)) == [
        "00:00 fired",
        "00:30 fired",
        "01:00 fired, not told (limit)",
        "01:30 fired, 1 held back",
        "02:00 fired",
        "02:30 fired, not told (limit)",
        "03:00 fired, 1 held back",
        "03:30 fired",
    ]


def test_what_is_held_back_does_not_count() -> None:
    """It is tellings that are limited."""
    market = Market("when: delta(msval) >= 1; limit: 1/60s")
    assert [each for each in market.slots(*range(1, 8)) if "not told" not in each] == [
        "00:00 fired", "01:00 fired, 1 held back", "02:00 fired, 1 held back", "03:00 fired, 1 held back",
    ]  # fmt: skip


def test_a_state_is_limited_by_its_firings() -> None:
    """A resolve is told where its firing was, and is none of them."""
    market = Market("when: msval >= 1; limit: 2/session")
    assert market.slots(1, 0, 1, 0, 1, 0) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing",
        "01:30 resolved",
        "02:00 firing, not told (limit)",
        "02:30 resolved, not told",
    ]


def test_an_alert_that_the_limit_holds_is_not_told_late() -> None:
    """Though it fires on when there is room again."""
    market = Market("when: msval >= 1; limit: 1/2m")
    market.slots(1, 0)
    assert market.slots(*[1] * 8) == ["01:00 firing, not told (limit)"]
    assert market.close_slot(600) == []


def test_each_scope_has_its_own() -> None:
    """What foreigners did uses up nothing of individuals'."""
    market = Market("when: delta(msval) >= 1; investors: [foreign, 개인]; limit: 1/session")
    market.slots(1)
    assert market.update(1, of=INDIVIDUAL) == ["00:00 fired"]
    assert market.slots(2) == ["00:30 fired, not told (limit)"]


def test_a_rise_counts_and_is_held_back() -> None:
    """However bad it is: the limit is the last word."""
    market = Market(
        "when: msval >= 1; severity: info; levels: {warning: msval >= 5, critical: msval >= 10}; limit: 2/session"
    )
    assert market.slots(1, 5, 10, 0) == [
        "00:00 firing, info",
        "00:30 firing, severity rose",
        "01:00 firing, severity rose, critical, not told (limit)",
        "01:30 resolved, critical",
    ]


def test_a_rise_that_is_held_back_is_counted_in_the_next_that_is_told() -> None:
    """Nobody heard how bad it was."""
    market = Market("when: msval >= 1; levels: {critical: msval >= 10}; limit: 1/90s")
    assert market.slots(1, 10, 0, 1) == [
        "00:00 firing",
        "00:30 firing, severity rose, critical, not told (limit)",
        "01:00 resolved, critical",
        "01:30 firing, 1 held back",
    ]


def test_a_repetition_counts_and_is_not_made() -> None:
    """It would say nothing new: there is no transition that nobody is told of."""
    market = Market("when: msval >= 1; repeat: 60s; limit: 3/session")
    assert market.slots(*[1] * 12) == [
        "00:00 firing",
        "01:00 firing, still firing",
        "02:00 firing, still firing",
    ]
    assert market.slots(0, 1)[0] == "06:00 resolved"
    assert market.transitions[-1].held_back == 0
    assert market.transitions[-1].hold is Hold.LIMIT


def test_a_repetition_is_made_when_there_is_room_again() -> None:
    """The alert is told still, and still fires."""
    market = Market("when: msval >= 1; repeat: 60s; limit: 2/5m")
    assert market.slots(*[1] * 14) == [
        "00:00 firing",
        "01:00 firing, still firing",
        "05:00 firing, still firing",
        "06:00 firing, still firing",
    ]


def test_a_late_telling_counts() -> None:
    """It is the telling of a firing."""
    market = Market("when: msval >= 1; cooldown: 2m; limit: 2/session")
    assert market.slots(1, 0, 1, 1, 1, 1) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, not told",
        "02:30 firing, cooldown over, still firing",
    ]
    market.slots(0)
    market.at += 300
    assert market.slots(1) == ["08:30 firing, not told (limit)"]


def test_a_late_telling_that_the_limit_holds_is_not_made() -> None:
    """Nor later."""
    market = Market("when: msval >= 1; cooldown: 1m; limit: 1/session")
    market.slots(1, 0, 1)
    assert market.slots(*[1] * 6) == []
    assert market.close_slot(SLOT) == []


def test_what_the_limit_held_back_is_counted_in_the_next_that_is_told() -> None:
    """Together with what the cooldown did."""
    market = Market("when: delta(msval) >= 1; limit: 1/2m; cooldown: 30s")
    market.slots(1, 2, 3, 4)
    assert market.slots(5) == ["02:00 fired, 3 held back"]
    assert market.transitions[-1].reason is Reason.CONDITION
