"""Sessions one after the other through the program, as fast as it takes them, with faults in each.

The frames are the simulator's, sent in order by a small exchange: a few slots ahead of what the target was told, and no
more. So what is timed is the service at work without a pause, and not how many frames the sockets between hold.

What time it is follows from that. A frame has a time and no date, and takes the date of the service's clock. The
exchange's clock is that of the newest slot, goes to the evening when the day has been sent, so that the calendar closes
the session, and to the next trading day's morning. People's clock goes at its own speed, since what waits for a target
waits for seconds, and is set ahead each evening and each morning: by it old alerts leave the store.
"""

import datetime as dt
import signal
import statistics
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import trio
from trio_websocket import ConnectionClosed

from flowalert.market.calendar import SLOT, is_trading_day, session_end
from flowalert.market.instant import KST, midnight, to_wall
from flowalert.market.sector import SEGMENTS
from flowalert.market.venue import Venue
from flowalert.simulator.fault import Mangler
from flowalert.simulator.market import A_DAY, Market
from flowalert.simulator.session import AFTER_HOURS, slots
from tests.delivery.http_recorder import open_recorder
from tests.fault.bench import port_of
from tests.fault.proxy import Proxy, open_proxy
from tests.feed.exchange import Client, Exchange, Issuer, open_exchange, open_issuer
from tests.feed.running import until
from tests.program import read_memory, start_program, stop
from tests.soak.fault import CHANCES, STRIKES, drop
from tests.soak.gauge import Gauge, make_gauge
from tests.soak.rules import BROKEN, write_settings
from tests.soak.sample import Census, Log, Session, count_rows, read_census, read_cpu, size_store
from tests.soak.target import Target

_ROOT = Path(__file__).parents[2]
_SECTORS = tuple(sector.code for sector in SEGMENTS)
_MORNING, _EVENING = 9 * 3600 - 60, 18 * 3600 + 15 * 60
PATIENCE = 120.0

