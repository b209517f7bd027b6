"""When people are told that nothing comes: by the clock alone, and then over real sockets."""

import datetime as dt
import math
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from flowalert.feed.absence import Absence
from flowalert.feed.composer import Composer
from flowalert.feed.frame import MarketStatus
from flowalert.feed.market_status import MarketState
from flowalert.market.entry import Entry, FeedBack, FeedHeard, FeedLost, FeedSilent, SessionClosed, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.venue import Venue
from tests.feed.exchange import Client, Exchange, Issuer, data_frame
from tests.feed.making import FOREIGN, MONDAY, clock, figures
from tests.feed.running import CLOSED_DAY, IN_SESSION, KOSDAQ, KOSPI, Running, open_feed, until

KRX = {Venue.KRX}
SUNDAY = MONDAY - DAY
NEW_YEAR = MONDAY + 39 * DAY
IS_QUICK: dict[str, Any] = {"silence_after": 0.1, "tell_silence_after": 0.3}


class Clocked:
    """An absence whose two clocks go together, from an exchange time on."""

    def __init__(self, wall: int, after: float = 120) -> None:
        self.composer, self.market = Composer(), MarketState()
        self.absence = Absence(self.composer, self.market, after)
        self.began = wall

    def look(self, wall: int, venues: set[Venue] = KRX) -> list[Entry]:
        return list(self.absence.look(venues, wall, float(wall - self.began)))

    def look_until(self, wall: int, since: int | None = None) -> list[Entry]:
        """Look once a second."""
        return [each for at in range(since or self.began, wall + 1) for each in self.look(at)]

    def hear(self, time: str, wall: int) -> tuple[Entry, ...]:
        now = float(wall - self.began)
        composed = self.composer.compose(figures(FOREIGN, time), wall, now)
        assert isinstance(composed, tuple)
        return self.absence.hear(composed, now)

    def close_due(self, wall: int) -> list[Entry]:
        return list(self.composer.close_due(wall, float(wall - self.began)))


def test_it_is_told_once_when_nothing_has_come_for_long_enough() -> None:
    """Since the last update, or since the opening if there was none; with the last exchange time seen."""
    clocked = Clocked(MONDAY + clock("08:50"))
    assert clocked.look_until(MONDAY + clock("09:01:58")) == []
    heard_at = MONDAY + clock("09:01:58")
    clocked.hear("09:01:30", heard_at)
    assert clocked.look_until(heard_at + 119, heard_at) == []
    clocked.absence.cause = "the line is cut"
    assert clocked.look_until(heard_at + 900, heard_at + 119) == [
        FeedSilent(MONDAY + clock("09:01:30"), "the line is cut")
    ]


def test_an_exchange_that_was_never_reached_is_silent_since_it_is_asked() -> None:
    """Where nothing was ever received today the wall clock says when."""
    start = MONDAY + clock("10:00")
    assert Clocked(start).look_until(start + 500) == [FeedSilent(start + 120, "no connection yet")]


@pytest.mark.parametrize(
    ("day", "begin", "end"),
    [
        (MONDAY, "00:00", "09:01:58"),  # the night, and the time before the first slot can come
        (MONDAY, "15:29", "23:59"),
        (SUNDAY, "00:00", "23:59"),
        (NEW_YEAR, "00:00", "23:59"),
    ],
)
def test_silence_is_none_where_nothing_is_due(day: int, begin: str, end: str) -> None:
    """Outside the hours, on a weekend, on a holiday, in the first minutes."""
    clocked = Clocked(day + clock(begin))
    assert clocked.look_until(day + clock(end)) == []


def test_the_last_update_of_a_day_is_followed_by_none() -> None:
    """Although its own time lies within the hours, and its session is closed much later."""
    clocked = Clocked(MONDAY + clock("15:29"))
    clocked.hear("15:29:30", MONDAY + clock("15:29:31"))
    assert clocked.look_until(MONDAY + clock("18:00"), MONDAY + clock("15:29:31")) == []


