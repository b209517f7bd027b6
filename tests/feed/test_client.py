"""The feed against an exchange on real sockets: what it asks for and what it hands on."""

import datetime as dt
import itertools
import json
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from flowalert.feed.client import run_feed
from flowalert.feed.frame import Flaw
from flowalert.feed.outlet import Received, ReceiverGoneError
from flowalert.feed.token import TokenRefusedError
from flowalert.market.calendar import session_end
from flowalert.market.entry import SessionClosed, SlotClosed, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.feed.exchange import Client, Exchange, Issuer, data_frame, open_exchange, open_issuer
from tests.feed.running import (
    CLOSED_DAY,
    IN_SESSION,
    KOSDAQ,
    KOSPI,
    Wall,
    make_settings,
    open_feed,
    until,
)

NXT = (Venue.NXT, "001")


async def test_places_are_registered_and_frames_become_updates() -> None:
    """Each place is asked for in order, then JIF, and the vendor's example arrives as an update."""
    async with open_feed([KOSPI, KOSDAQ, NXT]) as running:
        await until(lambda: running.feed.is_registered)
        client = running.exchange.clients[0]
        assert client.asked == [("3", "BM_", "001"), ("3", "BM_", "301"), ("3", "NBM", "N001"), ("3", "JIF", "0")]
        assert client.token == "token-1"
        await client.send(data_frame(), data_frame("NBM", "N001"))
        await until(lambda: len(running.of(Update)) == 2)
        first, second = running.of(Update)
        assert first.series is series(Venue.KRX, "001", "9999")
        assert (first.msvol, first.p_msval, first.tjjtime) == (-5139, 21, "09510000")
        assert second.series is series(Venue.NXT, "001", "9999")
        assert running.received[0].at == CLOSED_DAY
        assert running.feed.last_frame_at == CLOSED_DAY


async def test_requests_are_paced() -> None:
    """Requests leave at least the pace apart."""
    async with open_feed([KOSPI, KOSDAQ], pace=0.1) as running:
        await until(lambda: running.feed.is_registered)
        times = running.exchange.clients[0].times
        assert all(later - earlier >= 0.09 for earlier, later in itertools.pairwise(times))


async def test_what_comes_is_counted() -> None:
    """Repeats, stale frames and quarantined ones are dropped, each with its count; binary frames are frames."""
    async with open_feed() as running:
        await until(lambda: running.feed.is_registered)
        client = running.exchange.clients[0]
        await client.send(
            data_frame(),
            data_frame().encode(),
            data_frame(tjjtime="09503000"),
            data_frame(tjjcode="I000"),
            b"\xff\x00garbage",
            data_frame(tr_key="999"),
            data_frame(tjjtime="09513000").encode(),
        )
        await until(lambda: running.feed.count.updates == 2)
        count = running.feed.count
        assert (count.repeats, count.stale) == (1, 1)
        assert count.quarantined == {Flaw.INVESTOR: 1, Flaw.NOT_JSON: 1, Flaw.UNASKED: 1}
        assert count.frames == 7 + 2
        assert len(running.of(Update)) == 2


async def test_quarantine_is_told_at_most_once_a_minute() -> None:
    """A garbled feed does not fill the log."""
    with capture_logs() as logs:
        async with open_feed() as running:
            await until(lambda: running.feed.is_registered)
            await running.exchange.clients[0].send(*["garbage"] * 50)
            await until(lambda: running.feed.count.quarantined[Flaw.NOT_JSON] == 50)
    told = [log for log in logs if log["event"] == "frame quarantined"]
    assert [log["flaw"] for log in told] == ["not JSON"]


async def test_answers_without_a_name_are_matched_in_order() -> None:
    """With a null `tr_cd` the refusal of the second request is the second place's."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        refused = {"rsp_cd": "99999", "rsp_msg": "없는 업종"} if request["body"]["tr_key"] == "301" else {}
        # Data may come before the answer.
        await client.send(data_frame(tjjtime=f"1000{len(client.requests):02}00"))
        await client.answer(request, tr_cd=None, tr_type=None, **refused)

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    with capture_logs() as logs:
        async with open_feed([KOSPI, KOSDAQ, (Venue.KRX, "900")], setup=setup) as running:
            await until(lambda: running.feed.is_registered)
            assert list(running.feed.refusals) == ["krx/301"]
            refusal = running.feed.refusals["krx/301"]
            assert (refusal.rsp_cd, refusal.rsp_msg) == ("99999", "없는 업종")
            assert running.feed.count.refused == 1
            await until(lambda: len(running.of(Update)) == 4)
    (told,) = [log for log in logs if log["event"] == "place refused"]
    assert (told["place"], told["rsp_cd"]) == ("krx/301", "99999")


async def test_a_key_on_the_wrong_port_is_told_so() -> None:
    """`10001` has a meaning that its words do not tell."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        await client.answer(request, rsp_cd="10001", rsp_msg="모의투자 불가")

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    async with open_feed(setup=setup) as running:
        await until(lambda: running.feed.refusals)
        assert "feed.domain must fit the key" in running.feed.refusals["krx/001"].remedy