# Slots that may be on their way.
_AHEAD = 4
# The service trusts a new token for ten minutes, whatever comes: it does not ask for another twice in that time.
_EXPIRES_EVERY = 620.0


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How many sessions, of how many slots each from the open on, with how many of the strikes in each.

    `kept` is how many the store is to keep, and `idle` after how many seconds trio ends a thread with nothing to do.
    """

    sessions: int
    slots: int = len(slots(Venue.KRX)) + AFTER_HOURS // SLOT
    strikes: int = len(STRIKES)
    kept: int = 3
    idle: float = 10.0


def run_soak(folder: Path, extent: Extent, tell: Callable[[Session], None]) -> list[Session]:
    """Run the program through the sessions, and return them; `tell` is told of each when it is over.

    The settings, the store and the log stay in the folder.
    """
    return trio.run(_run, folder, extent, tell)


async def _run(folder: Path, extent: Extent, tell: Callable[[Session], None]) -> list[Session]:
    sessions: list[Session] = []
    async with _open_soak(folder, extent) as soak:
        for number, date in zip(range(1, extent.sessions + 1), _list_dates(), strict=False):
            session = await soak.spend(number, date)
            sessions.append(session)
            tell(session)
    return sessions


def _list_dates() -> Iterator[dt.date]:
    date = A_DAY
    while True:
        if is_trading_day(date):
            yield date
        date += dt.timedelta(days=1)


@dataclass
class _Soak:
    """The program and all that is around it.

    What changes: `sent_at`, when each slot's probe was sent, by its second; `waiting`, those that the target was not
    told of; `expired`, the tokens that the exchange takes no more, and when that was last so; `edition`, of the rules;
    `census`, at the end of the first session; `client`, the connection that was sent to last.
    """

    folder: Path
    process: subprocess.Popen[str]
    gauge: Gauge
    exchange: Exchange
    issuer: Issuer
    proxy: Proxy
    target: Target
    log: Log
    extent: Extent
    write: Callable[..., None]
    sent_at: dict[int, float] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    expired_at: float = float("-inf")
    edition: int = 0
    census: Census | None = None
    client: Client | None = None

    @property
    def store(self) -> Path:
        return self.folder / "flowalert.db"

    async def spend(self, number: int, date: dt.date) -> Session:
        """Spend a session, wait until nothing is left to do, and return what it was."""
        self._wake(number, date)
        cpu, messages, begun = read_cpu(self.process.pid), sum(self.target.taken.values()), monotonic()
        frames = await self._publish(number, date)
        seconds, cpu = monotonic() - begun, read_cpu(self.process.pid) - cpu
        took = [(at - self.sent_at[second]) * 1e3 for second, at in self.target.arrived_at.items()]
        await self._close(number, date)
        census = await self._rest()
        memory = read_memory(self.process.pid, "VmRSS")
        percentiles = statistics.quantiles(took, n=100, method="inclusive")
        return Session(
            number=number,
            frames=frames,
            seconds=seconds,
            cpu_us=cpu / frames * 1e6,
            p50_ms=percentiles[49],
            p99_ms=percentiles[98],
            messages=sum(self.target.taken.values()) - messages,
            memory_mb=memory,
            blocks=await self._count_blocks(),
            census=census,
            store_mb=size_store(self.store),
            kept=count_rows(self.store, "SELECT count(DISTINCT day) FROM sessions"),
        )

    async def answer(self, client: Client, request: dict[str, Any]) -> None:
        """Answer as the exchange does: a token that it does not take any more ends the connection, without a word."""
        if client.token in self.expired:
            await client.socket.aclose()
        else:
            await client.answer(request)

    def _wake(self, number: int, date: dt.date) -> None:
        self.sent_at.clear()
        self.target.arrived_at.clear()
        self.waiting.clear()
        self._set_clocks(midnight(date) + _MORNING)
        if number > 1:
            # The issuer is in trouble this morning.
            self.issuer.replies += [(500, {}, {})]

    def _set_clocks(self, at: int) -> None:
        self.gauge.exchange_at = at
        self.gauge.ahead = int((to_wall(at) - dt.datetime.now(KST)).total_seconds())

    async def _publish(self, number: int, date: dt.date) -> int:
        """Send the day, and do to the service what is to befall it between two slots; return how many frames went."""
        market = Market(number, date)
        mangler = Mangler(CHANCES, Random(number))
        acts = self._plan(number)
        sent = 0
        for index in range(self.extent.slots):
            for act in acts.get(index, ()):
                await act()
            second = slots(Venue.KRX).start + index * SLOT
            self.gauge.exchange_at = midnight(date) + second
            sent += await self._send_slot(market, mangler, second)
        await self._drain()
        return sent

    def _plan(self, number: int) -> dict[int, list[Callable[[], Any]]]:
        """Return what befalls the service before which slot."""
        acts: dict[int, list[Callable[[], Any]]] = {}

        def at(part: float, act: Callable[[], Any]) -> None:
            acts.setdefault(int(part * self.extent.slots), []).append(act)

        for turn in range(self.extent.strikes):
            strike = STRIKES[(number + turn) % len(STRIKES)]
            at((turn + 1) / (self.extent.strikes + 2), partial(self._strike, strike))
        at(0.2, partial(self._set_down, is_down=True))
        at(0.4, partial(self._set_down, is_down=False))
        at(0.5, self._reload)
        if number == 1 or monotonic() - self.expired_at >= _EXPIRES_EVERY:
            at(0.9, self._expire)
        return acts

    async def _send_slot(self, market: Market, mangler: Mangler, second: int) -> int:
        pages = [market.frames(Venue.KRX, sector, second) for sector in _SECTORS]
        probe = next(frame for frame in pages[0] if '"tjjcode":"0017"' in frame)
        sent = [given for page in pages for frame in page if frame is not probe for given in mangler.pass_on(frame)]
        await until(lambda: len(self._find_waiting()) < _AHEAD, PATIENCE)
        client = await self._find_client()
        with suppress(ConnectionClosed):
            await client.send(*sent)
            self.sent_at[second] = monotonic()
            self.waiting.add(second)
            await client.send(probe)
        return len(sent) + 1

    def _find_waiting(self) -> set[int]:
        """Return the slots that are on their way; none is on a connection that is gone."""
        if self.client is None or self.client.socket.closed:
            self.waiting.clear()
        self.waiting -= self.target.arrived_at.keys()
        return self.waiting

    async def _drain(self) -> None:
        await until(lambda: not self._find_waiting(), PATIENCE)

    async def _find_client(self) -> Client:
        """Return the connection on which all is registered, waiting for one where there is none."""
        client = self.client = await until(self._look_for_client, PATIENCE)
        assert client is not None
        return client

    def _look_for_client(self) -> Client | None:
        assert self.process.poll() is None, self.process.returncode
        client = self.exchange.clients[-1] if self.exchange.clients else None
        if client is None or client.socket.closed or ("3", "JIF", "0") not in client.asked:
            return None
        return client

    async def _strike(self, strike: Callable[[Proxy], Any]) -> None:
        """Let something befall the connection that costs it."""
        await self._drain()
        await self._find_client()
        await strike(self.proxy)

    async def _expire(self) -> None:
        await self._drain()
        client = await self._find_client()
        self.expired.add(client.token)
        self.expired_at = monotonic()
        await drop(self.proxy)

    async def _set_down(self, *, is_down: bool) -> None:
        self.target.is_down = is_down

    async def _reload(self) -> None:
        """Have other rules taken over, meanwhile."""
        self.edition += 1
        self.write(edition=self.edition)
        self.process.send_signal(signal.SIGHUP)

    async def _close(self, number: int, date: dt.date) -> None:
        """Let the day end, have rules refused, and wait until everything is told and tidied."""
        self._set_clocks(session_end(Venue.KRX, date) - 1)
        until_at = trio.current_time() + PATIENCE
        while self.log.read()["session closed"] < number:
            assert trio.current_time() < until_at, "the session is not closed"
            self.gauge.exchange_at += 150
            await trio.sleep(1.1)
        self._set_clocks(max(self.gauge.exchange_at, midnight(date) + _EVENING))
        await self._wait_for("reloaded", number)
        (self.folder / "soak.yaml").write_text(BROKEN, encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)
        await self._wait_for("the settings of before stay in force", number)
        self.write(edition=self.edition)
        await until(lambda: not self._count("SELECT count(*) FROM deliveries WHERE settled_at IS NULL"), PATIENCE)
        await until(lambda: self._count("SELECT count(DISTINCT day) FROM sessions") <= self.extent.kept, PATIENCE)

    async def _wait_for(self, event: str, times: int) -> None:
        await until(lambda: self.log.read()[event] >= times, PATIENCE)

    async def _rest(self) -> Census:
        """Return the least that the service has at rest, as soon as that is what it was before."""
        least = self._read_census()
        with trio.move_on_after(self.extent.idle + (1 if self.census is None else 5)):
            while least != self.census:
                await trio.sleep(0.1)
                least = min(least, self._read_census())
        self.census = self.census or least
        return least

    def _read_census(self) -> Census:
        return read_census(self.process.pid, self.gauge.tasks)

    async def _count_blocks(self) -> int:
        self.gauge.blocks = -1
        self.gauge.asked += 1
        await until(lambda: self.gauge.blocks >= 0, PATIENCE)
        return self.gauge.blocks

    def _count(self, query: str) -> int:
        return count_rows(self.store, query)


@asynccontextmanager
async def _open_soak(folder: Path, extent: Extent) -> AsyncIterator[_Soak]:
    target = Target()
    with open_recorder(target.respond) as hook:
        target.recorder = hook
        async with open_exchange() as exchange, open_issuer() as issuer, open_proxy(port_of(exchange)) as proxy:
            url = f"ws://127.0.0.1:{proxy.port}/websocket"
            write = partial(write_settings, folder, ws_url=url, token_url=issuer.url, hook=hook, kept=extent.kept)
            write(edition=0)
            gauge = make_gauge(folder / "gauge")
            gauge.exchange_at = midnight(A_DAY) + _MORNING
            with start_program(
                str(folder / "gauge"),
                str(extent.idle),
                "run",
                "-c",
                "flowalert.yaml",
                folder=folder,
                environ={"PYTHONPATH": str(_ROOT)},
                module="tests.soak.program",
            ) as process:
                soak = _Soak(
                    folder=folder,
                    process=process,
                    gauge=gauge,
                    exchange=exchange,
                    issuer=issuer,
                    proxy=proxy,
                    target=target,
                    log=Log(folder / "err.txt"),
                    extent=extent,
                    write=write,
                )
                exchange.answer = soak.answer
                yield soak
                assert await trio.to_thread.run_sync(stop, process) == 0