def test_a_simulators_session_counts_at_any_hour() -> None:
    """Until it is closed: what comes in a venue's hours is a session, on a Sunday too."""
    clocked = Clocked(SUNDAY + clock("21:00"))
    clocked.hear("10:00", SUNDAY + clock("21:00"))
    assert clocked.look_until(SUNDAY + clock("21:02")) == [FeedSilent(SUNDAY + clock("10:00"), "no connection yet")]
    closed = Clocked(SUNDAY + clock("21:00"))
    closed.hear("10:00", SUNDAY + clock("21:00"))
    assert closed.close_due(SUNDAY + clock("21:02")) != []
    assert closed.look_until(SUNDAY + clock("21:30")) == []


@pytest.mark.parametrize(
    ("market", "status", "time", "is_told"),
    [
        ("1", "41", "10:00", False),  # closed early
        ("1", "21", "10:00", True),
        ("5", "21", "08:46", False),  # derivatives begin a quarter of an hour before the others
    ],
)
def test_the_exchanges_own_word_counts(market: str, status: str, time: str, is_told: bool) -> None:
    """A market that it calls closed is closed; that one is open says nothing of times at which nothing is published."""
    start = MONDAY + clock(time)
    clocked = Clocked(start)
    clocked.market.hear(MarketStatus(market, status), start)
    assert bool(clocked.look_until(start + 200)) is is_told


@pytest.mark.parametrize(
    ("day", "venue", "told_at"),
    [
        (MONDAY - 4 * DAY, Venue.KRX, "10:01:59"),  # the college entrance exam, on a Thursday
        (MONDAY + 42 * DAY, Venue.KRX, "10:01:59"),  # the first trading day of 2027
        (MONDAY + 43 * DAY, Venue.KRX, "09:01:59"),
        (MONDAY + 42 * DAY, Venue.NXT, "09:01:59"),
    ],
)
def test_a_late_opening_is_no_silence(day: int, venue: Venue, told_at: str) -> None:
    """On the days on which it is known the hour before it is none; after it silence is told as ever."""
    clocked = Clocked(day + clock("07:00"))
    told = [each for at in range(clocked.began, day + clock("11:00")) for each in clocked.look(at, {venue})]
    assert told == [FeedSilent(day + clock(told_at), "no connection yet")]


def test_the_hour_that_an_exam_adds_belongs_to_the_day() -> None:
    """KRX shuts at 16:30 then, and silence before that is told."""
    for time, is_told in (("16:00", True), ("16:29", False)):
        start = MONDAY - 4 * DAY + clock(time)
        assert bool(Clocked(start).look_until(start + 600)) is is_told


def test_an_opening_that_is_announced_is_waited_for() -> None:
    """Late on a day of which the calendar knows nothing; and no longer than that, for the socket may be dead since."""
    clocked = Clocked(MONDAY + clock("08:58"))
    for time, market, status in (("08:59", "1", "11"), ("09:15", "5", "21"), ("09:28", "1", "25")):
        at = MONDAY + clock(time)
        assert clocked.look_until(at, clocked.began) == []
        clocked.market.hear(MarketStatus(market, status), at)
    due_at = MONDAY + clock("09:38")
    assert clocked.look_until(due_at + 300, MONDAY + clock("09:28")) == [FeedSilent(due_at + 119, "no connection yet")]


def test_a_restart_after_hours_does_not_take_the_session_for_a_running_one() -> None:
    """The journal's last update lies within the hours, and when it came is not known."""
    clocked = Clocked(MONDAY + clock("16:00"))
    early = Clocked(MONDAY + clock("15:20")).hear("15:20", MONDAY + clock("15:20"))
    clocked.composer.prime(early, 0.0)
    clocked.absence.prime(early)
    assert clocked.look_until(MONDAY + clock("17:00")) == []


