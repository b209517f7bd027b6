"""The day so far of each series."""

import pytest
from hypothesis import given, strategies as st

from flowalert.engine.transition import Scope
from flowalert.engine.trend import Figure, Trends, find_figure
from flowalert.market.calendar import HOURS
from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from tests.engine.market import FOREIGN, INDIVIDUAL, KOSDAQ_FOREIGN, NINE, read_rules

MINUTE = 60
CONTRACTS = series(Venue.KRX, "900", "0017")


def make(at: int, msval: int | None, of: Series = FOREIGN) -> Update:
    return Update(of, at, 7, msval, 0, 0, 0, 0, 0, 0)


def fold(*reports: tuple[int, int | None]) -> tuple[int | None, ...]:
    """Return foreigners' line of net buying after updates of these minutes since nine."""
    trends = Trends()
    for minutes, value in reports:
        trends.take(make(NINE + minutes * MINUTE, value))
    return trends.line(FOREIGN, "msval")


def test_a_bucket_has_the_last_value_in_it() -> None:
    """A quarter of an hour each, from the venue's opening; up to the one that is under way."""
    assert fold((0, 1), (14, 2)) == (2,)
    assert fold((0, 1), (14, 2), (15, 3), (16, 4), (31, 5)) == (2, 4, 5)


def test_a_bucket_without_a_value_is_a_gap() -> None:
    """Also at the beginning, and where the exchange left the figure blank; nothing is carried on."""
    assert fold((20, 1), (50, 2)) == (None, 1, None, 2)
    assert fold((0, 1), (15, None)) == (1, None)
    assert fold() == ()


def test_a_late_update_changes_nothing_and_a_correction_takes_its_place() -> None:
    """As in the engine: older than the series' last is too late, of the same time is newer."""
    assert fold((16, 2), (14, 9), (15, 8)) == (None, 2)
    assert fold((16, 2), (16, 3)) == (None, 3)


def test_updates_outside_the_hours_count_to_the_nearest_bucket() -> None:
    """The calendar does not overrule the exchange."""
    assert fold((-30, 1)) == (1,)
    assert fold((-30, 1), (3, 2), (16, 3)) == (2, 3)
    line = fold((6 * 60 + 20, 4), (6 * 60 + 31, 5), (9 * 60 + 10, 6))
    assert len(line) == 26
    assert line[-2:] == (None, 6)


def test_a_new_date_begins_a_new_line_and_the_day_before_does_not_come_back() -> None:
    """Each series turns by itself."""
    trends = Trends()
    trends.take(make(NINE, 1))
    trends.take(make(NINE, 1, INDIVIDUAL))
    trends.take(make(NINE + DAY, 2))
    trends.take(make(NINE + 30 * MINUTE, 9))
    assert trends.line(FOREIGN, "msval") == (2,)
    assert trends.line(INDIVIDUAL, "msval") == (1,)


def test_every_field_has_its_line() -> None:
    """The update is kept whole."""
    trends = Trends()
    trends.take(make(NINE, 1))
    assert trends.line(FOREIGN, "msvol") == (7,)
    assert trends.line(FOREIGN, "mdvalue") == (0,)


@given(st.sampled_from(Venue), st.lists(st.tuples(st.integers(-2 * DAY, 2 * DAY), st.integers(-9, 9)), min_size=1))
def test_a_line_is_what_a_plain_reading_of_the_definition_gives(venue: Venue, reports: list[tuple[int, int]]) -> None:
    """Whatever comes in whatever order, and never more than thirty-two values."""
    of, trends = series(venue, "001", "0017"), Trends()
    taken: list[tuple[int, int]] = []
    for since, value in reports:
        trends.take(make(NINE + since, value, of))
        if not taken or NINE + since >= taken[-1][0]:
            taken.append((NINE + since, value))
    opens, shuts, _ = HOURS[venue]
    length = 900 if venue is Venue.KRX else 1800
    expected: list[int | None] = []
    for at, value in taken:
        if at // DAY == taken[-1][0] // DAY:
            bucket = (min(max(at % DAY, opens), shuts - 1) - opens) // length
            expected += [None] * (bucket + 1 - len(expected))
            expected[bucket] = value
    assert trends.line(of, "msval") == tuple(expected)
    assert len(expected) <= 32


@pytest.mark.parametrize(
    ("rule", "scope", "figure"),
    [
        ("when: delta(msval, 5m) <= -300억", Scope(Venue.KRX, "001", "0017"), Figure(FOREIGN, "msval")),
        ("when: abs(p_msval) >= 300억", Scope(Venue.KRX, "001", "0017"), Figure(FOREIGN, "msval")),
        ("when: crosses_below(msvol, 0)", Scope(Venue.KRX, "301", "0017"), Figure(KOSDAQ_FOREIGN, "msvol")),
        ("when: time > 10:00 and msvalue > 1조", Scope(Venue.KRX, "001", "0008"), Figure(INDIVIDUAL, "msvalue")),
        ("when: individual.msval - foreign.msval > 5", Scope(Venue.KRX, "001"), Figure(INDIVIDUAL, "msval")),
        ("when: futures.foreign.delta(msvol) > 5", Scope(Venue.KRX), Figure(CONTRACTS, "msvol")),
        ("when: time > 10:00", Scope(Venue.KRX, "001", "0017"), None),
    ],
)
def test_an_alert_has_the_line_of_what_its_condition_is_first_about(
    rule: str, scope: Scope, figure: Figure | None
) -> None:
    """The series that it names, or the alert's own; of a change, what changes; of the time alone, none."""
    assert find_figure(read_rules(rule).rules[0], scope) == figure
