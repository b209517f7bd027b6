"""The feed against an exchange that fails: noticing, saying so, and coming back."""

import datetime as dt
import json
import socket as sockets
import ssl
import struct
from collections.abc import MutableMapping, Sequence
from functools import partial
from typing import Any

import pytest
import trio
import trustme
from structlog.testing import capture_logs

from flowalert.feed import lane
from flowalert.feed.frame import Flaw
from flowalert.market.entry import FeedBack, FeedLost, Update
from flowalert.market.instant import midnight
from tests.feed.exchange import Client, Exchange, Issuer, data_frame, open_raw
from tests.feed.running import CLOSED_DAY, IN_SESSION, KOSDAQ, KOSPI, Running, open_feed, until


async def served(running: Running) -> Client:
    """Wait until the feed is registered and had an update."""
    await until(lambda: running.feed.is_registered)
    client = running.exchange.clients[-1]
    await client.send(data_frame())
    await until(lambda: running.of(Update))
    return client


async def back(running: Running) -> None:
    """Wait until the feed was lost and is back, and check what it said of both."""
    await until(lambda: running.of(FeedBack))
    (lost,) = running.of(FeedLost)
    (again,) = running.of(FeedBack)
    (update,) = running.of(Update)
    assert lost.places == again.places == ("krx/001",)
    assert lost.at == again.at == update.at
    kinds = [type(each) for each in running.entries if isinstance(each, FeedLost | FeedBack | Update)]
    assert kinds == [Update, FeedLost, FeedBack]
    assert running.feed.count.losts == 1
    assert running.feed.count.connects == 2
    assert running.exchange.clients[1].asked[:2] == [("3", "BM_", "001"), ("3", "JIF", "0")]


def has_event(logs: Sequence[MutableMapping[str, Any]], event: str) -> bool:
    return any(log["event"] == event for log in logs)


def has_count(running: Running, name: str, number: int) -> bool:
    return bool(getattr(running.feed.count, name) == number)


async def test_a_first_connection_is_no_loss() -> None:
    """What was never there is not lost, however many attempts it takes."""
    async with open_feed(url="ws://127.0.0.1:1/") as running:
        with capture_logs() as logs:
            await until(lambda: len(logs) > 3)
        assert running.entries == []
        reasons = [log["reason"] for log in logs if log["event"] == "connecting again"]
        assert set(reasons) == {"cannot connect to 127.0.0.1:1: Connection refused"}


async def test_a_close_frame() -> None:
    """A polite close is a loss with the server's code, and the places are registered again."""
    with capture_logs() as logs:
        async with open_feed() as running:
            client = await served(running)
            with trio.move_on_after(0.5):
                await client.socket.aclose(1001)
            await back(running)
            assert "1001" in running.of(FeedLost)[0].reason
            assert running.issuer.issued == 1
    events = [log["event"] for log in logs]
    for event in ("connected", "registered", "feed lost", "feed back"):
        assert event in events


async def test_a_close_frame_with_tcp_kept_open() -> None:
    """A peer that says goodbye and stays on the line is not waited for."""
    async with open_feed() as running:
        client = await served(running)
        # The frame alone, below the library that would close the stream as well: FIN, close, code 1000.
        await client.socket._stream.send_all(b"\x88\x02\x03\xe8")
        await back(running)


async def test_a_reset() -> None:
    """A connection cut off by RST is a loss."""
    async with open_feed() as running:
        client = await served(running)
        stream = client.socket._stream
        assert isinstance(stream, trio.SocketStream)
        stream.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        stream.socket.close()
        await back(running)


async def test_garbage_instead_of_frames() -> None:
    """Bytes that are no websocket frames are a loss, not a crash."""
    async with open_feed() as running:
        client = await served(running)
        await client.socket._stream.send_all(b"\xff" * 64)
        await back(running)


async def test_broken_utf8_in_a_text_frame() -> None:
    """A text frame that is no UTF-8 costs the connection, or the frame, and nothing else."""
    async with open_feed() as running:
        client = await served(running)
        await client.socket._stream.send_all(b"\x81\x02\xff\xfe")
        await back(running)


async def test_a_frame_beyond_all_measure() -> None:
    """A message over the limit is refused with 1009, and the feed comes back."""
    async with open_feed() as running:
        client = await served(running)
        await client.send("x" * 100_000)
        await back(running)
        assert "1009" in running.of(FeedLost)[0].reason


async def test_a_black_hole() -> None:
    """A peer that answers nothing, pings neither, is given up on by our own deadline."""
    held: list[trio.abc.Stream] = []

    async with open_feed(ping_every=0.1, link_silent_after=0.4, release_after=4) as running:
        client = await served(running)
        # Nothing is read from the socket any more, and nothing written.
        held.append(client.socket._stream)
        async with client.socket._stream_lock:
            await until(lambda: len(running.exchange.clients) == 2, seconds=3)
        await back(running)
        assert "not even a pong" in running.of(FeedLost)[0].reason


