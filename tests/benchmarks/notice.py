"""Frame to Apprise call: the whole service, over real sockets, with its store on disk."""

import multiprocessing
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic_ns
from typing import Any, TypeVar

import trio

from flowalert.cli.logs import set_up_logs
from flowalert.delivery import Channel, Report, Target, parse_target
from flowalert.engine.notice import DeliveryState
from flowalert.feed.setting import Endpoint, FeedSettings
from flowalert.rules.loader import load_rules
from flowalert.service import Observers, Plan, run_service
from tests.benchmarks.exchange import TEN, Ports, run_exchange

RATE = 50.0  # frames a second
_WITHIN = 20.0  # seconds, beyond those that the sending takes
_COLD = 10  # the first ones load code and open files

Done = TypeVar("Done")

RULE = """
rules:
  - name: foreigners-buy
    sectors: [kospi]
    investors: [foreign]
    when: delta(msvol) >= 1
    title: "{{ at }}"
    message: "{{ sector }} {{ investor }} {{ delta(msvol) }}"
"""


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Milliseconds from the sending of a frame to the call of Apprise's plugin.

    `first_ms` is the very first; the percentiles leave out that and the next few, which load code.
    """

    count: int
    rate: float
    first_ms: float
    p50_ms: float
    p99_ms: float
    worst_ms: float


def measure_notices(count: int) -> Notices:
    """Run the service against an exchange in another process that sends so many frames, each of which fires a rule."""
    waited, _ = time_calls(count, partial(_serve, count))
    warm = waited[_COLD:]
    percentiles = statistics.quantiles(warm, n=100, method="inclusive")
    return Notices(
        count=count,
        rate=RATE,
        first_ms=waited[0],
        p50_ms=percentiles[49],
        p99_ms=percentiles[98],
        worst_ms=max(warm),
    )


def time_calls(
    frames: int, serve: Callable[[Connection, dict[int, int], Path], Awaitable[Done]]
) -> tuple[list[float], Done]:
    """Have an exchange in another process send so many frames to the service that `serve` runs until the last is told.

    `serve` is given the exchange's ports, by a pipe, for `make_target` its calls, and where the store is to be.
    Returns the milliseconds from the sending of each frame to the call of the target's plugin, and what `serve` did.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    exchange = spawn.Process(target=run_exchange, args=(theirs, frames, RATE), daemon=True)
    exchange.start()
    theirs.close()
    called: dict[int, int] = {}
    with tempfile.TemporaryDirectory(prefix="flowalert-benchmark-") as name:
        folder = Path(name)
        # It writes its log as a service does.
        with (folder / "log").open("w") as log, redirect_stderr(log):
            set_up_logs("json", "info")
            done = trio.run(serve, ours, called, folder / "flowalert.db")
    sent: list[int] = ours.recv()
    exchange.join()
    return [(called[number] - at) / 1e6 for number, at in enumerate(sent)], done


class _Counter(Observers):
    """Sets `done` once so many deliveries are sent; `note_delivery` changes the number that is left."""

    def __init__(self, count: int, done: trio.Event) -> None:
        super().__init__()
        self._left = count
        self._done = done

    def note_delivery(self, report: Report) -> None:
        """Count a delivery that was sent; one that was not ends the measurement."""
        assert report.state is DeliveryState.SENT, report
        self._left -= report.count
        if self._left == 0:
            self._done.set()


async def _serve(count: int, pipe: Connection, called: dict[int, int], store: Path) -> None:
    ports: Ports = await trio.to_thread.run_sync(pipe.recv)
    stop = trio.Event()
    plan = Plan(
        rulebook=load_rules([("benchmark.yaml", RULE)]).rulebook,
        # A notice is timed, not the wait for others to tell it with.
        channels={"bench": Channel("bench", (make_target(called),), groups=False)},
        feed=make_feed(ports),
        store=store,
        observer=_Counter(count, stop),
    )
    with trio.fail_after(_WITHIN + count / RATE):
        await run_service(plan, stop)


def make_feed(ports: Ports) -> FeedSettings:
    """Return the settings of a feed from the exchange with these ports."""
    return FeedSettings(
        endpoint=Endpoint(
            f"ws://127.0.0.1:{ports.websocket}/websocket", f"http://127.0.0.1:{ports.token}/oauth2/token"
        ),
        appkey="benchmark",
        appsecret="benchmark",
        pace=0.0,
    )


def make_target(called: dict[int, int]) -> Target:
    """Return a target whose plugin notes the moment of its call, by the number of the frame that its title tells."""
    from apprise.decorators import notify  # noqa: PLC0415 - apprise takes half a second to import

    def call(_: str, title: str, *__: Any, **___: Any) -> None:
        now = monotonic_ns()
        hour, minute, second = map(int, title.split(":"))
        called[hour * 3600 + minute * 60 + second - TEN] = now

    notify(on="bench")(call)  # type: ignore[no-untyped-call] # apprise has no annotation here
    target = parse_target("bench://")
    assert isinstance(target, Target), target
    return target
