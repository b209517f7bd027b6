"""Missed updates are said together."""

from collections import Counter
from typing import Any

from structlog.testing import capture_logs

from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.operation.gap_log import GapLog


def of(*investors: int) -> Counter[Series]:
    return Counter(series(Venue.KRX, "001", f"{investor:04}") for investor in investors)


def look(log: GapLog, now: float) -> list[dict[str, Any]]:
    with capture_logs() as logs:
        log.look(now)
    return [dict(each) for each in logs]


def test_what_comes_within_seconds_is_one_line() -> None:
    """With the count of all; of many series the first are named."""
    log = GapLog()
    for number in range(12):
        log.note(of(number, 0), number / 4)
        assert look(log, number / 4) == []
    (line,) = look(log, 5)
    assert line["gaps"] == 24
    assert line["series"].startswith("krx/001/0000, krx/001/0001, ")
    assert line["series"].endswith("krx/001/0009 and 2 more")
    assert look(log, 500) == []


def test_a_feed_that_always_lacks_some_is_a_line_a_minute() -> None:
    """None is left out of the counts."""
    log = GapLog()
    said = 0
    for now in range(601):
        log.note(of(1), now)
        for line in look(log, now):
            said += 1
            assert line["gaps"] == (6 if said == 1 else 60)
    assert said == 10


def test_what_is_left_is_said_at_the_end() -> None:
    """Once."""
    log = GapLog()
    log.note(of(1), 0)
    with capture_logs() as logs:
        log.end()
        log.end()
    assert [each["gaps"] for each in logs] == [1]
