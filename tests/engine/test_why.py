"""Why an alert is as it is: each comparison with its number, each gate with its state."""

from flowalert.engine.transition import Scope
from flowalert.engine.watch import Phase
from flowalert.engine.why import Gate, GateName, Why
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN, SLOT, Market


def why(market: Market) -> Why:
    (found,) = market.engine.why("rule-0")
    return found


def gate(found: Why, name: GateName) -> Gate:
    (wanted,) = [each for each in found.gates if each.name is name]
    return wanted


def test_each_comparison_has_its_number() -> None:
    """Every comparison is there as it was written, with the values of both sides and whether it holds."""
    market = Market("when: msval <= -300억 and not (delta(msval, 1m) > p_msval or crosses(msval, 0))")
    market.slots(-100, -200, -400)
    found = why(market)
    assert [(each.text, each.left_value, each.right_value, each.holds) for each in found.comparisons] == [
        ("msval <= -300", -400, -300, True),
        ("delta(msval, 1m) > p_msval", -300, -200, False),
        ("crosses(msval, 0)", -400, 0, False),
    ]
    assert (found.answer, found.phase) == (True, Phase.FIRING)


def test_one_scope_is_asked_by_itself() -> None:
    """It has the answer that it has among all; of what there is not there is none."""
    market = Market(
        "when: msval > 3; investors: all; sectors: [kospi, kosdaq]",
        "when: foreign.msval > individual.msval; investors: []; sectors: [kospi, kosdaq]",
    )
    market.slot((FOREIGN, 5), (INDIVIDUAL, 2), (KOSDAQ_FOREIGN, 1))
    for rule in ("rule-0", "rule-1"):
        every = market.engine.why(rule)
        assert len(every) > 1
        assert [market.engine.why_at(rule, each.scope) for each in every] == every
    assert market.engine.why_at("rule-0", Scope(Venue.NXT, "001", "0017")) is None
    assert market.engine.why_at("rule-0", Scope(Venue.KRX, "001")) is None
    assert market.engine.why_at("other", Scope(Venue.KRX, "001", "0017")) is None


def test_a_crossing_is_known_at_its_own_update_alone() -> None:
    """Asked at the update that crosses it holds, at the next one it does not."""
    market = Market("when: crosses_below(msval, 0)")
    market.slots(5, -5)
    assert why(market).comparisons[0].holds is True
    market.slots(-6)
    assert why(market).comparisons[0].holds is False


def test_before_the_first_update_nothing_is_known() -> None:
    """There is an answer all the same: that nothing came."""
    found = why(Market("when: msval > 3"))
    assert (found.answer, found.updated_at, found.comparisons[0].holds) == (None, None, None)
    assert gate(found, GateName.DATA).words == "no update in this session yet"


def test_asking_changes_nothing() -> None:
    """An engine that is asked at every entry tells what one that is never asked tells."""
    rule = "when: delta(msval, 1m) > 3 and crosses_above(msval, 2) or highest(msval, session) > 8; cooldown: 2m"
    asked, silent = Market(rule), Market(rule)
    for value in (0, 3, 1, 5, 9, 2, 4, 11, 3):
        asked.slots(value)
        asked.engine.why("rule-0")
        silent.slots(value)
    assert asked.transitions == silent.transitions != []


def test_pending_says_until_when() -> None:
    """The gate of `for` is shut until its time is over, and says when that is."""
    market = Market("when: msval > 3; for: 2m")
    market.slots(0, 5)
    found = why(market)
    assert found.phase is Phase.PENDING
    assert (gate(found, GateName.FOR).is_open, gate(found, GateName.FOR).until) == (False, market.at + 120)


def test_a_cooldown_says_what_it_holds_back() -> None:
    """The gate is shut until the cooldown ends, and counts."""
    market = Market("when: delta(msval) > 3; cooldown: 5m")
    market.slots(0, 5, 10)
    shut = gate(why(market), GateName.COOLDOWN)
    assert (shut.is_open, shut.until) == (False, market.at - SLOT + 300)
    assert "1 held back" in shut.words


def test_each_other_gate_tells_its_state() -> None:
    """Limit, active time, expiry and recovery are all there where the rule has them."""
    market = Market("when: msval > 3; limit: 1/session; active: 09:00-09:01; expires: 1 fires; keep_firing_for: 5m")
    market.slots(0, 5)
    found = why(market)
    assert {each.name: each.is_open for each in found.gates} == {
        GateName.DATA: True, GateName.ACTIVE: True, GateName.EXPIRES: False, GateName.KEEP_FIRING_FOR: True,
        GateName.LIMIT: False,
    }  # fmt: skip
    market.slots(5, 5)
    assert gate(why(market), GateName.ACTIVE).is_open is False


def test_a_lost_feed_shuts_the_gate_of_data() -> None:
    """What nobody could see is said."""
    market = Market("when: msval > 3")
    market.slots(5)
    market.lose()
    assert gate(why(market), GateName.DATA) == Gate(
        name=GateName.DATA, is_open=False, words="the feed was lost since the latest update"
    )


def test_several_series_are_shown_as_they_were_judged() -> None:
    """Between two judgements the numbers are those of the slot that was judged, not of half of the next."""
    market = Market("when: foreign.msval < 0 and individual.msval + foreign.msval > foreign.p_msval")
    market.slots(-5)
    market.update(7, of=INDIVIDUAL)
    market.slots(50)
    found = why(market)
    assert [(each.left_value, each.right_value, each.holds) for each in found.comparisons] == [
        (-5, 0, True),
        (2, -5, True),
    ]
    assert str(found.scope) == "krx/001"


def test_an_unknown_rule_has_no_answers() -> None:
    """And that is no error of the engine's."""
    assert Market("when: msval > 3").engine.why("nobody") == []


def test_of_many_scopes_those_where_most_is_going_on_are_chosen() -> None:
    """What fires before what is heard, that before what is silent; the others are counted."""
    market = Market("when: msval > 3; investors: all")
    market.slots(1)
    market.slots(5, of=INDIVIDUAL)
    chosen, count = market.engine.find_standing("rule-0", 2)
    assert [each.scope.investor for each in chosen] == ["0008", "0017"]
    every = market.engine.why("rule-0")
    assert count == len(every)
    assert all(each in every for each in chosen)
    assert sorted(market.engine.find_standing("rule-0", count)[0], key=lambda each: str(each.scope)) == every
    assert market.engine.find_standing("another", 9) == ([], 0)
