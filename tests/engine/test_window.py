"""Answers over a window: when they are known, and what gaps, blanks and corrections do to them."""

import math
from collections.abc import Sequence

import pytest

from flowalert.language.code import Value
from tests.engine.market import FOREIGN, INDIVIDUAL, SLOT, Gauge, Market

FUNCTIONS = ("sum", "avg", "stdev", "zscore", "slope", "highest", "lowest")


@pytest.mark.parametrize(
    ("expression", "answers"),
    [
        # What is read at 09:00:00 makes a minute whole at 09:01:00, and is then no longer in it.
        ("sum(msval, 1m)", [None, None, 6, 12]),
        ("avg(msval, 1m)", [None, None, 3.0, 6.0]),
        ("stdev(msval, 1m)", [None, None, 1.0, 2.0]),
        ("zscore(msval, 1m)", [None, None, 1.0, 1.0]),
        ("slope(msval, 1m)", [None, None, 4.0, 8.0]),
        ("highest(msval, 1m)", [None, None, 4, 8]),
        ("lowest(msval, 1m)", [None, None, 2, 4]),
        ("count(msval >= 4, 1m)", [None, None, 1, 2]),
        ("delta(msval, 1m)", [None, None, 3, 6]),
        # The present one counts.
        ("sum(msval, 2 updates)", [None, 3, 6, 12]),
        ("avg(msval, 2 updates)", [None, 1.5, 3.0, 6.0]),
        ("stdev(msval, 2 updates)", [None, 0.5, 1.0, 2.0]),
        ("zscore(msval, 2 updates)", [None, 1.0, 1.0, 1.0]),
        ("slope(msval, 2 updates)", [None, 2.0, 4.0, 8.0]),
        ("highest(msval, 2 updates)", [None, 2, 4, 8]),
        ("lowest(msval, 2 updates)", [None, 1, 2, 4]),
        ("count(msval >= 4, 2 updates)", [None, 0, 1, 2]),
        ("delta(msval, 2 updates)", [None, None, 3, 6]),
        ("sum(msval, 1 update)", [1, 2, 4, 8]),
        ("stdev(msval, 1 update)", [0.0, 0.0, 0.0, 0.0]),
        # A session is whole from its first update on.
        ("sum(msval, session)", [1, 3, 7, 15]),
        ("avg(msval, session)", [1.0, 1.5, 7 / 3, 3.75]),
        ("stdev(msval, session)", [0.0, 0.5, math.sqrt(14 / 9), math.sqrt(115 / 16)]),
        ("zscore(msval, session)", [None, 1.0, (4 - 7 / 3) / math.sqrt(14 / 9), 4.25 / math.sqrt(115 / 16)]),
        ("slope(msval, session)", [None, 2.0, 3.0, 4.6]),
        ("highest(msval, session)", [1, 2, 4, 8]),
        ("lowest(msval, session)", [1, 1, 1, 1]),
        ("count(msval >= 2, session)", [0, 1, 2, 3]),
        ("delta(msval, session)", [0, 1, 3, 7]),
    ],
)
def test_a_window_is_known_once_it_is_whole(expression: str, answers: Sequence[Value]) -> None:
    """A duration when the session reaches back so far, a count when there are as many, a session at once."""
    assert Gauge(expression).read(1, 2, 4, 8) == answers


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("window", ["1m", "2 updates", "session"])
def test_a_window_is_unknown_while_the_present_reading_is(function: str, window: str) -> None:
    """There is nothing to say of a figure that was left blank."""
    assert Gauge(f"{function}(msval, {window})").read(1, 2, 4, None)[-1] is None


@pytest.mark.parametrize(
    ("expression", "answers"),
    [
        ("sum(msval, 1m)", [None, None, None, 12, 24]),
        ("lowest(msval, 1m)", [None, None, None, 4, 8]),
        ("count(msval >= 4, 1m)", [None, None, None, 2, 2]),
        ("sum(msval, 2 updates)", [None, None, None, 12, 24]),
        ("slope(msval, 2 updates)", [None, None, None, 8.0, 16.0]),
        ("sum(msval, session)", [1, None, 5, 13, 29]),
        ("avg(msval, session)", [1.0, None, 2.5, 13 / 3, 7.25]),
        ("highest(msval, session)", [1, None, 4, 8, 16]),
        ("count(msval >= 4, session)", [0, None, 1, 2, 3]),
        ("delta(msval, session)", [0, None, 3, 7, 15]),
    ],
)
def test_a_blank_makes_a_window_unknown_and_is_left_out_of_a_session(expression: str, answers: Sequence[Value]) -> None:
    """As long as it is in there: one blank does not spoil a whole day."""
    assert Gauge(expression).read(1, None, 4, 8, 16) == answers


