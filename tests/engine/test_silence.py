"""Silences: when they are in force, and which alert they hold back."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from flowalert.engine.clause import subject_of
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.recurrence import Times, merge_times, parse_times
from flowalert.engine.silence import (
    Silence,
    SilenceState,
    changes_at,
    find_silence,
    in_force_since,
    is_in_force,
    say_occurrence,
    state_at,
)
from flowalert.market.instant import KST
from flowalert.market.venue import Venue
from flowalert.rules.stretch import parse_weekdays
from tests.store.sample import transition

HOUR = dt.timedelta(hours=1)
NINE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=KST)  # a Monday


def silence(
    *every: str,
    starts_at: dt.datetime = NINE,
    ends_at: dt.datetime | None = None,
    ended_at: dt.datetime | None = None,
    weekdays: str = "mon-sun",
    matcher: str = "sector=kospi",
    id_: int = 3,
) -> Silence:
    times: Times = merge_times(
        each for text in every for each in parse_times(text, Venue.KRX, parse_weekdays(weekdays))
    )
    return Silence(
        id=id_,
        matcher=parse_matcher(matcher),
        created_at=NINE,
        starts_at=starts_at,
        ends_at=ends_at,
        ended_at=ended_at,
        by="kim",
        reason="maintenance",
        times=times,
    )


def clock(day: int, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """Return a moment of a day after Monday."""
    return NINE.replace(hour=hour, minute=minute, second=second) + dt.timedelta(days=day)


def test_a_silence_is_in_force_from_its_begin_and_no_longer_at_its_end() -> None:
    """To the microsecond."""
    an_hour = silence(ends_at=NINE + HOUR)
    moments = [NINE - dt.timedelta.resolution, NINE, NINE + HOUR - dt.timedelta.resolution, NINE + HOUR]
    assert [is_in_force(an_hour, each) for each in moments] == [False, True, True, False]
    assert [in_force_since(an_hour, each) for each in moments] == [None, NINE, NINE, None]
    assert [changes_at(an_hour, each) for each in moments] == [NINE, NINE + HOUR, NINE + HOUR, None]
    assert [state_at(an_hour, each) for each in moments] == [
        SilenceState.TO_COME,
        SilenceState.IN_FORCE,
        SilenceState.IN_FORCE,
        SilenceState.ENDED,
    ]


def test_the_moment_may_be_of_any_zone() -> None:
    """It is one moment."""
    every = silence("09:00-09:10")
    assert is_in_force(every, clock(1, 9, 5).astimezone(dt.UTC))


def test_a_silence_that_a_hand_ended_is_over_then() -> None:
    """Or at its end, whichever comes first; before its begin it never comes."""
    ended = silence(ends_at=NINE + HOUR, ended_at=NINE + HOUR / 2)
    assert changes_at(ended, NINE) == NINE + HOUR / 2
    assert not is_in_force(ended, NINE + HOUR / 2)
    called_off = silence(starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR, ended_at=NINE)
    assert changes_at(called_off, NINE) is None
    assert state_at(called_off, NINE) is SilenceState.ENDED


def test_a_recurring_silence_is_in_force_in_its_times_alone() -> None:
    """Each day anew, until a hand ends it."""
    every = silence("09:00-09:10", starts_at=clock(0, 8))
    assert state_at(every, clock(0, 7)) is SilenceState.TO_COME
    assert changes_at(every, clock(0, 7)) == clock(0, 9)
    assert state_at(every, clock(0, 8, 30)) is SilenceState.RECURRING
    assert changes_at(every, clock(0, 8, 30)) == clock(0, 9)
    assert state_at(every, clock(5, 9, 5)) is SilenceState.IN_FORCE
    assert changes_at(every, clock(5, 9, 5)) == clock(5, 9, 10)
    assert changes_at(every, clock(5, 9, 10)) == clock(6, 9)
    assert changes_at(silence("09:00-09:10", ended_at=clock(5, 9, 5)), clock(5, 9, 1)) == clock(5, 9, 5)
    assert changes_at(silence("09:00-09:10", ends_at=clock(5, 8)), clock(4, 10)) is None


def test_a_phase_comes_again_on_the_next_trading_day() -> None:
    """Over a weekend, and over a holiday on a Friday."""
    auction = silence("closing_auction")
    assert changes_at(auction, clock(4, 15, 30)) == clock(7, 15, 20)
    assert changes_at(auction, clock(31, 15, 30)) == clock(35, 15, 20)


def test_an_occurrence_has_one_key_from_its_begin_to_its_end() -> None:
    """Over midnight too, in Seoul's time; each day has another, and between two there is none."""
    night = silence("22:00-07:00", weekdays="mon-fri")
    assert say_occurrence(night, clock(0, 21)) is None
    keys = [say_occurrence(night, each) for each in (clock(0, 22), clock(0, 23, 59, 59), clock(1, 0), clock(1, 6, 59))]
    assert keys == ["3@2026-11-23T22:00:00"] * 4
    assert say_occurrence(night, clock(1, 7)) is None
    assert say_occurrence(night, clock(1, 23)) == "3@2026-11-24T22:00:00"


