"""A whole service between an exchange that can be made to fail and a target, and the questions after each fault."""

import datetime as dt
import re
import ssl
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trio
import trustme
from structlog.testing import capture_logs
from trio.testing import MockClock

from flowalert.delivery import Channel, parse_target
from flowalert.delivery.target import Target
from flowalert.engine.transition import Kind, Transition
from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, Update
from flowalert.rules.loader import load_rules
from flowalert.service import Plan, Service, run_service
from tests.delivery.http_recorder import Recorder
from tests.fault.proxy import Proxy, open_proxy
from tests.feed.exchange import Exchange, Issuer, data_frame, open_exchange, open_issuer
from tests.feed.making import FOREIGN
from tests.feed.running import IN_SESSION, make_settings, until
from tests.test_live import encode
from tests.test_service import fold, posts, read_all

# The first fires at every update that comes; the others have what a fault could break: a state that lasts, timers,
# two series in one slot, counts and windows.
RULES = """\
defaults: {sectors: [kospi], investors: [foreign]}
rules:
  - {name: each, when: delta(msval) >= 1, message: "number {{ msval / 1억 }}"}
  - {name: above, when: msval >= 2}
  - {name: lasting, when: "delta(msval, 1m) >= 1", for: 30s, keep_firing_for: 1m, repeat: 2m}
  - {name: together, investors: [], when: foreign.msval + individual.msval >= 6, for: 30s}
  - {name: counted, when: "count(delta(msval) > 0, 2 updates) >= 2 and streak(delta(msval) > 0) >= 2"}
"""
FOLLOWED = ("0017", "0008")
PATIENCE = 30.0


