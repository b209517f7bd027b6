"""When a channel's quiet hours are, and when they end."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from flowalert.delivery.quiet import LONGEST, Quiet, join_hours, parse_hours
from flowalert.engine.recurrence import are_now
from flowalert.language.mistake import Mistake
from flowalert.market.instant import KST, from_wall

SECOND = dt.timedelta(seconds=1)


def quiet(*texts: str) -> Quiet:
    return Quiet(join_hours(parse_hours(text) for text in texts))


def seoul(day: int, clock: str) -> dt.datetime:
    """Return a moment of November 2026; the 23rd is a Monday."""
    return dt.datetime.combine(dt.date(2026, 11, day), dt.time.fromisoformat(clock), KST)


@pytest.mark.parametrize(
    ("texts", "now", "end"),
    [
        (["22:00-07:00"], seoul(23, "21:59:59"), None),
        (["22:00-07:00"], seoul(23, "22:00:00"), seoul(24, "07:00")),
        (["22:00-07:00"], seoul(24, "06:59:59.999"), seoul(24, "07:00")),
        (["22:00-07:00"], seoul(24, "07:00:00"), None),
        # A night is of the day on which it begins: Sunday's is not one of mon-fri, and Friday's ends on Saturday.
        (["mon-fri 18:00-08:00"], seoul(23, "07:00"), None),
        (["mon-fri 18:00-08:00"], seoul(23, "19:00"), seoul(24, "08:00")),
        (["mon-fri 18:00-08:00"], seoul(28, "07:59"), seoul(28, "08:00")),
        (["sat-sun"], seoul(27, "23:59:59"), None),
        (["sat-sun"], seoul(28, "00:00"), seoul(30, "00:00")),
        (["토-일", "월-금 18:00-08:00"], seoul(27, "18:00"), seoul(30, "00:00")),
        (["sat-sun", "sun-thu 20:00-08:00"], seoul(28, "12:00"), seoul(30, "08:00")),
        (["09:00-10:00", "09:30-11:00"], seoul(23, "09:15"), seoul(23, "11:00")),
        (["closing_auction"], seoul(23, "15:25"), seoul(23, "15:30")),
        # The exchange has no auction on a Saturday.
        (["closing_auction"], seoul(28, "15:25"), None),
    ],
)
def test_quiet_ends_with_its_hours(texts: list[str], now: dt.datetime, end: dt.datetime | None) -> None:
    """Over midnight, on some days, in parts of the exchange's day, and of several at the end of the last."""
    assert quiet(*texts).ends_at(now) == end


CLOCKS = st.integers(0, 287).map(lambda five: f"{five // 12:02}:{five % 12 * 5:02}")
DAYS = st.sampled_from(["", "mon ", "fri-sun ", "mon-fri "])
HOURS = st.builds(
    lambda days, clocks: f"{days}{clocks[0]}-{clocks[1]}", DAYS, st.lists(CLOCKS, min_size=2, max_size=2, unique=True)
)


@given(
    st.lists(HOURS | st.sampled_from(["sat-sun", "regular"]), min_size=1, max_size=3),
    st.integers(0, 14 * 86_400_000 - 1),
)
def test_quiet_ends_at_the_first_moment_that_is_not(texts: list[str], millisecond: int) -> None:
    """None where it is not quiet now; else everything before the end is, and a second later is not."""
    hours = quiet(*texts)
    now = seoul(16, "00:00") + dt.timedelta(milliseconds=millisecond)
    end = hours.ends_at(now)
    if end is None:
        assert not are_now(hours.times, from_wall(now))
        return
    assert now < end <= now + LONGEST
    moment = now
    while moment < end:
        assert are_now(hours.times, from_wall(moment))
        moment += dt.timedelta(minutes=5)
    assert are_now(hours.times, from_wall(end - SECOND))
    if end < now + LONGEST:
        assert hours.ends_at(end) is None


def test_hours_without_a_gap_end_after_a_week() -> None:
    """As far as anybody who waits is concerned."""
    now = seoul(23, "12:00")
    assert quiet("00:00-24:00").ends_at(now) == now + LONGEST


@pytest.mark.parametrize(
    ("text", "what", "instead", "span"),
    [
        ("", "unknown phase ''", "write one of", (0, 0)),
        ("22:00", "'22:00' is no stretch of the day", "write two times, like 09:00-15:20", (0, 5)),
        ("22:00-25:00", "25:00 is no time of day", "up to 24:00", (6, 11)),
        ("mon-fir 22:00-07:00", "'fir' is no day of the week", "did you mean fri?", (4, 7)),
        ("mon-fri 22:00-7", "7 is no time of day", "write hours and minutes", (14, 15)),
        ("satt", "'satt' is no day of the week", "did you mean sat?", (0, 4)),
        ("sat-sunn", "'sunn' is no day of the week", "did you mean sun?", (4, 8)),
        ("closing_aucton", "unknown phase 'closing_aucton'", "did you mean closing_auction?", (0, 14)),
        ("07:00-07:00", "'07:00-07:00' is over as it begins", "write an end after the begin", (0, 11)),
    ],
)
def test_hours_that_are_none_are_mistakes_at_their_place(
    text: str, what: str, instead: str, span: tuple[int, int]
) -> None:
    """With what to write instead."""
    with pytest.raises(Mistake) as raised:
        parse_hours(text)
    mistake = raised.value
    assert (mistake.what, (mistake.start, mistake.end)) == (what, span)
    assert instead in mistake.instead