def test_one_that_was_made_within_its_times_began_then() -> None:
    """What came before was not silenced."""
    made_at = clock(0, 9, 5) + dt.timedelta(milliseconds=123)
    late = silence("09:00-09:10", starts_at=made_at)
    assert in_force_since(late, clock(0, 9, 6)) == made_at
    assert in_force_since(late, clock(1, 9, 6)) == clock(1, 9)


def test_the_first_silence_that_is_in_force_and_matches_is_found() -> None:
    """And none, where there is none of both."""
    subject = subject_of(transition(), ())
    others = silence(matcher="sector=kosdaq", id_=1), silence(starts_at=NINE + HOUR, id_=2)
    found = silence(id_=3)
    assert find_silence([*others, found, silence(id_=4)], subject, NINE) is found
    assert find_silence(others, subject, NINE) is None


@pytest.mark.parametrize("weekdays", ["mon-sun", "sat-sun"])
def test_a_silence_that_never_changes_is_not_looked_at_again(weekdays: str) -> None:
    """All day on every day it has no end; on days that never are trading days, no begin."""
    every = silence("00:00-24:00") if weekdays == "mon-sun" else silence("regular", weekdays=weekdays)
    assert changes_at(every, NINE + HOUR) is None
    assert is_in_force(every, clock(200, 3)) is (weekdays == "mon-sun")


written = st.lists(st.sampled_from(["09:00-11:00", "23:00-01:00", "00:00-24:00", "regular"]), max_size=2)
hours = st.integers(-30, 200).map(lambda count: NINE + count * HOUR / 2)


@given(written, st.sampled_from(["mon-sun", "mon-fri", "wed"]), hours, st.none() | hours, st.none() | hours, hours)
def test_nothing_changes_before_it_is_said_to_change(
    every: list[str],
    weekdays: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None,
    ended_at: dt.datetime | None,
    now: dt.datetime,
) -> None:
    """Looked at every half an hour for a fortnight: it stays as it is until then, and is otherwise then."""
    one = silence(*every, weekdays=weekdays, starts_at=starts_at, ends_at=ends_at, ended_at=ended_at)
    before = is_in_force(one, now)
    change = changes_at(one, now)
    looks = [now + count * HOUR / 2 for count in range(14 * 48)]
    assert all(is_in_force(one, each) is before for each in looks if change is None or each < change)
    if change is not None:
        assert change > now
        assert is_in_force(one, change) is not before


@given(written, st.sampled_from(["mon-sun", "mon-fri", "wed"]), hours, hours)
def test_a_stretch_in_force_has_one_begin(
    every: list[str], weekdays: str, starts_at: dt.datetime, now: dt.datetime
) -> None:
    """It is in force from there to now, and was not just before."""
    one = silence(*every, weekdays=weekdays, starts_at=starts_at)
    since = in_force_since(one, now)
    assert (since is not None) is is_in_force(one, now)
    if since is not None:
        assert is_in_force(one, since)
        assert in_force_since(one, since) == since
        assert not is_in_force(one, since - dt.timedelta(seconds=1))
        assert say_occurrence(one, since) == say_occurrence(one, now)
