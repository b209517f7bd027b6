"""Whether updates that stay away are a fault."""

from flowalert.feed.frame import MarketStatus
from flowalert.feed.market_status import MarketState, describe_status
from flowalert.feed.silence import Silence
from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from tests.feed.making import FOREIGN, MONDAY, NXT, clock

KRX = [Venue.KRX]
SUNDAY = MONDAY - DAY
TEN = clock("10:00")


def update(of: Series, at: int) -> Update:
    return Update(of, at, 0, 0, 0, 0, 0, 0, 0, 0)


def test_the_timer_runs_from_the_opening() -> None:
    """A night without updates does not count; from the opening on each update starts it anew."""
    silence = Silence(MarketState(), 90)
    assert silence.find(KRX, MONDAY + clock("08:59:59"), 1000) is None
    assert silence.find(KRX, MONDAY + clock("09:01:28"), 1089) is None
    assert silence.find(KRX, MONDAY + clock("09:01:29"), 1090) is Venue.KRX
    silence.hear(update(FOREIGN, MONDAY + clock("09:01:30")), 1091)
    assert silence.find(KRX, MONDAY + clock("09:02:59"), 1180) is None
    assert silence.find(KRX, MONDAY + clock("09:03"), 1181) is Venue.KRX
    silence.forgive(1181)
    assert silence.find(KRX, MONDAY + clock("09:03"), 1182) is None


def test_the_timer_of_a_connection_begins_with_it() -> None:
    """A connection made in the middle of a session has its full time for a first update."""
    silence = Silence(MarketState(), 90)
    assert silence.find(KRX, MONDAY + TEN, 1000) is None
    assert silence.find(KRX, MONDAY + TEN, 1089) is None
    assert silence.find(KRX, MONDAY + TEN, 1090) is Venue.KRX


def test_each_venue_has_its_own_timer() -> None:
    """Updates of one venue do not speak for another."""
    silence = Silence(MarketState(), 90)
    venues = [Venue.KRX, Venue.NXT]
    for now in range(0, 100, 10):
        silence.hear(update(NXT, MONDAY + TEN), now)
        found = silence.find(venues, MONDAY + TEN, now)
        assert found is (Venue.KRX if now >= 90 else None)


def test_an_update_in_the_venues_hours_means_an_open_session() -> None:
    """A simulator's ten o'clock on a Sunday is as good; its after hours are not."""
    for time, found in (("10:00", Venue.KRX), ("15:30", None), ("08:59:59", None)):
        silence = Silence(MarketState(), 90)
        silence.hear(update(FOREIGN, SUNDAY + clock(time)), 0)
        assert silence.find(KRX, SUNDAY + TEN, 100) is found


def test_what_the_exchange_says_holds_for_its_day() -> None:
    """Closed and open count for more than calendar and updates, until the date changes or it is forgotten."""
    market = MarketState()
    monday = MONDAY + TEN
    assert market.is_open(Venue.KRX, monday) is None
    market.hear(MarketStatus("1", "21"), monday)
    market.hear(MarketStatus("2", "31"), monday)
    assert market.is_open(Venue.KRX, monday) is True
    assert market.is_open(Venue.UNIFIED, monday) is True
    assert market.is_open(Venue.NXT, monday) is None
    market.hear(MarketStatus("1", "41"), monday)
    assert market.is_open(Venue.KRX, monday) is False
    assert market.is_open(Venue.KRX, monday + DAY) is None
    silence = Silence(market, 90)
    silence.hear(update(FOREIGN, MONDAY + TEN), 0)
    assert silence.find(KRX, MONDAY + TEN, 100) is None
    market.forget()
    assert market.is_open(Venue.KRX, monday) is None
    assert market.last == {}


def test_derivatives_still_open_keep_the_venue_open() -> None:
    """KRX is closed once all of its markets that spoke are."""
    market = MarketState()
    monday = MONDAY + TEN
    market.hear(MarketStatus("5", "21"), monday)
    market.hear(MarketStatus("1", "41"), monday)
    assert market.is_open(Venue.KRX, monday) is True


def test_what_is_to_open_is_not_open() -> None:
    """From the exchange's announcement on, for as long as that may take; of each venue those that it waits for."""
    at = MONDAY + clock("09:30")
    market = MarketState()
    market.hear(MarketStatus("1", "11"), at)
    market.hear(MarketStatus("5", "21"), at)
    assert [market.is_open(venue, at + 1799) for venue in (Venue.KRX, Venue.NXT)] == [False, None]
    assert market.is_open(Venue.KRX, at + 1800) is True
    market.hear(MarketStatus("6", "25"), at)
    market.hear(MarketStatus("6", "22"), at + 590)
    assert [market.is_open(venue, at + 599) for venue in (Venue.NXT, Venue.UNIFIED)] == [False, False]
    assert market.is_open(Venue.NXT, at + 600) is None
    market.hear(MarketStatus("1", "21"), at + 600)
    assert market.is_open(Venue.KRX, at + 601) is True
    market.hear(MarketStatus("1", "24"), at + 602)
    market.forget()
    assert market.is_open(Venue.KRX, at + 603) is None


def test_statuses_have_words() -> None:
    """A code is told in words where the vendor's list has it."""
    assert describe_status("21") == "open"
    assert describe_status("99") == "status 99"
