"""`cooldown`: what is held back, counted, passed through and told late."""

from flowalert.engine.transition import Kind, Reason
from tests.engine.market import INDIVIDUAL, NINE, Market


def test_what_comes_within_the_cooldown_is_held_back_and_counted_in_the_next() -> None:
    """It runs from the last that was told; at its very end the next one passes."""
    market = Market("when: delta(msval) >= 1; cooldown: 90s")
    assert market.slots(1, 2, 3, 4, 5, 6, 7) == [
        "00:00 fired",
        "00:30 fired, not told",
        "01:00 fired, not told",
        "01:30 fired, 2 held back",
        "02:00 fired, not told",
        "02:30 fired, not told",
        "03:00 fired, 2 held back",
    ]


def test_without_a_cooldown_all_are_told() -> None:
    """Nothing is held back that nobody asked to hold back."""
    assert all("not told" not in each for each in Market("when: delta(msval) >= 1").slots(1, 2, 3))


def test_a_change_of_sign_passes_through() -> None:
    """What has turned is news, and begins the cooldown anew; nothing at all is no sign."""
    market = Market("when: abs(delta(msval)) >= 1; cooldown: 5m")
    assert market.slots(10, 20, 15, 12, 14) == [
        "00:00 fired",
        "00:30 fired, not told",
        "01:00 fired, 1 held back",
        "01:30 fired, not told",
        "02:00 fired, 1 held back",
    ]
    other = Market("when: delta(msval) >= 0; cooldown: 5m")
    assert other.slots(10, 10) == ["00:00 fired", "00:30 fired, not told"]


def test_a_resolve_goes_where_its_firing_went_and_begins_the_cooldown_anew() -> None:
    """A firing that was held back is resolved as quietly."""
    market = Market("when: msval >= 1; cooldown: 2m")
    assert market.slots(1, 0, 1, 0, 0, 1) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, not told",
        "01:30 resolved, not told",
        "02:30 firing, 1 held back",
    ]


def test_what_still_fires_when_the_cooldown_is_over_is_told_then() -> None:
    """By its own update, with what else was held back; it does not count itself."""
    market = Market("when: msval >= 1; cooldown: 2m")
    assert market.slots(1, 0, 1, 0, 1, 1, 1) == [
        "00:00 firing",
        "00:30 resolved",
        "01:00 firing, not told",
        "01:30 resolved, not told",
        "02:00 firing, not told",
        "02:30 firing, cooldown over, still firing, 1 held back",
    ]
    assert market.slots(0) == ["03:30 resolved"]
    late = next(each for each in market.transitions if each.reason is Reason.COOLDOWN_OVER)
    assert (late.n, late.opened_at) == (2, NINE + 120)
    assert [each.n for each in market.transitions if each.alert == late.alert] == [1, 2, 3]


def test_the_end_of_a_cooldown_is_seen_by_a_closed_slot() -> None:
    """The series itself may be silent."""
    market = Market("when: msval >= 1; cooldown: 2m")
    market.slots(1, 0, 1)
    assert market.close_slot(89) == []
    assert market.close_slot(90) == ["02:30 firing, cooldown over, still firing"]
    assert market.close_slot(500) == []


def test_what_is_over_before_the_cooldown_is_not_told_late() -> None:
    """Only what still fires is."""
    market = Market("when: msval >= 1; cooldown: 2m")
    market.slots(1, 0, 1, 0)
    assert market.close_slot(600) == []


def test_what_is_unknown_is_not_told_late() -> None:
    """It waits for the next update that is known."""
    market = Market("when: msval >= 1; cooldown: 2m")
    market.slots(1, 0, 1, None)
    assert market.close_slot(600) == []
    market.at += 600
    assert market.slots(1) == ["12:00 firing, cooldown over, still firing"]


def test_waiting_comes_before_the_cooldown() -> None:
    """`for` decides when it fires, the cooldown whether that is told."""
    market = Market("when: msval >= 1; for: 60s; cooldown: 10m")
    assert market.slots(1, 1, 1, 0, 1, 1, 1) == [
        "01:00 firing, held for its time",
        "01:30 resolved",
        "03:00 firing, held for its time, not told",
    ]


def test_each_scope_has_its_own_cooldown() -> None:
    """What foreigners did says nothing of individuals."""
    market = Market("when: delta(msval) >= 1; investors: [foreign, 개인]; cooldown: 10m")
    market.slots(1)
    assert market.update(1, of=INDIVIDUAL) == ["00:00 fired"]
    assert market.slots(2) == ["00:30 fired, not told"]


def test_each_rule_has_its_own_cooldown() -> None:
    """One rule's news silences no other."""
    market = Market("when: delta(msval) >= 1; cooldown: 10m", "when: delta(msval) >= 2; cooldown: 10m")
    assert market.slots(1, 3) == ["00:00 fired", "00:30 fired, not told", "00:30 fired"]


def test_a_new_session_has_no_cooldown() -> None:
    """The journal of one session is to say all there is to know of it."""
    market = Market("when: delta(msval) >= 1; cooldown: 10m")
    market.slots(1, 2)
    market.at += 86_400 - 60
    market.standing.clear()
    assert market.slots(1) == ["00:00 fired"]
    assert market.transitions[-1].held_back == 0


def test_a_held_back_transition_is_whole() -> None:
    """It has its identity and its values as if it had been told."""
    market = Market("when: delta(msval) >= 1; cooldown: 10m")
    market.slots(1, 5)
    told, held = market.transitions
    assert held.kind is Kind.FIRED
    assert (held.value, held.values, held.told, held.held_back) == (4, {"delta(msval)": 4}, False, 0)
    assert held.id != told.id