async def test_pongs_keep_a_quiet_link() -> None:
    """Out of hours nothing but pongs comes, and that is enough."""
    async with open_feed(ping_every=0.05, link_silent_after=0.3, silence_after=0.3) as running:
        await until(lambda: running.feed.is_registered)
        await trio.sleep(1.0)
        assert running.feed.count.connects == 1
        assert running.feed.count.losts == 0


@pytest.mark.parametrize("why", ["calendar", "status", "update"])
async def test_silence_in_an_open_session(why: str) -> None:
    """Pongs are not enough while the calendar, the exchange or its last update says that it is open."""
    moment = IN_SESSION if why == "calendar" else CLOSED_DAY
    async with open_feed(moment=moment, silence_after=0.3, link_silent_after=5) as running:
        await until(lambda: running.feed.is_registered)
        client = running.exchange.clients[0]
        if why == "status":
            await client.send('{"header":{"tr_cd":"JIF","tr_key":"0"},"body":{"jangubun":"2","jstatus":"21"}}')
        elif why == "update":
            await client.send(data_frame())
        lost = await until(lambda: running.of(FeedLost))
        assert lost[0].reason == "no update of krx for 0.3 s in an open session"
        await until(lambda: running.of(FeedBack))
        assert running.issuer.issued == 1
        # It said goodbye properly.
        assert ("4", "BM_", "001") in client.asked
        # What was only known from the lost connection is not known any more.
        await trio.sleep(0.8)
        assert (running.feed.count.losts == 1) is (why != "calendar")


async def test_silence_is_none_once_the_exchange_closed() -> None:
    """What the exchange says of its state counts for more than the calendar."""
    async with open_feed(moment=IN_SESSION, silence_after=0.4) as running:
        await until(lambda: running.feed.is_registered)
        for market in "125":
            await running.exchange.clients[0].send(
                json.dumps({"header": {"tr_cd": "JIF"}, "body": {"jangubun": market, "jstatus": "41"}})
            )
        await trio.sleep(1.0)
        assert running.feed.count.losts == 0


async def test_a_venue_that_was_refused_is_not_missed() -> None:
    """Where no place of a venue is registered, no update of it is due."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        await client.answer(request, **({"rsp_cd": "9"} if request["body"]["tr_cd"] == "BM_" else {}))

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    async with open_feed(setup=setup, moment=IN_SESSION, silence_after=0.2) as running:
        await until(lambda: running.feed.refusals)
        await trio.sleep(0.6)
        assert running.feed.count.connects == 1


async def test_losing_the_markets_status_alone_is_no_loss_of_places() -> None:
    """Without places there is nothing to miss, and naming none would mean all."""
    async with open_feed([]) as running:
        await until(lambda: running.feed.is_registered)
        with trio.move_on_after(0.5):
            await running.exchange.clients[0].socket.aclose()
        await until(lambda: running.feed.count.connects == 2 and running.feed.is_registered)
        assert running.entries == []


async def test_an_issuer_in_trouble_costs_no_connection() -> None:
    """The new token is had before the old connection is given up."""
    async with open_feed() as running:
        client = await served(running)
        running.issuer.replies += [(500, b"", {})] * 1000
        running.wall.moment += dt.timedelta(days=1, minutes=-4)
        await until(lambda: len(running.issuer.forms) > 5)
        await client.send(data_frame(tjjtime="09513000"))
        await until(lambda: len(running.of(Update)) == 2)
        assert running.feed.count.losts == 0
        running.issuer.replies.clear()
        await until(lambda: running.of(FeedBack))


async def test_silence_that_repeats_backs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reconnection that brings no update waits longer before the next, however long it lived."""
    monkeypatch.setattr(lane, "_SETTLED_AFTER", 0.04)
    with capture_logs() as logs:
        async with open_feed(moment=IN_SESSION, silence_after=0.05, retry_first=0.05, retry_cap=10) as running:
            await until(lambda: running.feed.count.losts == 4)
    waits = [log["again_in"] for log in logs if log["event"] == "connecting again"]
    assert len(waits) >= 3
    assert waits[2] >= 0.1 > waits[0]


async def test_a_connection_that_brought_updates_starts_the_backoff_anew() -> None:
    """Losses far between are no failures in a row."""
    with capture_logs() as logs:
        async with open_feed(retry_first=0.05, retry_cap=10) as running:
            for number in range(5):
                await until(lambda: running.feed.is_registered)
                await running.exchange.clients[-1].send(data_frame(tjjtime=f"100{number}0000"))
                await until(partial(has_count, running, "updates", number + 1))
                with trio.move_on_after(0.5):
                    await running.exchange.clients[-1].socket.aclose()
                await until(partial(has_count, running, "losts", number + 1))
            await until(lambda: running.feed.count.connects == 6)
    waits = [log["again_in"] for log in logs if log["event"] == "connecting again"]
    assert len(waits) == 5
    assert max(waits) <= 0.1


async def test_a_token_that_is_refused_by_closing_is_renewed_once() -> None:
    """A close before any answer means a bad token: one renewal at once, then patience."""

    async def close(client: Client) -> None:
        await client.socket.aclose()

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.greet = close

    with capture_logs() as logs:
        async with open_feed(setup=setup) as running:
            await until(lambda: len(running.exchange.clients) == 5)
            assert running.issuer.issued == 2
            running.exchange.greet = None
            await until(lambda: running.feed.is_registered)
            assert running.exchange.clients[-1].token == "token-2"
            assert running.entries == []
    events = [log["event"] for log in logs]
    assert events.count("token suspected") == 1
    assert events.count("connecting again") >= 3