def test_the_update_that_ends_it_is_announced() -> None:
    """Right before it, after what it closes; and then a new silence can be told."""
    start = MONDAY + clock("10:00")
    clocked = Clocked(start)
    assert clocked.hear("09:59:30", start)[-1].at == start - 30
    assert len(clocked.look_until(start + 130)) == 1
    closed, heard, update = clocked.hear("10:02:00", start + 130)
    assert (closed.at, heard) == (start - 30, FeedHeard(update.at))
    assert isinstance(update, Update)
    assert clocked.look_until(start + 260, start + 131) == [FeedSilent(update.at, "no connection yet")]


def test_the_day_ends_it_where_nothing_ever_came() -> None:
    """The calendar closes a session of which there was nothing, once; the next day's silence is told again."""
    start = MONDAY + clock("17:00")
    clocked = Clocked(MONDAY + clock("15:00"))
    assert len(clocked.look_until(start)) == 1
    ends_at = MONDAY + clock("18:10")
    assert clocked.look_until(ends_at + 900, start) == [SessionClosed(Venue.KRX, ends_at)]
    morning = MONDAY + DAY + clock("08:59")
    assert clocked.look_until(morning + 200, morning) == [FeedSilent(morning + 179, "no connection yet")]


def test_a_session_that_had_updates_is_closed_like_any() -> None:
    """The silence has no end of its own beside it; until then an update still ends it."""
    start = MONDAY + clock("15:00")
    clocked = Clocked(start)
    clocked.hear("15:00", start)
    assert len(clocked.look_until(start + 200)) == 1
    evening = MONDAY + clock("18:10")
    assert clocked.look(evening) == []
    assert clocked.absence.is_told
    assert len(clocked.close_due(evening)) == 2  # the slot too
    assert clocked.look(evening + 1) == []
    assert not clocked.absence.is_told


def test_what_is_not_read_is_not_missed() -> None:
    """A slow consumer is no silence of the exchange."""
    start = MONDAY + clock("10:00")
    clocked = Clocked(start)
    clocked.look(start)
    clocked.absence.forgive(100.0)
    assert clocked.look(start + 219) == []
    assert len(clocked.look(start + 220)) == 1


def test_it_can_be_switched_off() -> None:
    """Then it is never told."""
    start = MONDAY + clock("10:00")
    assert Clocked(start, after=math.inf).look_until(start + 4_000) == []


def test_a_restart_goes_on_with_what_the_journal_says() -> None:
    """What was told is not told again, and the first update ends it."""
    start = MONDAY + clock("10:00")
    clocked = Clocked(start)
    told = FeedSilent(start - 300, "x")
    for journal in ((told, FeedHeard(start - 30)), (told,)):
        clocked.absence.prime(journal)
    assert clocked.look_until(start + 500) == []
    assert clocked.hear("10:08:30", start + 510)[0] == FeedHeard(start + 510)


class Speaker:
    """Answers registrations, and sends one update with the answer once it has something to say."""

    def __init__(self) -> None:
        self.time: str | None = None

    def set_up(self, exchange: Exchange, _: Issuer) -> None:
        exchange.answer = self.answer

    async def answer(self, client: Client, request: dict[str, Any]) -> None:
        await client.answer(request)
        body, header = request["body"], request["header"]
        if self.time is not None and (body["tr_cd"], header["tr_type"]) == ("BM_", "3"):
            await client.send(data_frame(tr_key=body["tr_key"], tjjtime=self.time))


def told(running: Running) -> list[Entry]:
    """What was handed on, without the losses that are the connections' own."""
    return [each for each in running.entries if not isinstance(each, FeedLost | FeedBack)]


async def test_a_socket_that_is_open_and_silent() -> None:
    """Connecting again and again is not hearing: it is told once, and ended by the update that comes."""
    speaker = Speaker()
    speaker.time = "09510000"
    async with open_feed([KOSPI, KOSDAQ], setup=speaker.set_up, moment=IN_SESSION, **IS_QUICK) as running:
        await until(lambda: len(running.of(Update)) == 2)
        speaker.time = None
        (silent,) = await until(lambda: running.of(FeedSilent))
        connects = running.feed.count.connects
        await until(lambda: running.feed.count.connects > connects + 3)
        speaker.time = "09520000"
        await until(lambda: len(running.of(Update)) == 4)
    first, second = (each.at for each in running.of(Update)[1:3])
    assert silent.at == first
    assert silent.reason in {
        "the connection is open, and no update comes on it",
        "no update of krx for 0.1 s in an open session",
    }
    entries = told(running)
    assert [each for each in entries if isinstance(each, FeedSilent | FeedHeard)] == [silent, FeedHeard(second)]
    assert isinstance(entries[entries.index(FeedHeard(second)) + 1], Update)