async def test_requests_that_are_never_answered_do_not_stop_the_feed() -> None:
    """An exchange that acknowledges nothing is said to, and its data is taken."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        if request["body"]["tr_key"] == "001":
            await client.send(data_frame())

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    async with open_feed(setup=setup, answer_after=0.1) as running:
        await until(lambda: running.feed.is_registered and running.of(Update))
        assert running.feed.count.unanswered == 2


async def test_places_change_while_running() -> None:
    """What is new is registered, what is gone is released, what stays is left alone."""
    async with open_feed([KOSPI, KOSDAQ]) as running:
        await until(lambda: running.feed.is_registered)
        client = running.exchange.clients[0]
        running.feed.set_places([KOSDAQ, NXT])
        await until(lambda: len(client.asked) == 5)
        assert sorted(client.asked[3:]) == [("3", "NBM", "N001"), ("4", "BM_", "001")]
        await client.send(data_frame(), data_frame("NBM", "N001"))
        await until(lambda: running.feed.count.frames == 7)
        assert [update.series.place for update in running.of(Update)] == ["nxt/001"]
        assert running.feed.count.quarantined == {Flaw.UNASKED: 1}


async def test_more_places_than_a_connection_takes_open_more_connections() -> None:
    """None carries more than the limit, the market's status included, and all places are asked for once."""
    places = [(Venue.KRX, f"{code:03}") for code in range(1, 251)]
    async with open_feed(places) as running:
        await until(lambda: len(running.exchange.clients) == 3 and running.feed.is_registered)
        asked = [each.asked for each in running.exchange.clients]
        assert sorted(map(len, asked)) == [51, 100, 100]
        together = [subject for each in asked for subject in each]
        assert len(set(together)) == len(together) == 251
        running.feed.set_places(places[:10])
        await until(lambda: running.exchange.closed == 2)
        await until(lambda: running.feed.is_registered)


async def test_places_are_released_at_the_end() -> None:
    """A feed that is stopped releases what it registered and closes its connection and its channel."""
    async with open_feed([KOSPI, KOSDAQ]) as running:
        await until(lambda: running.feed.is_registered)
        await running.stop()
        client = running.exchange.clients[0]
        await until(lambda: running.exchange.closed)
        assert sorted(client.asked[3:]) == [("4", "BM_", "001"), ("4", "BM_", "301"), ("4", "JIF", "0")]


async def test_an_end_takes_no_longer_than_it_may() -> None:
    """A server that reads nothing cannot hold up the end."""

    async def stuck(client: Client) -> None:
        await client.socket.get_message()
        await trio.sleep_forever()

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.greet = stuck

    places = [(Venue.KRX, f"{code:03}") for code in range(1, 90)]
    async with open_feed(places, setup=setup, release_after=0.2) as running:
        await until(lambda: running.exchange.clients)
        started = trio.current_time()
        await running.stop()
        assert trio.current_time() - started < 2


async def test_pingpong_is_echoed() -> None:
    """The server's own keepalive text comes back as it went."""
    ping = '{"header":{"tr_cd":"PINGPONG","tr_key":""}}'
    async with open_feed() as running:
        await until(lambda: running.feed.is_registered)
        client = running.exchange.clients[0]
        echoes: list[dict[str, Any]] = []

        async def note(_: Client, request: dict[str, Any]) -> None:
            echoes.append(request)

        running.exchange.answer = note
        await client.send(ping)
        await until(lambda: echoes)
        assert echoes == [json.loads(ping)]


async def test_market_status_is_kept() -> None:
    """What JIF says is there to be asked."""
    async with open_feed() as running:
        await until(lambda: running.feed.is_registered)
        await running.exchange.clients[0].send(
            '{"header":{"tr_cd":"JIF","tr_key":"0"},"body":{"jangubun":"1","jstatus":"21"}}'
        )
        await until(lambda: running.feed.market_status == {"1": "21"})


async def test_a_slot_is_closed_by_the_clock() -> None:
    """About a second after the slot's last update its closing comes, without another frame."""
    async with open_feed() as running:
        await until(lambda: running.feed.is_registered)
        await running.exchange.clients[0].send(data_frame())
        await until(lambda: running.of(Update))
        came_at = trio.current_time()
        await until(lambda: running.of(SlotClosed))
        assert 0.9 < trio.current_time() - came_at < 2
        assert running.of(SlotClosed) == [SlotClosed(Venue.KRX, running.of(Update)[0].at)]


