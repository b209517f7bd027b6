"""What the clocks add to the updates: slots and sessions that close."""

import math

from hypothesis import given, strategies as st

from flowalert.feed.composer import Composer
from flowalert.feed.intake import Dropped
from flowalert.market.calendar import session_end
from flowalert.market.entry import Entry, SessionClosed, SlotClosed, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from tests.feed.making import FOREIGN, INDIVIDUAL, MONDAY, NXT, clock, figures

NINE = MONDAY + clock("09:00")
END = session_end(Venue.KRX, date_of(MONDAY))


def compose(composer: Composer, of: Series, time: str, msval: int, now: float) -> list[Entry]:
    composed = composer.compose(figures(of, time, msval), MONDAY + clock(time), now)
    assert not isinstance(composed, Dropped)
    return list(composed)


def kinds(entries: list[Entry]) -> list[type[Entry]]:
    return [type(entry) for entry in entries]


def test_a_slot_closes_a_second_after_its_last_update() -> None:
    """Each update of the slot puts the closing off; then it comes once."""
    composer = Composer()
    assert composer.next_due() == math.inf
    compose(composer, FOREIGN, "09:00", 1, 10.0)
    compose(composer, INDIVIDUAL, "09:00", 1, 10.6)
    assert composer.next_due() == 11.6
    assert composer.close_due(NINE, 11.5) == ()
    assert composer.close_due(NINE, 11.6) == (SlotClosed(Venue.KRX, NINE),)
    assert composer.close_due(NINE, 20) == ()


def test_the_next_slots_first_update_closes_the_one_before() -> None:
    """The closing comes before the update that implies it, and only if it has not come by the clock."""
    composer = Composer()
    compose(composer, FOREIGN, "09:00", 1, 10.0)
    first, second = compose(composer, FOREIGN, "09:00:30", 2, 10.2)
    assert first == SlotClosed(Venue.KRX, NINE)
    assert isinstance(second, Update)
    composer.close_due(NINE, 12)
    assert kinds(compose(composer, FOREIGN, "09:01", 3, 12.1)) == [Update]


def test_a_late_update_neither_reopens_a_slot_nor_puts_one_off() -> None:
    """Conditions over a closed slot were judged already."""
    composer = Composer()
    compose(composer, FOREIGN, "09:00", 1, 10.0)
    compose(composer, FOREIGN, "09:00:30", 2, 10.2)
    assert kinds(compose(composer, INDIVIDUAL, "09:00", 1, 10.9)) == [Update]
    assert composer.next_due() == 11.2
    composer.close_due(NINE, 11.2)
    assert kinds(compose(composer, INDIVIDUAL, "09:00:30", 1, 11.3)) == [Update]
    assert composer.next_due() == math.inf


def test_venues_have_slots_of_their_own() -> None:
    """One venue's slot does not close another's."""
    composer = Composer()
    compose(composer, FOREIGN, "09:00", 1, 10.0)
    assert kinds(compose(composer, NXT, "09:00:30", 1, 10.5)) == [Update]
    assert composer.close_due(NINE, 11.0) == (SlotClosed(Venue.KRX, NINE),)


def test_a_session_closes_once_when_the_calendar_says_so_and_it_is_quiet() -> None:
    """The end of the day comes once, at its own time, and only where updates came."""
    composer = Composer()
    compose(composer, FOREIGN, "15:30", 1, 10.0)
    assert kinds(list(composer.close_due(END - 1, 20.0))) == [SlotClosed]
    assert composer.close_due(END - 1, 20.0) == ()
    assert composer.close_due(END, 20.0) == (SessionClosed(Venue.KRX, END),)
    assert composer.close_due(END + DAY, 20.0) == ()


def test_a_session_that_still_publishes_is_not_closed() -> None:
    """The calendar never overrules the exchange: a replay in the evening has its session."""
    composer = Composer()
    composer.compose(figures(FOREIGN, "18:09:30"), END + 100, 10.0)
    assert kinds(list(composer.close_due(END + 100, 20.0))) == [SlotClosed]
    assert composer.close_due(END + 100 + 119, 20.0) == ()
    assert composer.close_due(END + 100 + 120, 20.0) == (SessionClosed(Venue.KRX, END),)


