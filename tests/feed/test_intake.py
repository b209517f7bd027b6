"""The order of updates."""

import datetime as dt

from hypothesis import given, strategies as st

from flowalert.feed.frame import Figures
from flowalert.feed.intake import HOUR, RUNNING, Dropped, Intake
from flowalert.market.entry import FeedLost, Update
from flowalert.market.instant import DAY, date_of, stamp
from flowalert.market.series import Series
from tests.feed.making import FOREIGN, INDIVIDUAL, MONDAY, NXT, clock, figures

TUESDAY = MONDAY + DAY


def admit(intake: Intake, of: Series, time: str, msval: int, wall: int) -> str:
    """Admit a frame and tell the stamp of its update, or why it was dropped."""
    answer = intake.admit(figures(of, time, msval), wall)
    return answer.value if isinstance(answer, Dropped) else stamp(answer.at)


def started(time: str, *, day: int = MONDAY) -> Intake:
    """An intake whose venue has come to a time of a day, the wall clock being there too."""
    intake = Intake()
    admit(intake, FOREIGN, time, 1, day + clock(time))
    return intake


def test_the_first_frame_is_of_today() -> None:
    """A frame at about the wall's time is of the wall's date, and keeps its figures and its spelling."""
    intake = Intake()
    update = intake.admit(figures(FOREIGN, "09:51", 7), MONDAY + clock("09:51:02"))
    assert isinstance(update, Update)
    assert (update.series, update.at, update.msval, update.tjjtime) == (
        FOREIGN,
        MONDAY + clock("09:51"),
        7,
        "09510000",
    )
    assert intake.latest_at(FOREIGN.venue) == update.at
    assert intake.latest_at(NXT.venue) is None


def test_an_exact_repeat_is_dropped_even_after_midnight() -> None:
    """Rows that go on unchanged are repeats, on the next date too, and begin no session."""
    intake = started("18:00")
    assert admit(intake, FOREIGN, "18:00", 1, MONDAY + clock("18:01")) == "repeat"
    assert admit(intake, FOREIGN, "18:00", 1, TUESDAY + clock("00:00:30")) == "repeat"
    assert admit(intake, FOREIGN, "08:59:30", 1, TUESDAY + clock("08:59:31")) == "2026-11-24 08:59:30"


def test_the_same_time_with_other_values_is_an_update() -> None:
    """A correction within a slot counts."""
    intake = started("10:00")
    assert admit(intake, FOREIGN, "10:00", 2, MONDAY + clock("10:00:05")) == "2026-11-23 10:00:00"
    assert admit(intake, FOREIGN, "10:00", 1, MONDAY + clock("10:00:06")) == "2026-11-23 10:00:00"


def test_each_figure_makes_a_difference() -> None:
    """A repeat equals its predecessor in all eight figures."""
    for name in ("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval"):
        intake = started("10:00")
        first = figures(FOREIGN, "10:00", 1)
        intake.admit(first, MONDAY + clock("10:00"))
        body = {field: getattr(first.body, field) for field in first.body.__struct_fields__}
        changed = Figures(FOREIGN, first.second, type(first.body)(**(body | {name: 77})))
        assert isinstance(intake.admit(changed, MONDAY + clock("10:00")), Update), name


def test_older_than_its_series_is_stale_and_older_than_another_is_late() -> None:
    """Order is kept within a series; between series it need not be."""
    intake = started("10:00")
    wall = MONDAY + clock("10:00:10")
    assert admit(intake, FOREIGN, "09:59:30", 1, wall) == "stale"
    assert admit(intake, INDIVIDUAL, "09:59:30", 1, wall) == "2026-11-23 09:59:30"


def test_a_jump_back_begins_the_next_date_and_others_follow() -> None:
    """A simulator's next day on the same date takes the next date; frames left over from the old one are stale."""
    intake = started("15:29:30")
    wall = MONDAY + clock("11:00")
    admit(intake, INDIVIDUAL, "15:29", 1, wall)
    assert admit(intake, FOREIGN, "09:00", 5, wall) == "2026-11-24 09:00:00"
    assert admit(intake, INDIVIDUAL, "15:29:30", 2, wall) == "stale"
    assert admit(intake, FOREIGN, "09:00:30", 6, wall) == "2026-11-24 09:00:30"
    assert admit(intake, INDIVIDUAL, "09:00:30", 1, wall) == "2026-11-24 09:00:30"
    assert admit(intake, NXT, "09:00", 1, wall) == "2026-11-23 09:00:00"


def test_less_than_an_hour_back_is_no_new_session() -> None:
    """The rule's border: an hour is a jump, a second less is lateness."""
    assert admit(started("10:00"), INDIVIDUAL, "09:00", 1, MONDAY + clock("10:00")) == "2026-11-24 09:00:00"
    assert admit(started("10:00"), INDIVIDUAL, "09:00:01", 1, MONDAY + clock("10:00")) == "2026-11-23 09:00:01"


def test_last_nights_row_is_of_yesterday() -> None:
    """After midnight a row of the evening does not begin the new day's session."""
    intake = Intake()
    assert admit(intake, FOREIGN, "18:00", 1, TUESDAY + clock("00:10")) == "2026-11-23 18:00:00"
    assert admit(intake, FOREIGN, "08:59", 1, TUESDAY + clock("08:59")) == "2026-11-24 08:59:00"
    assert admit(intake, INDIVIDUAL, "18:00", 1, TUESDAY + clock("09:00")) == "stale"
    assert admit(intake, FOREIGN, "08:59:30", 1, TUESDAY + clock("08:59:31")) == "2026-11-24 08:59:30"


