"""Every fault of the feed, how it is brought about, and what is said of it in `docs/reliability.md`."""

import datetime as dt
import socket as sockets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flowalert.feed.connection import LARGEST_FRAME
from flowalert.feed.setting import FeedSettings
from tests.fault import proxy
from tests.fault.bench import Bench, port_of
from tests.fault.torrent import wrap
from tests.feed.running import IN_SESSION, until

_OPEN = f"{FeedSettings.open_after:g} s"
_LINK = f"{FeedSettings.link_silent_after:g} s"
_SILENT = f"{FeedSettings.silence_after:g} s"
_TELL = f"{FeedSettings.tell_silence_after:g} s"
_AGAIN = f"again after {FeedSettings.retry_first:g} s, doubling up to {FeedSettings.retry_cap:g} s"
_NOTHING = "nothing is interrupted"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `name`, `happens` and `lasts` are its row of the table.

    `strike` brings it about, and returns once the exchange works again. `is_lost` is whether the service loses the
    feed by it, `gaps` how many gaps the foreigners' series has afterwards, `sessions` how many there are in all.
    `changes` are settings of the feed.
    """

    name: str
    happens: str
    lasts: str
    strike: Callable[[Bench], Awaitable[None]]
    is_lost: bool = True
    gaps: int = 1
    sessions: int = 1
    is_secure: bool = False
    moment: dt.datetime = IN_SESSION
    changes: Mapping[str, Any] = field(default_factory=dict)


async def refuse(bench: Bench) -> None:
    bench.proxy.shut()
    bench.proxy.drop()
    await bench.log("connecting again", "Connection refused")
    bench.miss()
    await bench.proxy.open()


async def show_untrusted(bench: Bench) -> None:
    assert bench.strange is not None
    bench.proxy.upstream = port_of(bench.strange)
    bench.proxy.drop()
    await bench.log("connecting again", "the server's certificate is not trusted")
    bench.miss()
    bench.proxy.upstream = port_of(bench.exchange)


async def close_in_handshake(bench: Bench) -> None:
    bench.proxy.down = proxy.close_instead
    bench.proxy.drop()
    await bench.log("connecting again", "closed")
    bench.miss()
    bench.proxy.mend()


async def close_at_once(bench: Bench) -> None:
    bench.proxy.down = proxy.close_after_upgrade
    bench.proxy.drop()
    await bench.log("token suspected")
    bench.miss()
    bench.proxy.mend()


async def reset_in_a_frame(bench: Bench) -> None:
    bench.proxy.down = proxy.cut
    await bench.send(bench.miss()[0])
    await bench.lost()
    bench.proxy.mend()


async def hold_all(bench: Bench) -> None:
    bench.proxy.up = bench.proxy.down = proxy.hold
    await bench.send(*bench.miss())
    await bench.lost("not even a pong")
    bench.proxy.mend()


async def leave_without_a_word(bench: Bench) -> None:
    bench.proxy.tells_ends = False
    bench.proxy.up = bench.proxy.down = proxy.swallow
    await bench.exchange.clients[-1].socket._stream.aclose()
    bench.miss()
    await bench.lost("not even a pong")
    bench.proxy.mend()


async def trickle(bench: Bench) -> None:
    bench.proxy.down = proxy.trickle
    await bench.publish()
    await bench.publish()
    bench.proxy.mend()


async def keep_silent(bench: Bench) -> None:
    bench.miss()
    await bench.lost("no update of krx for")


async def keep_silent_and_deaf(bench: Bench) -> None:
    bench.proxy.down = proxy.swallow
    await bench.send(*bench.miss())
    await bench.lost("not even a pong")
    bench.proxy.mend()


async def close_with_1009(bench: Bench) -> None:
    await bench.proxy.inject(wrap((1009).to_bytes(2), 8))
    await bench.lost("closed by the server (1009")
    bench.miss()


async def send_garbage(bench: Bench) -> None:
    await bench.proxy.inject(b"\xff" * 64)
    await bench.lost()
    bench.miss()


async def send_broken_utf8(bench: Bench) -> None:
    await bench.proxy.inject(wrap(b'{"header":"\xbf\xec"}'))
    await bench.lost()
    bench.miss()


async def send_binary(bench: Bench) -> None:
    await bench.send(*(frame.encode() for frame in bench.next_frames()))
    await bench.arrived()
    await bench.send(b"\x00\xff\x00", "\x00")
    await until(lambda: bench.service.feed.count.quarantined.total() == 2)


async def send_in_fragments(bench: Bench) -> None:
    for frame in bench.next_frames():
        whole = frame.encode()
        # A frame that is not the last of its message lacks the first bit.
        start, rest = wrap(whole[:100], 1), wrap(whole[100:], 0)
        await bench.proxy.inject(bytes((start[0] & 0x7F,)) + start[1:] + rest)
    await bench.arrived()


async def send_ten_megabytes(bench: Bench) -> None:
    await bench.proxy.inject(wrap(b"x" * 10_000_000))
    await bench.lost("1009")
    bench.miss()


async def garble(bench: Bench) -> None:
    first, second = bench.miss()
    await bench.send(first[:-20], second.replace("0008", "I000"))
    await until(lambda: bench.service.feed.count.quarantined.total() == 2)


async def repeat(bench: Bench) -> None:
    frames = bench.frames(bench.number)
    await bench.send(*frames * 100)
    await until(lambda: bench.service.feed.count.repeats == 200)


async def reorder(bench: Bench) -> None:
    late = bench.miss()
    await bench.send(*bench.next_frames(), *late)
    await until(lambda: bench.service.feed.count.stale == 2)


async def begin_another_day(bench: Bench) -> None:
    bench.clock.moment += dt.timedelta(hours=15)
    # Rows go on unchanged after midnight.
    await bench.send(*bench.frames(bench.number))
    await until(lambda: bench.service.feed.count.repeats == 2)
    bench.clock.moment += dt.timedelta(hours=9)
    bench.number = 0
    await bench.publish()
    await bench.publish()
    await bench.publish()


async def step_forward(bench: Bench) -> None:
    await _step(bench, dt.timedelta(hours=1))


async def step_back(bench: Bench) -> None:
    await _step(bench, -dt.timedelta(hours=1))


async def _step(bench: Bench, far: dt.timedelta) -> None:
    for step in (far, -far):
        # The service looks at the clock before the step and after it.
        await bench.jump(5)
        await bench.publish()
        bench.clock.moment += step
        await bench.jump(5)
        await bench.publish()


async def refuse_token(bench: Bench) -> None:
    good = bench.exchange.answer

    async def answer(client: Any, request: Any) -> None:
        if request["header"]["token"] == "token-1":
            await client.answer(request, rsp_cd="IGW00121", rsp_msg="유효하지 않은 token 입니다.")
        else:
            await good(client, request)

    bench.exchange.answer = answer
    bench.proxy.drop()
    bench.miss()
    await bench.log("token suspected", "the server refused the token (IGW00121)")


async def refuse_key(bench: Bench) -> None:
    words = {"error_code": "IGW00103", "error_description": "유효하지 않은 AppKey입니다."}
    bench.issuer.replies += [(403, words, {})] * 3
    await refuse_token(bench)
    await bench.log("no token yet", "IGW00103")


async def give_no_token(bench: Bench) -> None:
    began = bench.clock()
    bench.issuer.replies += [(503, b"<html>", {})] * 1000
    await refuse_token(bench)
    asked = 1
    await until(partial(bench.has_logged, "no token yet", asked))
    while bench.clock() < began + dt.timedelta(hours=1):
        await bench.jump(bench.logged("no token yet")[-1]["again_in"] + 0.1)
        asked += 1
        await until(partial(bench.has_logged, "no token yet", asked))
    assert 60 < asked < 150
    # Whoever relies on it has been told why nothing comes.
    await bench.log("feed silent", "the token endpoint gives no token: HTTP 503")
    bench.issuer.replies.clear()
    await bench.jump(bench.logged("no token yet")[-1]["again_in"] + 0.1)


async def lose_the_name(bench: Bench) -> None:
    bench.resolver.error = sockets.gaierror(sockets.EAI_AGAIN, "Temporary failure in name resolution")
    bench.proxy.drop()
    await bench.log("connecting again", "Temporary failure in name resolution")
    bench.miss()
    bench.resolver.error = None


FAULTS = (
    Fault(
        name="the connection is refused",
        happens="lost and back; the log says `Connection refused`",
        lasts=_AGAIN,
        strike=refuse,
    ),
    Fault(
        name="a certificate that is not trusted",
        happens="lost and back; nothing is sent to that server, and the log says why it is not trusted",
        lasts=_AGAIN,
        strike=show_untrusted,
        is_secure=True,
    ),
    Fault(
        name="closed in the handshake",
        happens="lost and back",
        lasts=f"{_AGAIN}; a handshake that never ends is given up after {_OPEN}",
        strike=close_in_handshake,
    ),
    Fault(
        name="closed right after the handshake",
        happens="what an expired token looks like: lost, another token asked for, back",
        lasts="at once, with the new token; then " + _AGAIN,
        strike=close_at_once,
    ),
    Fault(
        name="reset in the middle of a frame",
        happens="lost and back; half a frame is no frame",
        lasts=_AGAIN,
        strike=reset_in_a_frame,
    ),
    Fault(
        name="a black hole: nothing is read, nothing comes, TCP stands",
        happens="given up, lost and back",
        lasts=f"{_LINK} without even a pong, then {_AGAIN}",
        strike=hold_all,
        changes={"link_silent_after": 1.0},
    ),
    Fault(
        name="half open: the peer is gone, and said nothing",
        happens="given up, lost and back",
        lasts=f"{_LINK} without even a pong, then {_AGAIN}",
        strike=leave_without_a_word,
        changes={"link_silent_after": 1.0},
    ),
    Fault(
        name="a slow trickle: a byte at a time",
        happens="each update is judged as soon as it is whole",
        lasts=f"{_NOTHING} while a frame or a pong comes within {_LINK}",
        strike=trickle,
        is_lost=False,
        gaps=0,
    ),
    Fault(
        name="silence, but pongs come",
        happens="in an open session lost, registered anew, back; out of hours it is no fault",
        lasts=f"{_SILENT} without an update of a venue; people are told after {_TELL}",
        strike=keep_silent,
        changes={"silence_after": 2.0},
    ),
    Fault(
        name="silence, and no pong",
        happens="given up, lost and back",
        lasts=f"{_LINK}, then {_AGAIN}",
        strike=keep_silent_and_deaf,
        changes={"link_silent_after": 1.0},
    ),
    Fault(
        name="the server closes with 1009, or any other code",
        happens="lost and back; the log has the code",
        lasts=_AGAIN,
        strike=close_with_1009,
    ),
    Fault(
        name="bytes that are no websocket frames",
        happens="lost and back",
        lasts=_AGAIN,
        strike=send_garbage,
    ),
    Fault(
        name="a text frame that is no UTF-8",
        happens="lost and back, as the protocol has it",
        lasts=_AGAIN,
        strike=send_broken_utf8,
    ),
    Fault(
        name="a binary frame",
        happens="an update if it holds one, else quarantined",
        lasts=_NOTHING,
        strike=send_binary,
        is_lost=False,
        gaps=0,
    ),
    Fault(
        name="a message in fragments",
        happens="an update like any",
        lasts=_NOTHING,
        strike=send_in_fragments,
        is_lost=False,
        gaps=0,
    ),
    Fault(
        name="a message of 10 MB",
        happens=f"refused with 1009 after {LARGEST_FRAME // 1024} KiB, lost and back; the rest is not kept",
        lasts=_AGAIN,
        strike=send_ten_megabytes,
    ),
    Fault(
        name="a garbled frame",
        happens="quarantined and counted, told once a minute; the series' next update shows the gap",
        lasts=_NOTHING,
        strike=garble,
        is_lost=False,
    ),
    Fault(
        name="repeats",
        happens="dropped and counted; no alert comes twice",
        lasts=_NOTHING,
        strike=repeat,
        is_lost=False,
        gaps=0,
    ),
    Fault(
        name="updates out of order",
        happens="the older one is dropped and counted; the newer one shows the gap",
        lasts=_NOTHING,
        strike=reorder,
        is_lost=False,
    ),
    Fault(
        name="another day begins",
        happens="the session is closed, its alerts resolve with that reason; rows of yesterday are repeats",
        lasts=_NOTHING,
        strike=begin_another_day,
        is_lost=False,
        gaps=0,
        sessions=2,
        changes={"silence_after": 1e6, "tell_silence_after": 1e6},
    ),
    Fault(
        name="the wall clock steps an hour ahead",
        happens="updates have the exchange's time, so nothing changes for alerts; a session that goes on stays open",
        lasts=_NOTHING,
        strike=step_forward,
        is_lost=False,
        gaps=0,
        moment=IN_SESSION.replace(hour=17, minute=30),
    ),
    Fault(
        name="the wall clock steps an hour back",
        happens="the same; a token believed to be good for longer is renewed when the exchange refuses it",
        lasts=_NOTHING,
        strike=step_back,
        is_lost=False,
        gaps=0,
    ),
    Fault(
        name="the exchange refuses the token",
        happens="lost, another token asked for, back",
        lasts="at once, with the new token; then " + _AGAIN,
        strike=refuse_token,
    ),
    Fault(
        name="the token endpoint refuses the key while the service runs",
        happens="lost; asked again and again, since it did work today; at the start it ends the service with code 3",
        lasts=_AGAIN,
        strike=refuse_key,
    ),
    Fault(
        name="the token endpoint is down for an hour",
        happens=f"a connection that stands is kept; without one lost, people are told after {_TELL}, back",
        lasts=_AGAIN,
        strike=give_no_token,
        changes={
            "retry_first": FeedSettings.retry_first,
            "retry_cap": FeedSettings.retry_cap,
            "tell_silence_after": FeedSettings.tell_silence_after,
            "silence_after": FeedSettings.silence_after,
        },
    ),
    Fault(
        name="the name does not resolve",
        happens="lost and back; the log says what the resolver says",
        lasts=_AGAIN,
        strike=lose_the_name,
    ),
)

# Tested apart, over a process of its own.
FLOOD = (
    "50,000 frames a second for 20 s",
    "nothing is lost and nothing grows: TCP holds the exchange back until the service has caught up",
    "updates are late by as much as the market is faster than the machine, which takes 20,000 to 27,000 a second",
)
