"""What the log says of sessions, and which places are behind."""

from collections import Counter
from typing import Any

from msgspec.structs import replace
from structlog.testing import capture_logs

from flowalert.engine.transition import Kind
from flowalert.feed.outlet import Received
from flowalert.market.entry import Entry, FeedHeard, FeedLost, FeedSilent, SessionClosed
from flowalert.market.instant import DAY, to_wall
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.operation.chronicle import SILENT_AFTER, Chronicle
from tests.store.sample import MONDAY, NINE, transition, update

OPEN = MONDAY + NINE
PLACES = [(Venue.KRX, "001"), (Venue.KRX, "301")]


def take(chronicle: Chronicle, *entries: Entry) -> list[dict[str, Any]]:
    with capture_logs() as logs:
        chronicle.note([Received(to_wall(entry.at), entry) for entry in entries])
    return [dict(each) for each in logs]


def test_a_session_is_told_when_it_opens_and_with_its_counts_when_it_closes() -> None:
    """Each venue's own, and not what belongs to the day before."""
    chronicle = Chronicle()
    lost = FeedLost(OPEN + 30, "reset", ("krx/001",))
    (opened,) = take(chronicle, update(OPEN), update(OPEN + 30, sector="301"), lost)
    assert opened == {"event": "session opened", "log_level": "info", "venue": "krx", "date": "2026-11-23"}
    chronicle.note_gaps(Counter({series(Venue.KRX, "001", "0017"): 2, series(Venue.NXT, "001", "0017"): 5}))
    chronicle.note_transition(transition())
    chronicle.note_transition(transition(told=False))
    chronicle.note_transition(transition(Kind.RESOLVED, 2))
    chronicle.note_transition(replace(transition(), at=OPEN - DAY))
    (closed,) = take(chronicle, SessionClosed(Venue.KRX, OPEN + 9 * 3600))
    assert closed == {
        "event": "session closed",
        "log_level": "info",
        "venue": "krx",
        "date": "2026-11-23",
        "sectors": 2,
        "updates": 2,
        "gaps": 2,
        "losts": 1,
        "told": 1,
        "held_back": 1,
    }
    (opened,) = take(chronicle, update(OPEN + DAY))
    assert opened["date"] == "2026-11-24"
    assert chronicle.gaps == {}


def test_a_restart_says_nothing_again_and_counts_on() -> None:
    """What the journal has was told by the run that received it."""
    chronicle = Chronicle()
    with capture_logs() as logs:
        chronicle.prime([update(OPEN), FeedSilent(OPEN, "no token"), FeedHeard(OPEN + 60), update(OPEN + 60)])
    assert logs == []
    assert take(chronicle, update(OPEN + 90)) == []
    assert chronicle.last_update == (OPEN + 90, to_wall(OPEN + 90))
    (closed,) = take(chronicle, SessionClosed(Venue.KRX, OPEN + 9 * 3600))
    assert closed["updates"] == 3


def test_the_end_of_a_silence_says_how_long_it_was() -> None:
    """Also where it began before a restart."""
    chronicle = Chronicle()
    chronicle.prime([update(OPEN), FeedSilent(OPEN, "no token")])
    (heard,) = take(chronicle, FeedHeard(OPEN + 240))
    assert (heard["event"], heard["silent_for"]) == ("feed heard again", 240)


def test_a_place_that_is_far_behind_its_venue_is_silent() -> None:
    """One that was never heard counts from the first that was; outside its venue's hours none is."""
    chronicle = Chronicle()
    assert chronicle.find_silent(PLACES) == ()
    take(chronicle, update(OPEN), update(OPEN + SILENT_AFTER - 1))
    assert chronicle.find_silent(PLACES) == ()
    take(chronicle, update(OPEN + SILENT_AFTER))
    assert chronicle.find_silent(PLACES) == ("krx/301",)
    assert chronicle.find_silent([*PLACES, (Venue.NXT, "001")]) == ("krx/301",)
    take(chronicle, update(OPEN + SILENT_AFTER, sector="301"))
    assert chronicle.find_silent(PLACES) == ()
    take(chronicle, update(OPEN + 7 * 3600))
    assert chronicle.find_silent(PLACES) == ()


def test_of_a_session_that_is_closed_nothing_is_silent() -> None:
    """However far behind a place was."""
    chronicle = Chronicle()
    take(chronicle, update(OPEN), update(OPEN + 2 * SILENT_AFTER), SessionClosed(Venue.KRX, OPEN + 9 * 3600))
    assert chronicle.find_silent(PLACES) == ()
