"""What of a status is a fault, and what needs a look."""

import datetime as dt
from typing import Any

import pytest

from flowalert.engine.notice import DeliveryState
from flowalert.operation.health import Look, find_faults, find_troubles
from flowalert.operation.status import Status
from flowalert.store import Backlog, Holder
from flowalert.store.backlog import NOTHING
from tests.operation.sample import NOW, outlook, status

HOLDER = Holder(4711, NOW - dt.timedelta(hours=2))


def look(said: Status | None, backlog: Backlog = NOTHING) -> Look:
    return Look(HOLDER, said, backlog)


def test_one_that_is_well_has_neither() -> None:
    """Nothing lost, nothing silent, nothing late."""
    well = look(status())
    assert [*find_faults(well, NOW), *find_troubles(well, NOW)] == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (status(written_at=NOW - dt.timedelta(seconds=45)), "has said nothing for 45 s"),
        (status(stuck=("engine",)), "its engine does not go round"),
        (status(process=1, written_at=NOW - dt.timedelta(hours=1)), "has not said that it is ready"),
        (None, "has not said that it is ready"),
    ],
)
def test_what_does_not_go_round_is_a_fault(said: Status | None, words: str) -> None:
    """Silence, a part that hangs, a start that takes too long."""
    (fault,) = find_faults(look(said), NOW)
    assert words in fault


@pytest.mark.parametrize("process", [1, 4711])
def test_one_that_starts_has_a_minute(process: int) -> None:
    """And nothing of what the one before it said is its own, also where both have the same number."""
    holder = Holder(4711, NOW - dt.timedelta(seconds=20))
    before = status(process=process, written_at=NOW - dt.timedelta(minutes=30), stuck=("engine",))
    starting = Look(holder, before, NOTHING)
    assert starting.own is None
    assert [*find_faults(starting, NOW), *find_troubles(starting, NOW)] == []


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ({"is_silent": True, "cause": "no token"}, "although it should: no token"),
        ({"lost_for": 12.0, "cause": "reset", "registered": 0}, "lost for 12 s: reset"),
        ({"registered": 9, "cause": "no connection yet"}, "9 of 14 sectors are registered: no connection yet"),
        ({"registered": 13, "refused": ("krx/560",)}, "refuses krx/560"),
        ({"silent": ("krx/301",)}, "nothing comes of krx/301"),
    ],
)
def test_what_the_feed_lacks_needs_a_look(feed: dict[str, Any], words: str) -> None:
    """Each in one line, with its cause."""
    ill = look(status(given=outlook(**feed)))
    (trouble,) = find_troubles(ill, NOW)
    assert words in trouble
    assert list(find_faults(ill, NOW)) == []


def test_messages_that_are_late_or_dead_need_a_look() -> None:
    """With the command that shows them."""
    waiting = {DeliveryState.RETRYING: 2}
    late = Backlog(waiting=waiting, oldest_at=NOW - dt.timedelta(minutes=30), dead=0, entries=5)
    fresh = Backlog(waiting=waiting, oldest_at=NOW - dt.timedelta(minutes=3), dead=0, entries=5)
    (words,) = find_troubles(look(status(), late), NOW)
    assert "waited for 30 minutes" in words
    assert list(find_troubles(look(status(), fresh), NOW)) == []
    dead = Backlog(waiting={}, oldest_at=None, dead=3, entries=5)
    (words,) = find_troubles(look(status(), dead), NOW)
    assert "3 messages could not be sent" in words
    assert "--state dead" in words