def test_a_row_from_the_future_of_a_live_session_is_left_over() -> None:
    """On a first start in the morning, last night's rows of other sectors are stale, without any memory of them."""
    intake = started("08:35", day=TUESDAY)
    assert admit(intake, INDIVIDUAL, "18:00", 1, TUESDAY + clock("08:35:10")) == "stale"
    assert admit(intake, FOREIGN, "08:35:30", 1, TUESDAY + clock("08:35:31")) == "2026-11-24 08:35:30"


def test_after_a_silence_a_leap_ahead_is_an_update() -> None:
    """A feed that was away for hours goes on where the exchange is, in the same session."""
    intake = started("15:29:30")
    wall = MONDAY + clock("11:00")
    admit(intake, FOREIGN, "09:00", 5, wall)
    assert admit(intake, FOREIGN, "12:00", 6, wall + RUNNING - 1) == "stale"
    assert admit(intake, FOREIGN, "12:00", 6, wall + RUNNING) == "2026-11-24 12:00:00"


def test_the_date_does_not_go_back() -> None:
    """A session that ran ahead of the wall clock stays ahead until the wall's date is later."""
    intake = started("15:29:30")
    admit(intake, FOREIGN, "09:00", 5, MONDAY + clock("11:00"))
    assert admit(intake, FOREIGN, "09:00:30", 6, TUESDAY + clock("09:10")) == "2026-11-24 09:00:30"
    assert admit(intake, FOREIGN, "09:01", 6, TUESDAY + DAY + clock("09:10")) == "2026-11-25 09:01:00"


def test_a_journal_restores_order() -> None:
    """After a restart repeats are known, and last night's rows do not disturb the morning."""
    before = Intake()
    journal = [before.admit(figures(FOREIGN, "18:00", 1), MONDAY + clock("18:00:01"))]
    intake = Intake()
    intake.prime([each for each in journal if isinstance(each, Update)])
    intake.prime([FeedLost(1, "somewhere between")])
    assert admit(intake, FOREIGN, "18:00", 1, TUESDAY + clock("08:30")) == "repeat"
    assert admit(intake, FOREIGN, "08:30", 1, TUESDAY + clock("08:30:05")) == "2026-11-24 08:30:00"
    assert admit(intake, INDIVIDUAL, "18:00", 1, TUESDAY + clock("08:30:06")) == "stale"


SERIES = st.sampled_from([FOREIGN, INDIVIDUAL, NXT])


@given(st.lists(st.tuples(SERIES, st.integers(0, DAY - 1), st.integers(0, 2), st.integers(0, 2 * DAY))))
def test_whatever_comes_series_and_dates_never_go_back(frames: list[tuple[Series, int, int, int]]) -> None:
    """Exchange time never falls within a series, nor the date within a venue; a kept time of day is the frame's."""
    intake = Intake()
    wall = MONDAY
    last: dict[Series, Update] = {}
    dates: dict[object, dt.date] = {}
    for of, second, msval, later in frames:
        wall += later
        update = intake.admit(figures(of, second, msval), wall)
        if isinstance(update, Dropped):
            continue
        assert update.at % DAY == second
        if of in last:
            assert update.at >= last[of].at
            assert update != last[of]
        last[of] = update
        assert date_of(update.at) >= dates.get(of.venue, date_of(update.at))
        dates[of.venue] = date_of(update.at)


@given(
    st.lists(st.integers(1, 8), min_size=2, max_size=5),
    st.integers(0, DAY - 1),
    st.sampled_from([1, 60, 3600]),
    st.data(),
)
def test_days_of_a_simulator_follow_one_another(
    hours: list[int], wall_second: int, speed: int, data: st.DataObject
) -> None:
    """Whatever the wall says and however fast days pass, each takes the next date, late frames notwithstanding.

    Each day runs from 09:00 for some hours. A frame left over from a day may come within the next one's first
    minutes, while the clock runs.
    """
    intake = Intake()
    wall = float(MONDAY + wall_second)
    begun: list[dt.date] = []
    for day, length in enumerate(hours):
        dates = set()
        for step in range(0, length * HOUR + 1, 600):
            update = intake.admit(figures(FOREIGN, clock("09:00") + step, day), int(wall))
            assert isinstance(update, Update)
            dates.add(date_of(update.at))
            if day and 0 < step <= 1800 and hours[day - 1] >= 3 and data.draw(st.booleans()):
                left_over = figures(INDIVIDUAL, clock("09:00") + hours[day - 1] * HOUR, day)
                assert intake.admit(left_over, int(wall)) is Dropped.STALE
            wall += 600 / speed if speed > 1 else 0
        # The wall's midnight may pass within a simulated day, and then a later date begins there.
        assert len(dates) == 1 or date_of(int(wall)) != date_of(MONDAY)
        begun.append(max(dates))
    assert begun == sorted(set(begun))


@given(st.lists(st.tuples(SERIES, st.integers(0, DAY - 1), st.integers(0, 2), st.integers(0, 3000)), max_size=30))
def test_a_restart_forgets_nothing_that_matters(frames: list[tuple[Series, int, int, int]]) -> None:
    """An intake primed with the journal knows every repeat, and keeps series and dates from going back."""
    intake, wall, journal = Intake(), MONDAY, []
    for of, second, msval, later in frames:
        wall += later
        update = intake.admit(figures(of, second, msval), wall)
        if isinstance(update, Update):
            journal.append(update)
    again = Intake()
    again.prime(journal)
    last = {update.series: update for update in journal}
    for of, update in last.items():
        assert again.admit(figures(of, update.at % DAY, update.msval), wall) is Dropped.REPEAT
        assert again.latest_at(of.venue) == intake.latest_at(of.venue)