class Clock:
    """The wall clock, which goes with trio's; a test moves `moment`."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment
        self._began = trio.current_time()

    def __call__(self) -> dt.datetime:
        return self.moment + dt.timedelta(seconds=trio.current_time() - self._began)


class Resolver(trio.abc.HostnameResolver):
    """Knows one name, while it works at all; `error` is what it fails with."""

    def __init__(self) -> None:
        self.error: OSError | None = None

    async def getaddrinfo(self, host: Any, port: Any, *hints: int) -> Any:
        await trio.lowlevel.checkpoint()
        if self.error is not None:
            raise self.error
        assert host in ("exchange.test", b"exchange.test"), host
        return await trio.socket.getaddrinfo("127.0.0.1", port, *hints)

    async def getnameinfo(self, *_: object) -> Any:
        raise NotImplementedError


@dataclass
class Bench:
    """The service, what is around it, and what it was sent.

    What changes: `number`, that of the slot published last; `passed`, the numbers of those that came whole to the
    service; `started`, by the service.
    """

    folder: Path
    exchange: Exchange
    strange: Exchange | None
    issuer: Issuer
    hook: Recorder
    proxy: Proxy
    clock: Clock
    resolver: Resolver
    logs: Sequence[MutableMapping[str, Any]]
    began: int
    jumping: MockClock
    started: list[Service] = field(default_factory=list)
    stop: trio.Event = field(default_factory=trio.Event)
    ended: trio.Event = field(default_factory=trio.Event)
    number: int = 0
    passed: list[int] = field(default_factory=list)

    @property
    def service(self) -> Service:
        return self.started[-1]

    def logged(self, event: str, words: str = "") -> list[MutableMapping[str, Any]]:
        """Return the lines of an event that have these words anywhere."""
        return [line for line in self.logs if line["event"] == event and words in str(line)]

    def has_logged(self, event: str, times: int) -> bool:
        return len(self.logged(event)) >= times

    async def log(self, event: str, words: str = "") -> None:
        """Wait for a line."""
        await until(lambda: self.logged(event, words), PATIENCE)

    def frames(self, number: int) -> list[str]:
        """Return the frames of a slot: one of each series."""
        second = self.began + 30 * number
        figures = {
            "tjjtime": f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00",
            "p_msval": 1,
            "p_msvol": 1,
        }
        return [data_frame(tjjcode=each, msval=number, msvol=number, **figures) for each in FOLLOWED]

    async def publish(self) -> None:
        """Let a slot come to the service, and its message to the target."""
        await self.send(*self.next_frames())
        await self.arrived()

    def next_frames(self) -> list[str]:
        """Return the frames of the next slot, which are to come through."""
        self.number += 1
        self.passed.append(self.number)
        return self.frames(self.number)

    async def send(self, *frames: str | bytes) -> None:
        await self.exchange.clients[-1].send(*frames)

    def miss(self) -> list[str]:
        """Let a slot go by that does not come to the service; return what its frames would be."""
        self.number += 1
        return self.frames(self.number)

    async def arrived(self) -> None:
        """Wait until the target was told of all that came through."""
        await until(lambda: self.told == self.passed, PATIENCE)

    @property
    def told(self) -> list[int]:
        """The numbers that the target was told of, in order; a message may tell of several."""
        bodies = [request.json["message"] for request in list(self.hook.requests)]
        return [int(number) for body in bodies for number in re.findall(r"number (\d+)", body)]

    async def jump(self, seconds: float) -> None:
        """Let so much time go by at once, for all of the service; a send that is under way would run out of it."""
        with trio.fail_after(PATIENCE):
            while (await self.service.account()).waiting:  # noqa: ASYNC110 - the store has no event of it
                await trio.sleep(0.01)
        self.jumping.jump(seconds)

    async def registered(self) -> None:
        """Wait until the service is served, on the connection that the exchange had last."""
        await until(lambda: self.service.feed.is_registered, PATIENCE)

    async def lost(self, words: str = "") -> None:
        """Wait until the service says that it lost the feed, for a reason with these words."""
        await self.log("feed lost", words)

    async def back(self) -> None:
        """Wait until it has lost the feed and has it back."""
        await until(lambda: len(self.logged("feed lost")) == len(self.logged("feed back")) > 0, PATIENCE)
        await self.registered()

    async def end(self) -> tuple[list[Entry], list[Transition]]:
        """End the service in order; return the journal and the transitions of the store."""
        self.stop.set()
        with trio.fail_after(PATIENCE):
            await self.ended.wait()
        return await read_all(self.folder)


async def ask(bench: Bench, *, is_lost: bool, gaps: int, sessions: int) -> None:
    """Ask what is asked after every fault."""
    # The service is up: the one that was started, with the feed registered, and its next alert arrives.
    assert len(bench.started) == 1
    assert not bench.ended.is_set()
    await bench.registered()
    await bench.publish()
    assert ("3", "BM_", "001") in bench.exchange.clients[-1].asked
    journal, stored = await bench.end()
    # The gap is shown: in the log and in the journal, for the series that missed something and no other.
    assert bool(bench.logged("feed lost")) is is_lost
    assert bench.service.engine.gaps[FOREIGN] == gaps
    assert sum(line["gaps"] for line in bench.logged("updates missed")) == bench.service.engine.gaps.total()
    losts = [entry for entry in journal if isinstance(entry, FeedLost)]
    backs = [entry for entry in journal if isinstance(entry, FeedBack)]
    assert len(losts) == len(backs) == len(bench.logged("feed lost"))
    assert {entry.places for entry in losts + backs} <= {("krx/001",)}
    # None is lost that the frames allowed: each that came whole is in the journal, and its alert was told once.
    came = [entry.msval for entry in journal if isinstance(entry, Update) and entry.series == FOREIGN]
    assert came == bench.passed == bench.told
    # None is invented: another engine makes the same of the journal, to the byte.
    folded = fold(bench.folder, journal)
    assert [encode(each) for each in folded] == [encode(each) for each in stored]
    # What lasted before the fault lasts after it, to the end of its session.
    assert sum(isinstance(entry, SessionClosed) for entry in journal) == sessions - 1
    assert sum(each.rule == "above" and each.kind is Kind.FIRING for each in stored) == sessions
    assert {each.rule for each in stored} >= {"each", "above", "lasting", "together", "counted"}


@asynccontextmanager
async def open_bench(
    folder: Path, jumping: MockClock, *, moment: dt.datetime = IN_SESSION, is_secure: bool = False, **changes: Any
) -> AsyncIterator[Bench]:
    """Run a service until left; `changes` are settings of its feed."""
    async with AsyncExitStack() as stack:
        hook = stack.enter_context(posts())
        logs = stack.enter_context(capture_logs())
        contexts = _make_contexts() if is_secure else (None, None, None)
        exchange = await stack.enter_async_context(open_exchange(ssl_context=contexts[0]))
        strange = await stack.enter_async_context(open_exchange(ssl_context=contexts[1])) if is_secure else None
        issuer = await stack.enter_async_context(open_issuer())
        proxy = await stack.enter_async_context(open_proxy(port_of(exchange)))
        resolver = Resolver()
        trio.socket.set_custom_hostname_resolver(resolver)
        clock = Clock(moment)
        url = f"{'wss' if is_secure else 'ws'}://exchange.test:{proxy.port}/websocket"
        given = {"link_silent_after": 60, "silence_after": 60, "tell_silence_after": 600, "release_after": 0.1}
        settings = make_settings(url, issuer.url, ssl_context=contexts[2], **(given | changes))
        (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
        target = parse_target(f"json://127.0.0.1:{hook.port}/desk")
        assert isinstance(target, Target)
        plan = Plan(
            rulebook=load_rules([("rules.yaml", RULES)]).rulebook,
            channels={"desk": Channel("desk", (target,), groups=False)},
            feed=settings,
            store=folder / "flowalert.db",
            market_now=clock,
            now=clock,
        )
        began = moment.hour * 3600 + moment.minute * 60
        bench = Bench(folder, exchange, strange, issuer, hook, proxy, clock, resolver, logs, began, jumping)
        nursery = await stack.enter_async_context(trio.open_nursery())
        nursery.start_soon(_serve, plan, bench)
        await until(lambda: bench.started, PATIENCE)
        await bench.registered()
        yield bench
        bench.stop.set()


async def _serve(plan: Plan, bench: Bench) -> None:
    try:
        await run_service(plan, bench.stop, bench.started.append)
    finally:
        bench.ended.set()


def port_of(exchange: Exchange) -> int:
    port = urlsplit(exchange.url).port
    assert port is not None
    return port


def _make_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of an exchange, of one that nobody trusts, and of the client that trusts the first."""
    made = []
    for _ in range(2):
        authority = trustme.CA()
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("exchange.test").configure_cert(server)
        client = ssl.create_default_context()
        authority.configure_trust(client)
        made.append((server, client))
    return made[0][0], made[1][0], made[0][1]
