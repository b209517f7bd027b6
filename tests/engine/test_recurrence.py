"""Times that come back: how they are written, when they are, and when they change."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from flowalert.engine.recurrence import Times, are_now, began_at, changes_at, merge_times, parse_times, say_times
from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.market.instant import DAY, midnight
from flowalert.market.venue import Venue
from flowalert.rules.active import EVERY_DAY, Active
from flowalert.rules.stretch import parse_weekday_list, parse_weekdays, say_weekdays

HOUR = 3600
MONDAY = midnight(dt.date(2026, 11, 23))
CHRISTMAS = midnight(dt.date(2026, 12, 25))  # a Friday
WORKING = frozenset(range(5))


def at(day: int, hour: int, minute: int = 0) -> int:
    """Return the exchange time of a day after Monday."""
    return MONDAY + day * DAY + hour * HOUR + minute * 60


def test_hours_are_of_every_day() -> None:
    """Holidays too, and without their end."""
    times = parse_times("09:00-09:10", Venue.KRX)
    assert [are_now(times, at(5, 9, minute)) for minute in (0, 9, 10)] == [True, True, False]
    assert are_now(times, CHRISTMAS + 9 * HOUR)


def test_a_night_begins_on_its_days_and_ends_on_the_next() -> None:
    """Friday's goes on into Saturday, and nothing is left of Sunday's."""
    times = parse_times("22:00-07:00", Venue.KRX, WORKING)
    assert are_now(times, at(4, 23))
    assert are_now(times, at(5, 6, 59))
    assert not are_now(times, at(5, 7))
    assert not are_now(times, at(5, 23))
    assert not are_now(times, at(0, 6))
    assert are_now(times, at(1, 6))


def test_a_night_that_ends_at_midnight_has_one_part() -> None:
    """Written either way."""
    one = (Active(((22 * HOUR, DAY),), EVERY_DAY),)
    assert parse_times("22:00-24:00", Venue.KRX) == parse_times("22:00-00:00", Venue.KRX) == one


@pytest.mark.parametrize("name", ["closing_auction", "종가단일가", "closing-auction"])
def test_a_phase_is_of_trading_days(name: str) -> None:
    """By its hours of the venue."""
    times = parse_times(name, Venue.KRX)
    assert are_now(times, at(0, 15, 20))
    assert not are_now(times, at(0, 15, 30))
    assert not are_now(times, at(5, 15, 20))
    assert not are_now(times, CHRISTMAS + 15 * HOUR + 20 * 60)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("closing_action", "unknown phase 'closing_action'; did you mean closing_auction?"),
        ("정규짱", "unknown phase '정규짱'; did you mean 정규장?"),
        ("pre_market", "pre_market is a phase of nxt, not of krx; write one of opening_auction regular"),
        ("9:00-9:00", "'9:00-9:00' is over as it begins; write an end after the begin"),
        ("09:00", "'09:00' is no stretch of the day; write two times, like 09:00-15:20"),
        ("09:00-25:00", "25:00 is no time of day; write hours and minutes"),
    ],
)
def test_what_is_no_time_is_said(text: str, says: str) -> None:
    """With what to write instead."""
    with pytest.raises(Mistake) as caught:
        parse_times(text, Venue.KRX)
    assert str(caught.value).startswith(says)


def test_times_of_the_same_days_are_put_together() -> None:
    """Hours that touch are one; those of other days stay apart."""
    written = ("09:00-09:10", "09:10-09:20", "regular", "22:00-07:00")
    merged = merge_times(each for text in written for each in parse_times(text, Venue.KRX))
    assert merged == (
        Active(((0, 7 * HOUR), (9 * HOUR, 9 * HOUR + 1200), (22 * HOUR, DAY)), EVERY_DAY),
        Active(((9 * HOUR, 15 * HOUR + 1800),), EVERY_DAY, holidays=False),
    )


@pytest.mark.parametrize(
    ("text", "weekdays", "korean", "english"),
    [
        ("09:00-09:10", "mon-sun", "09:00-09:10 매일", "09:00-09:10 every day"),
        ("09:00:30-24:00", "fri-mon", "09:00:30-24:00 금-월", "09:00:30-24:00 fri-mon"),
        ("regular", "mon", "09:00-15:30 월 거래일", "09:00-15:30 mon on trading days"),
        ("22:00-07:00", "mon-fri", "22:00-24:00 월-금, 00:00-07:00 화-토", "22:00-24:00 mon-fri, 00:00-07:00 tue-sat"),
    ],
)
def test_times_are_said(text: str, weekdays: str, korean: str, english: str) -> None:
    """As they are written, and a night in its two parts."""
    times = parse_times(text, Venue.KRX, parse_weekdays(weekdays))
    assert say_times(times, Tongue.KOREAN) == korean
    assert say_times(times, Tongue.ENGLISH) == english


@given(st.frozensets(st.integers(0, 6), min_size=1, max_size=6), st.sampled_from(Tongue))
def test_days_are_said_as_they_are_written(days: frozenset[int], tongue: Tongue) -> None:
    """What is said is read as the same days."""
    assert parse_weekday_list(say_weekdays(days, tongue)) == days


def test_a_wrong_day_is_shown_in_its_place() -> None:
    """Of a list of days."""
    with pytest.raises(Mistake) as caught:
        parse_weekday_list("mon,wed-frx")
    assert str(caught.value) == "'frx' is no day of the week; did you mean fri?"
    assert (caught.value.start, caught.value.end) == (8, 11)


# In steps of four hours, so that a day can be looked through.
_STEP = 4 * HOUR
stretches = st.lists(st.integers(0, 6), min_size=2, max_size=2, unique=True).map(
    lambda pair: (min(pair) * _STEP, max(pair) * _STEP)
)
weekdays = st.frozensets(st.integers(0, 6), min_size=1) | st.just(EVERY_DAY)
actives = st.builds(
    Active, st.lists(stretches, min_size=1, max_size=3).map(lambda some: tuple(sorted(some))), weekdays, st.booleans()
)
any_times = st.lists(actives, min_size=1, max_size=2).map(merge_times)
moments = st.integers(0, 7 * DAY).map(lambda second: CHRISTMAS - 3 * DAY + second)


@given(any_times, moments)
def test_a_change_is_the_first_moment_at_which_it_is_otherwise(times: Times, moment: int) -> None:
    """Looked for step by step over a month with holidays; and none is to be found where there is none."""
    following = range(moment - moment % _STEP + _STEP, moment + 30 * DAY, _STEP)
    expected = next((each for each in following if are_now(times, each) is not are_now(times, moment)), None)
    assert changes_at(times, moment) == expected


@given(any_times, moments)
def test_a_stretch_began_after_the_last_moment_at_which_it_was_otherwise(times: Times, moment: int) -> None:
    """Across midnight too; not before the earliest moment that is of interest."""
    earliest = moment - 9 * DAY
    before = range(moment - moment % _STEP, earliest, -_STEP)
    now = are_now(times, moment)
    expected = next((each for each in before if are_now(times, each - 1) is not now), earliest)
    assert began_at(times, moment, earliest) == expected