def test_a_blank_reaches_back_as_well_as_any() -> None:
    """That there was an update is what makes a duration whole; a session begins with the first that is known."""
    assert Gauge("sum(msval, 1m)").read(None, 2, 4) == [None, None, 6]
    assert Gauge("sum(msval, 2 updates)").read(None, 2, 4) == [None, None, 6]
    assert Gauge("delta(msval, session)").read(None, 2, 5) == [None, 0, 3]


@pytest.mark.parametrize(
    ("expression", "answers"),
    [
        # Missed is what adds up; the others go by what was seen, here one reading and then two.
        ("sum(msval, 1m)", [None, None, 130]),
        ("count(msval >= 60, 1m)", [None, None, 2]),
        ("avg(msval, 1m)", [50.0, 55.0, 65.0]),
        ("stdev(msval, 1m)", [0.0, 5.0, 5.0]),
        ("zscore(msval, 1m)", [None, 1.0, 1.0]),
        ("slope(msval, 1m)", [None, 20.0, 20.0]),
        ("highest(msval, 1m)", [50, 60, 70]),
        ("lowest(msval, 1m)", [50, 50, 60]),
        # Of so many publications none may be missing between them; before the first of them one may.
        ("sum(msval, 2 updates)", [None, 110, 130]),
        ("count(msval >= 60, 2 updates)", [None, 1, 2]),
        ("highest(msval, 3 updates)", [None, None, 70]),
        ("avg(msval, 1 update)", [50.0, 60.0, 70.0]),
        # A session is what was seen of it.
        ("sum(msval, session)", [65, 125, 195]),
        ("lowest(msval, session)", [1, 1, 1]),
        ("delta(msval, session)", [49, 59, 69]),
    ],
)
def test_missed_updates_are_in_no_window(expression: str, answers: Sequence[Value]) -> None:
    """Each kind of window bears them in its own way."""
    gauge = Gauge(expression)
    gauge.read(1, 2, 4, 8)
    gauge.miss(2, 50)
    assert [gauge.value, *gauge.read(60, 70)] == answers
    assert sum(gauge.engine.gaps.values()) == 1


@pytest.mark.parametrize(
    ("expression", "before", "after"),
    [
        ("sum(msval, 1m)", 12, 6),
        ("avg(msval, 1m)", 6.0, 3.0),
        ("stdev(msval, 1m)", 2.0, 1.0),
        ("slope(msval, 1m)", 8.0, -4.0),
        ("highest(msval, 1m)", 8, 4),
        ("lowest(msval, 1m)", 4, 2),
        ("count(msval >= 4, 1m)", 2, 1),
        ("delta(msval, 1m)", 6, 0),
        ("sum(msval, 2 updates)", 12, 6),
        ("highest(msval, 3 updates)", 8, 4),
        ("lowest(msval, session)", 1, 1),
        ("highest(msval, session)", 8, 4),
        ("sum(msval, session)", 15, 9),
        ("delta(msval, session)", 7, 1),
        ("prev(msval)", 4, 4),
    ],
)
def test_a_correction_takes_the_place_of_what_it_corrects(expression: str, before: Value, after: Value) -> None:
    """What the first had put out of the window comes back, and it is no publication of its own."""
    gauge = Gauge(expression)
    assert gauge.read(1, 2, 4, 8)[-1] == before
    gauge.update(2)
    assert gauge.value == after


def test_a_correction_can_bring_and_take_a_blank() -> None:
    """What counts of a publication is what came last."""
    gauge = Gauge("sum(msval, 2 updates)")
    seen = gauge.read(1, None)
    for value in (2, None):
        gauge.update(value)
        seen.append(gauge.value)
    assert seen == [None, None, 3, None]
    assert gauge.read(4, 8) == [None, 12]


def test_the_first_of_a_session_can_be_corrected() -> None:
    """The day's change counts from what it turned out to be."""
    gauge = Gauge("delta(msval, session)")
    gauge.read(5)
    gauge.update(3)
    assert gauge.read(10) == [7]


def test_what_leaves_a_window_is_found_by_its_time() -> None:
    """However unevenly updates come: five of them are in one minute here, and then one."""
    gauge = Gauge("count(msval >= 0, 1m)")
    gauge.read(0)
    answers = []
    for seconds in (10, 10, 10, 10, 20, 61):
        gauge.at += seconds - SLOT
        answers += gauge.read(0)
    assert answers == [None, None, None, None, 5, 1]