async def test_a_token_that_is_refused_in_words_is_renewed() -> None:
    """The gateway's codes for a bad token mean the token, not the place."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        bad = {"rsp_cd": "IGW00123", "rsp_msg": "기간이 만료된 token 입니다."}
        await client.answer(request, **(bad if client.token == "token-1" else {}))

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    async with open_feed(setup=setup) as running:
        await until(lambda: running.feed.is_registered)
        assert running.exchange.clients[-1].token == "token-2"
        assert running.feed.refusals == {}


async def test_a_token_is_renewed_before_its_end() -> None:
    """The feed changes over to a new token by itself, and says that it was away."""
    async with open_feed() as running:
        await served(running)
        running.wall.moment += dt.timedelta(days=1, minutes=-4)
        await back(running)
        assert running.exchange.clients[1].token == "token-2"
        assert running.of(FeedLost)[0].reason == "the token is due for renewal"


async def test_loss_before_any_update_has_the_walls_time() -> None:
    """Where no exchange time was ever seen, the wall's says when."""
    async with open_feed() as running:
        await until(lambda: running.feed.is_registered)
        with trio.move_on_after(0.5):
            await running.exchange.clients[0].socket.aclose()
        (lost,) = await until(lambda: running.of(FeedLost))
        assert lost.at == midnight(CLOSED_DAY.date()) + 9 * 3600 + 52 * 60


async def test_a_refused_place_does_not_come_back() -> None:
    """After a loss only what is registered again is back; the refusal is told once."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        await client.answer(request, **({"rsp_cd": "9"} if request["body"]["tr_key"] == "301" else {}))

    def setup(exchange: Exchange, _: Issuer) -> None:
        exchange.answer = answer

    with capture_logs() as logs:
        async with open_feed([KOSPI, KOSDAQ], setup=setup) as running:
            await until(lambda: running.feed.is_registered)
            with trio.move_on_after(0.5):
                await running.exchange.clients[0].socket.aclose()
            await until(lambda: running.of(FeedBack))
            assert running.of(FeedBack)[0].places == ("krx/001",)
    assert [log["event"] for log in logs].count("place refused") == 1


async def test_a_handshake_that_is_refused_or_never_ends() -> None:
    """A server that is no websocket server, and one that says nothing, are told apart in words."""

    async def refuse(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")

    async def babble(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"SSH-2.0-OpenSSH\r\n\r\n")

    async def brood(_: trio.SocketStream) -> None:
        await trio.sleep_forever()

    for handler, words in (
        (refuse, "HTTP 503"),
        (babble, "does not speak the websocket protocol"),
        (brood, "no websocket handshake in 0.2 s"),
    ):
        async with open_raw(handler) as url:
            with capture_logs() as logs:
                async with open_feed(url=url, open_after=0.2):
                    await until(partial(has_event, logs, "connecting again"))
            assert any(words in log.get("reason", "") for log in logs), logs


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_tls(is_trusted: bool) -> None:
    """A certificate of a trusted authority is taken; another is refused, and the words say why."""
    authority = trustme.CA()
    served_with = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(served_with)
    context = ssl.create_default_context()
    (authority if is_trusted else trustme.CA()).configure_trust(context)
    with capture_logs() as logs:
        async with open_feed(server={"ssl_context": served_with}, ssl_context=context) as running:
            if is_trusted:
                client = await served(running)
                assert client.asked[0] == ("3", "BM_", "001")
            else:
                await until(lambda: len(logs) > 2)
                assert running.exchange.clients == []
    assert is_trusted or any("certificate is not trusted" in log.get("reason", "") for log in logs)


async def test_no_token_is_ever_logged() -> None:
    """Through answers that quote the token, refusals, garbage, losses and renewals, no line shows a secret."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        token = request["header"]["token"]
        refused = {"rsp_cd": "77777", "rsp_msg": f"bad request {token}"}
        await client.answer(request, token=token, **(refused if len(client.requests) > 1 else {}))
        await client.send(f"garbage {token}", data_frame(tjjcode="I000"))

    def setup(exchange: Exchange, issuer: Issuer) -> None:
        exchange.answer = answer
        issuer.replies.append((200, {"access_token": "SECRET-planted", "expires_in": 60}, {}))

    with capture_logs() as logs:
        async with open_feed([KOSPI, KOSDAQ], setup=setup, appkey="AK-planted") as running:
            await until(lambda: running.feed.count.quarantined[Flaw.NOT_JSON] >= 3)
            refusals = repr(running.feed.refusals)
            with trio.move_on_after(0.5):
                await running.exchange.clients[0].socket.aclose()
            await until(lambda: running.feed.count.connects == 2)
    shown = json.dumps(logs, default=str, ensure_ascii=False) + repr(running.entries) + refusals
    assert "bad request ***" in shown
    assert "planted" not in shown