def test_a_clock_that_is_set_ahead_closes_no_session() -> None:
    """While updates come, whatever the wall clock says; it closes once they stay away."""
    composer = Composer()
    late = END - 1800
    composer.compose(figures(FOREIGN, "17:40"), late, 10.0)
    assert kinds(list(composer.close_due(late + 1, 11.0))) == [SlotClosed]
    composer.compose(figures(FOREIGN, "17:40:30"), late + 30, 40.0)
    for seconds in range(41, 60):
        composer.close_due(late + 3600 + seconds - 10, float(seconds))
    composer.compose(figures(FOREIGN, "17:41"), late + 3660, 70.0)
    assert kinds(list(composer.close_due(late + 3661, 71.0))) == [SlotClosed]
    assert composer.close_due(late + 3779, 189.0) == ()
    assert composer.close_due(late + 3780, 190.0) == (SessionClosed(Venue.KRX, END),)


def test_the_next_session_closes_the_one_before() -> None:
    """Where the clock did not, the first update of the next session does, after its last slot."""
    composer = Composer()
    compose(composer, FOREIGN, "15:30", 1, 10.0)
    entries = compose(composer, FOREIGN, "09:00", 2, 10.5)
    assert kinds(entries) == [SlotClosed, SessionClosed, Update]
    assert entries[1] == SessionClosed(Venue.KRX, END)
    assert entries[2].at == NINE + DAY


def test_a_restart_goes_on_where_the_journal_ends() -> None:
    """An open slot closes, what the journal closed stays closed, and a day that ended meanwhile is told."""
    composer = Composer()
    journal = compose(composer, FOREIGN, "15:30", 1, 10.0)
    (late,) = journal
    again = Composer()
    again.prime(journal, 100.0)
    assert again.next_due() == 101.0
    assert again.close_due(END, 101.0) == (
        SlotClosed(Venue.KRX, late.at),
        SessionClosed(Venue.KRX, END),
    )
    third = Composer()
    third.prime([*journal, SlotClosed(Venue.KRX, late.at), SessionClosed(Venue.KRX, END)], 100.0)
    assert third.next_due() == math.inf
    assert third.close_due(END + DAY, 200.0) == ()


STEPS = st.tuples(
    st.sampled_from([FOREIGN, INDIVIDUAL, NXT]),
    st.integers(0, 47).map(lambda half_hour: half_hour * 1800),
    st.integers(0, 2),
    st.sampled_from([0, 1, 30, 3600, DAY]),
    st.booleans(),
)


@given(st.lists(STEPS, max_size=40), st.integers(0, 40))
def test_every_slot_and_session_closes_once_and_in_order(
    steps: list[tuple[Series, int, int, int, bool]], restart_after: int
) -> None:
    """Whatever comes, and across a restart: each venue's slots close at most once and in order, sessions too,
    and no session closes without updates or before its last slot.
    """
    composer, wall, now = Composer(), MONDAY, 0.0
    journal: list[Entry] = []
    for number, (of, second, msval, later, is_looked_at) in enumerate(steps):
        if number == restart_after:
            composer = Composer()
            composer.prime(journal, now)
        wall, now = wall + later, now + later
        composed = composer.compose(figures(of, second, msval), wall, now)
        if not isinstance(composed, Dropped):
            journal += composed
        if is_looked_at:
            journal += composer.close_due(wall, now)
    for venue in Venue:
        slots = [entry.at for entry in journal if isinstance(entry, SlotClosed) and entry.venue is venue]
        ends = [entry.at for entry in journal if isinstance(entry, SessionClosed) and entry.venue is venue]
        times = {each.at for each in journal if isinstance(each, Update) and each.series.venue is venue}
        assert slots == sorted(set(slots))
        assert set(slots) <= times
        days = [date_of(end) for end in ends]
        assert days == sorted(set(days))
        assert set(days) <= {date_of(at) for at in times}
