"""`active`: when a rule may fire."""

import datetime as dt

import pytest

from flowalert.engine.transition import Reason
from flowalert.market.instant import midnight
from tests.engine.market import INDIVIDUAL, NINE, SLOT, Market

# Monday 2026-11-23 from nine on, for two minutes from a minute past.
RULE = "when: msval >= 1; active: 09:01-09:03"

CHRISTMAS = midnight(dt.date(2026, 12, 25)) + 9 * 3600
DAYS = {name: NINE + number * 86_400 for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def fires(rule: str, at: int) -> bool:
    market = Market(f"when: msval >= 1; {rule}", "when: delta(msval) >= 1; " + rule)
    market.at = at
    seen = market.update(1)
    assert len(seen) in (0, 2)
    return bool(seen)


def test_what_holds_already_opens_when_the_time_begins() -> None:
    """At the first update in it: before, a condition counts as false."""
    assert Market(RULE).slots(1, 1, 5, 1) == ["01:00 firing"]


def test_what_becomes_true_in_its_time_opens_then() -> None:
    """As without it."""
    assert Market(RULE).slots(0, 0, 0, 1) == ["01:30 firing"]


def test_what_is_open_is_resolved_when_the_time_ends() -> None:
    """At the first update behind it, with that reason: the end is no part of a stretch."""
    market = Market(RULE)
    market.slots(0, 0, 1, 1, 1, 1)
    assert market.slots(7) == ["03:00 resolved, outside its active time"]
    resolved = market.transitions[-1]
    assert (resolved.reason, resolved.value, resolved.peak) == (Reason.INACTIVE, 7, 7)
    assert market.slots(0, 1, 1) == []


def test_it_opens_again_when_the_next_time_begins() -> None:
    """Each is an episode of its own."""
    market = Market("when: msval >= 1; active: [09:00-09:01, 09:02-09:03]")
    assert market.slots(*[1] * 8) == [
        "00:00 firing",
        "01:00 resolved, outside its active time",
        "02:00 firing",
        "03:00 resolved, outside its active time",
    ]


def test_an_event_outside_its_time_did_not_happen() -> None:
    """It is not held back either."""
    market = Market("when: delta(msval) >= 1; active: 09:01-09:02; cooldown: 10m")
    assert market.slots(1, 2, 3, 4, 5) == ["01:00 fired", "01:30 fired, not told"]
    assert market.transitions[0].held_back == 0


def test_a_crossing_outside_its_time_arms() -> None:
    """The market is looked at all day long; only the alert is not."""
    assert Market("when: crosses_above(msval, 0); active: 09:01-09:03").slots(-5, -5, 5) == ["01:00 fired"]
    assert Market("when: crosses_above(msval, 0); active: 09:01-09:03").slots(-5, 5, 6) == []


def test_windows_reach_back_before_its_time() -> None:
    """The same."""
    assert Market("when: delta(msval, 1m) >= 5; active: 09:01-09:03").slots(0, 5, 5) == ["01:00 firing"]


def test_what_is_pending_ends_without_a_word_when_the_time_ends() -> None:
    """And what is pending counts from when the time begins."""
    assert Market(f"{RULE}; for: 2m").slots(*[1] * 12) == []
    assert Market(f"{RULE}; for: 90s").slots(*[1] * 6) == ["02:30 firing, held for its time"]


def test_a_timer_that_runs_out_behind_its_time_fires_nothing() -> None:
    """The series may be silent by then."""
    market = Market("when: msval >= 1; active: 09:00-09:01; for: 60s")
    market.slots(1)
    assert market.close_slot(60) == []
    assert market.engine.list_open() == []


@pytest.mark.parametrize("more", ["resolve_when: msval < -100", "keep_firing_for: 10m", "repeat: 60s", "cooldown: 10m"])
def test_nothing_keeps_it_open_behind_its_time(more: str) -> None:
    """It is over for everybody who was told of it."""
    market = Market(f"when: msval >= 1; active: 09:00-09:02; {more}")
    market.slots(1, 1, 1, 1)
    assert market.slots(1) == ["02:00 resolved, outside its active time"]


def test_what_recovers_is_resolved_when_the_time_ends() -> None:
    """By a timer, if the series is silent."""
    market = Market("when: msval >= 1; active: 09:00-09:01; keep_firing_for: 60s")
    market.slots(1, 0)
    assert market.close_slot(60) == ["01:30 resolved, outside its active time"]


def test_a_repetition_behind_its_time_resolves() -> None:
    """A timer that runs out looks at the time too."""
    market = Market("when: msval >= 1; active: 09:00-09:01; repeat: 60s")
    market.slots(1)
    assert market.close_slot(60) == ["01:00 resolved, outside its active time"]


def test_an_unknown_is_false_outside_its_time() -> None:
    """Whatever the condition is, what was open is over."""
    market = Market("when: msval >= 1; active: 09:00-09:01")
    market.slots(1, 1)
    assert market.slots(None) == ["01:00 resolved, outside its active time"]


def test_the_session_ends_what_its_time_did_not() -> None:
    """With the session's reason."""
    market = Market(RULE)
    market.slots(1, 1, 1)
    assert market.close_session() == ["01:00 resolved, session closed"]


@pytest.mark.parametrize(
    ("active", "days"),
    [
        ("{weekdays: [mon]}", ["mon"]),
        ("{weekdays: [mon-wed, 금]}", ["mon", "tue", "wed", "fri"]),
        ("{weekdays: [sat, sun]}", ["sat", "sun"]),
        ("{holidays: false}", ["mon", "tue", "wed", "thu", "fri"]),
        ("{holidays: false, weekdays: [fri, sat]}", ["fri"]),
        ("{hours: 09:00-10:00}", list(DAYS)),
    ],
)
def test_days_of_the_week(active: str, days: list[str]) -> None:
    """An update that comes on a Sunday is an update; a rule may not want it."""
    assert [name for name, at in DAYS.items() if fires(f"active: {active}", at)] == days


def test_holidays() -> None:
    """Those of the exchange, if the rule wants none."""
    assert fires("active: {hours: 09:00-10:00}", CHRISTMAS)
    assert not fires("active: {holidays: false}", CHRISTMAS)
    assert fires("active: {holidays: false}", CHRISTMAS - 86_400)
    assert not fires("active: {weekdays: [mon-thu]}", CHRISTMAS)


@pytest.mark.parametrize(
    ("active", "seconds", "expected"),
    [
        ("regular", 0, True),
        ("정규장", -1, False),
        ("regular", 6 * 3600 + 1799, True),
        ("regular", 6 * 3600 + 1800, False),
        ("closing_auction", 6 * 3600 + 1200, True),
        ("[after_hours, 09:00-09:10]", 599, True),
        ("[after_hours, 09:00-09:10]", 600, False),
        ("[after_hours, 09:00-09:10]", 7 * 3600, True),
        ("{phases: [regular], hours: [08:00-09:10]}", -1, False),
        ("{phases: [regular], hours: [08:00-09:10]}", 599, True),
        ("{phases: [regular], hours: [08:00-09:10]}", 600, False),
    ],
)
def test_hours_and_phases(active: str, seconds: int, expected: bool) -> None:
    """In exchange time, from the begin on and before the end."""
    assert fires(f"active: {active}", NINE + seconds) is expected


def test_a_joined_condition_has_its_time_too() -> None:
    """That of the slot that is judged."""
    market = Market("when: foreign.msval > individual.msval; active: 09:00:30-09:01:30")
    said = [market.both(5, 3) for _ in range(4)]
    assert said == [[], ["00:30 firing"], [], ["01:30 resolved, outside its active time"]]
    assert market.slots(1, of=INDIVIDUAL) == []
    assert market.close_slot(SLOT) == []