async def test_a_session_is_closed_by_the_calendar() -> None:
    """Once the calendar has ended the day, and for that day alone."""
    async with open_feed(moment=IN_SESSION) as running:
        await until(lambda: running.feed.is_registered)
        await running.exchange.clients[0].send(data_frame())
        (update,) = await until(lambda: running.of(Update))
        running.wall.moment = IN_SESSION.replace(hour=18, minute=10)
        closed = await until(lambda: running.of(SessionClosed))
        assert closed == [SessionClosed(Venue.KRX, session_end(Venue.KRX, date_of(update.at)))]
        running.wall.moment += dt.timedelta(days=1)
        await running.exchange.clients[0].send(data_frame(tjjtime="09003000"))
        await until(lambda: running.feed.count.updates == 2)
        assert len(running.of(SessionClosed)) == 1
        assert running.of(Update)[1].at // DAY == update.at // DAY + 1


async def test_a_journal_is_gone_on_from() -> None:
    """After a restart the last frames are repeats."""
    async with open_feed() as first:
        await until(lambda: first.feed.is_registered)
        await first.exchange.clients[0].send(data_frame())
        await until(lambda: first.entries)
    async with open_feed(journal=first.entries) as running:
        await until(lambda: running.feed.is_registered)
        await running.exchange.clients[0].send(data_frame(), data_frame(tjjtime="09513000"))
        await until(lambda: running.feed.count.updates)
        assert running.feed.count.repeats == 1


async def test_a_full_channel_loses_nothing() -> None:
    """While entries are not taken the exchange waits, and none is lost or out of order."""
    times = [f"10{n // 60:02}{n % 60:02}00" for n in range(300)]
    send, receive = trio.open_memory_channel[Received](0)
    wall = Wall(IN_SESSION)
    async with open_exchange() as exchange, open_issuer() as issuer, trio.open_nursery() as nursery:
        settings = make_settings(exchange.url, issuer.url, ping_every=0.05, link_silent_after=0.3, silence_after=0.4)

        async def run() -> None:
            await run_feed(settings, [KOSPI, NXT], send, now=wall)

        nursery.start_soon(run)
        await until(lambda: exchange.clients and len(exchange.clients[0].asked) == 3)
        nursery.start_soon(exchange.clients[0].send, *[data_frame(tjjtime=time) for time in times])
        # Long enough for deadlines that count from the last pong, or the last update, to give up on a
        # healthy link.
        await trio.sleep(1.5)
        got: list[str] = []
        with trio.fail_after(5):
            while len(got) < len(times):
                entry = (await receive.receive()).entry
                if isinstance(entry, Update):
                    got.append(entry.tjjtime)
        assert got == times
        # The other venue's silence begins anew as well.
        await trio.sleep(0.2)
        assert len(exchange.clients) == 1
        nursery.cancel_scope.cancel()
    receive.close()


async def test_nobody_taking_entries_ends_the_feed() -> None:
    """When the engine is gone there is no use in receiving, and that is no lost connection."""
    send, receive = trio.open_memory_channel[Received](0)
    async with open_exchange() as exchange, open_issuer() as issuer:
        receive.close()

        async def answer(client: Client, request: dict[str, Any]) -> None:
            await client.answer(request)
            await client.send(data_frame())

        exchange.answer = answer
        settings = make_settings(exchange.url, issuer.url)
        with pytest.raises(ReceiverGoneError), trio.fail_after(5):
            await run_feed(settings, [KOSPI], send, now=Wall(CLOSED_DAY))


async def test_a_wrong_secret_ends_the_feed() -> None:
    """The one error that only a person can mend comes out as itself."""
    send, receive = trio.open_memory_channel[Received](0)
    async with open_exchange() as exchange, open_issuer() as issuer:
        issuer.replies.append((403, {"error_code": "IGW00105", "error_description": "틀림"}, {}))
        settings = make_settings(exchange.url, issuer.url)
        with pytest.raises(TokenRefusedError, match="IGW00105 틀림"), trio.fail_after(5):
            await run_feed(settings, [KOSPI], send, now=Wall(CLOSED_DAY))
        assert exchange.clients == []
    receive.close()


async def test_an_unlisted_sector_is_registered_with_a_warning() -> None:
    """The exchange changes its list; one that flowalert does not know may be new, or stay silent."""
    with capture_logs() as logs:
        async with open_feed([(Venue.KRX, "777")]) as running:
            await until(lambda: running.feed.is_registered)
            assert running.exchange.clients[0].asked[0] == ("3", "BM_", "777")
    assert any(log["log_level"] == "warning" and log.get("place") == "krx/777" for log in logs)
