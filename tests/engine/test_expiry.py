"""`expires`: when a rule is over for good."""

import pytest

from flowalert.engine.term import Past
from flowalert.engine.transition import Reason
from flowalert.market.instant import DAY
from tests.engine.market import INDIVIDUAL, NINE, SLOT, Market

BOTH = "investors: [foreign, 개인]"
# Monday 2026-11-23 is the market's first day.
MONDAY = NINE // DAY


def test_a_date_is_the_last_session() -> None:
    """It fires on that day, and on none behind it."""
    market = Market("when: msval >= 1; expires: 2026-11-24", "when: delta(msval) >= 1; expires: 2026-11-23")
    assert market.slots(1) == ["00:00 firing", "00:00 fired"]
    market.begin_day()
    assert market.slots(1) == ["00:00 resolved, session closed", "00:00 firing"]
    market.begin_day()
    assert market.slots(1, 2) == ["00:00 resolved, session closed"]


def test_a_session_is_the_first_that_the_rule_sees() -> None:
    """However many times it fires in it."""
    market = Market("when: msval >= 1; expires: session")
    assert market.slots(1, 0, 1, 0) == ["00:00 firing", "00:30 resolved", "01:00 firing", "01:30 resolved"]
    market.begin_day()
    assert market.slots(1, 0, 1) == []


def test_a_session_may_have_been_before_the_journal() -> None:
    """The past tells which it was."""
    rule = "when: msval >= 1; expires: session"
    assert Market(rule, past={"rule-0": Past(first_session=MONDAY)}).slots(1) == ["00:00 firing"]
    assert Market(rule, past={"rule-0": Past(first_session=MONDAY - 1)}).slots(1) == []
    assert Market(rule, past={"rule-0": Past()}).slots(1) == ["00:00 firing"]
    assert Market(rule, past={"rule-1": Past(first_session=MONDAY - 1)}).slots(1) == ["00:00 firing"]


@pytest.mark.parametrize("mode", ["state", "event"])
def test_so_many_fires_are_all(mode: str) -> None:
    """Of events each one, of a state each opening."""
    market = Market(f"when: delta(msval) >= 1; mode: {mode}; expires: 2 fires")
    said = market.slots(1, 1, 2, 2, 3, 3, 4)
    assert [each for each in said if "resolved" not in each] == [
        f"00:00 {'fired' if mode == 'event' else 'firing'}", f"01:00 {'fired' if mode == 'event' else 'firing'}",
    ]  # fmt: skip


def test_the_alert_that_used_it_up_goes_on_to_its_own_end() -> None:
    """It rises, is told again, and resolves as it would have."""
    market = Market("when: msval >= 1; expires: 1 fire; levels: {critical: msval >= 10}; repeat: 60s")
    assert market.slots(1, 10, 10, 10, 0, 1) == [
        "00:00 firing",
        "00:30 firing, severity rose, critical",
        "01:30 firing, still firing, critical",
        "02:00 resolved, critical",
    ]


def test_fires_are_counted_told_or_not() -> None:
    """A cooldown saves none; a late telling and a rise cost none."""
    market = Market("when: msval >= 1; expires: 3 fires; cooldown: 2m; levels: {critical: msval >= 10}")
    assert market.slots(1, 10, 0, 1, 1, 1, 1, 0, 1, 0, 1) == [
        "00:00 firing",
        "00:30 firing, severity rose, critical",
        "01:00 resolved, critical",
        "01:30 firing, not told",
        "03:00 firing, cooldown over, still firing",
        "03:30 resolved",
        "04:00 firing, not told",
        "04:30 resolved, not told",
    ]


def test_what_is_pending_has_not_fired() -> None:
    """It counts when it does."""
    market = Market("when: msval >= 1; expires: 1 fire; for: 60s")
    assert market.slots(1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1) == ["03:00 firing, held for its time", "03:30 resolved"]


def test_fires_are_those_of_all_scopes_together() -> None:
    """What another used up is gone."""
    market = Market(f"when: delta(msval) >= 1; {BOTH}; expires: 2 fires")
    market.slots(1)
    assert market.update(1, of=INDIVIDUAL) == ["00:00 fired"]
    assert market.slots(2) == []
    assert market.slots(2, of=INDIVIDUAL) == []


def test_an_alert_that_is_open_elsewhere_when_the_last_fire_comes_goes_on() -> None:
    """It was told, so it is told again and resolved as it would be; only nothing new opens."""
    market = Market(f"when: msval >= 1; {BOTH}; expires: 2 fires; repeat: 60s")
    market.slots(1)
    market.at += SLOT
    assert market.update(1, of=INDIVIDUAL) == ["00:30 firing"]
    assert market.close_slot(SLOT) == ["01:00 firing, still firing"]
    assert market.slots(0) == ["01:00 resolved"]
    assert market.transitions[-1].reason is Reason.CONDITION
    assert market.slots(9) == []