@pytest.mark.parametrize("window", ["1m", "2 updates", "session"])
def test_a_new_session_begins_every_window_anew(window: str) -> None:
    """Yesterday is in none."""
    gauge = Gauge(f"sum(msval, {window})")
    first = gauge.read(1, 2, 4)
    gauge.begin_day()
    assert gauge.read(1, 2, 4) == first


def test_windows_look_at_expressions() -> None:
    """And at each other."""
    assert Gauge("highest(abs(msval - 3), session)").read(1, 7, 3) == [2, 4, 4]
    assert Gauge("sum(prev(msval), 2 updates)").read(1, 2, 4) == [None, None, 3]
    assert Gauge("highest(delta(msval, 1m), 2 updates)").read(1, 2, 4, 6) == [None, None, None, 4]
    assert Gauge("avg(sum(msval, 2 updates), session)").read(1, 2, 4) == [None, 3.0, 4.5]


def test_count_takes_all_that_a_condition_may_hold() -> None:
    """Crossings, `and`, `not`, and the time of day."""
    assert Gauge("count(crosses_below(msval, 0), session)").read(5, -5, 5, 0, -5) == [0, 1, 1, 1, 2]
    assert Gauge("count(msval > 1 and not msval > 3, session)").read(1, 2, 3, 4) == [0, 1, 2, 2]
    assert Gauge("count(time >= 09:01, session)").read(0, 0, 0, 0) == [0, 0, 1, 2]


def test_a_count_knows_what_kleene_knows() -> None:
    """A part that decides makes up for one that is blank."""
    assert Gauge("count(msval > 1 or mdvalue >= 0, 2 updates)").read(5, None, None) == [None, 2, 2]
    assert Gauge("count(msval > 1 and mdvalue < 0, 2 updates)").read(5, None, None) == [None, 0, 0]
    assert Gauge("count(msval > 1, 2 updates)").read(5, None, 5, 5) == [None, None, None, 2]


def test_prev_is_unknown_at_the_first_and_across_a_gap() -> None:
    """It is the value of the publication before, and of no other."""
    gauge = Gauge("prev(msval)")
    assert gauge.read(1, 2, 2, 5) == [None, 1, 2, 2]
    gauge.miss(2, 9)
    assert [gauge.value, *gauge.read(10)] == [None, 9]


def test_a_sum_beyond_all_bounds_is_unknown() -> None:
    """And known again when it has come back."""
    assert Gauge("sum(msval * msval, 2 updates)").read(9 * 10**8, 9 * 10**8, 1, 1) == [None, None, 81 * 10**16 + 1, 2]


USES = (
    "when: sum(msval, 1m) >= 6",
    "when: sum(msval, 1m) >= 12",
    "when: sum(msval, 1m) >= 6 and msval > 3",
    "when: msval >= 3; levels: {critical: 'sum(msval, 1m) >= 12'}",
    "when: msval >= 4; resolve_when: sum(msval, 1m) < 8",
    "when: count(sum(msval, 1m) >= 6, 2 updates) >= 2",
    "when: streak(sum(msval, 1m) >= 6) >= 2",
    "when: abs(sum(msval, 1m) - 3) < 4; message: {{ sum(msval, 1m) }} {{ individual.sum(msval, 1m) }}",
    "when: foreign.sum(msval, 1m) > individual.sum(msval, 1m)",
    "when: delta(sum(msval, 1m)) >= 1; mode: event",
)


def use(*rules: str) -> Market:
    market = Market(*rules)
    for foreign, individual in ((1, 2), (2, None), (4, 3), (8, 3), (None, 1), (3, 9), (2, 9), (5, 1), (6, 1)):
        market.slot((FOREIGN, foreign), (INDIVIDUAL, individual))
    market.update(1)
    market.miss(2, 5)
    market.slots(6, 7, 8)
    market.close_slot()
    return market


@pytest.mark.parametrize("number", range(len(USES)))
def test_an_answer_does_not_depend_on_who_else_asks(number: int) -> None:
    """Each reading enters a window once, be it asked by one rule, by many, by a text, or from another series."""
    together, alone = use(*USES, *USES), use(USES[number])

    def tell(market: Market, rule: str) -> list[object]:
        made = [each for each in market.transitions if each.rule == rule]
        return [(each.at, each.kind, each.severity, each.value, each.peak, each.values) for each in made]

    seen = tell(alone, "rule-0")
    assert len(seen) >= 2
    assert tell(together, f"rule-{number}") == seen
    assert tell(together, f"rule-{number + len(USES)}") == seen