async def test_an_exchange_that_refuses_connections_from_the_beginning() -> None:
    """There is nothing that could be lost, and it is told all the same."""
    async with open_feed(url="ws://127.0.0.1:1/", moment=IN_SESSION, **IS_QUICK) as running:
        (silent,) = await until(lambda: running.of(FeedSilent))
    assert silent.reason == "cannot connect to 127.0.0.1:1: Connection refused"
    assert date_of(silent.at) == IN_SESSION.date()
    assert silent.at % DAY == clock("09:52")


async def test_an_issuer_that_gives_no_token() -> None:
    """The cause is told in words, without the key and the secret that they quote."""

    def setup(_: Exchange, issuer: Issuer) -> None:
        words = "key APPKEY-planted and secret S3CRET-planted are under repair"
        issuer.replies += [(500, {"error_description": words}, {})] * 1000

    async with open_feed(setup=setup, moment=IN_SESSION, **IS_QUICK) as running:
        (silent,) = await until(lambda: running.of(FeedSilent))
    assert silent.reason.startswith("the token endpoint gives no token: HTTP 500")
    assert "planted" not in silent.reason


async def test_a_refused_place_is_a_cause() -> None:
    """With the exchange's own code and words, and nothing of the token that it may quote."""

    async def refuse(client: Client, request: dict[str, Any]) -> None:
        token = request["header"]["token"]
        await client.answer(request, rsp_cd="9", rsp_msg=f"no such sector for {token}")

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = refuse

    async with open_feed(setup=setup, moment=IN_SESSION, **IS_QUICK) as running:
        (silent,) = await until(lambda: running.of(FeedSilent))
    assert silent.reason == "the exchange refuses krx/001: 9 no such sector for ***"


async def test_on_a_closed_day_nothing_is_told() -> None:
    """However long nothing comes."""
    with capture_logs() as logs:
        async with open_feed(url="ws://127.0.0.1:1/", moment=CLOSED_DAY, tell_silence_after=0.02) as running:
            await until(lambda: len([log for log in logs if log["event"] == "connecting again"]) > 6)
    assert running.entries == []


async def test_a_consumer_that_takes_nothing_is_no_silence() -> None:
    """While entries wait to be taken nothing is read, and nobody can say that nothing comes."""
    speaker = Speaker()
    speaker.time = "09510000"
    async with open_feed(
        setup=speaker.set_up, moment=IN_SESSION, room=0, is_taken=False, tell_silence_after=1, silence_after=1
    ) as running:
        absence = running.feed._desk.absence
        await until(lambda: running.feed.count.updates)
        held_up_at = trio.current_time()
        # It looks, and finds no fault, for longer than a silence may last.
        await until(lambda: (absence._due_at or 0) > held_up_at + 2)
        assert not absence.is_told
        running.scope.cancel()


async def test_a_feed_goes_on_from_its_journal() -> None:
    """Silent before a restart and silent after it is one silence."""
    speaker = Speaker()
    before = IN_SESSION - dt.timedelta(minutes=1)
    journal = [FeedSilent(MONDAY + clock("09:50"), "x")]
    async with open_feed(setup=speaker.set_up, moment=before, journal=journal, **IS_QUICK) as running:
        await until(lambda: running.feed.count.connects > 5)
        assert told(running) == []
        speaker.time = "09510000"
        await until(lambda: running.of(Update))
    assert told(running)[:2] == [FeedHeard(MONDAY + clock("09:51")), running.of(Update)[0]]
