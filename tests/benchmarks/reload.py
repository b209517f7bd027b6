"""How long an update waits while thousands of rules are loaded anew: the whole service, over sockets."""

from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

import trio

from flowalert.delivery import Channel, Report
from flowalert.engine.notice import DeliveryState
from flowalert.rules.loader import load_rules
from flowalert.service import Fresh, Observers, Plan, Requests, Source, run_service
from tests.benchmarks.exchange import Ports
from tests.benchmarks.notice import RULE, make_feed, make_target, time_calls

_WITHIN = 120.0
_WARM = 50  # frames before the reload; the first ones load code and open files


@dataclass(frozen=True, kw_only=True)
class Reload:
    """Milliseconds from the sending of a frame to the call of Apprise's plugin, before and during a reload.

    `seconds` is how long the reload of `rules` took.
    """

    rules: int
    seconds: float
    calm_worst_ms: float
    worst_ms: float


def measure_reload(rules: int, frames: int) -> Reload:
    """Run the service against an exchange that sends so many frames, and reload so many rules in the middle of them."""
    waited, seconds = time_calls(frames, partial(_serve, rules, frames))
    return Reload(rules=rules, seconds=seconds, calm_worst_ms=max(waited[10:_WARM]), worst_ms=max(waited[_WARM:]))


class _Starter(Observers):
    """Asks for the reload after some frames, and stops the service after the last; what changes is the count."""

    def __init__(self, requests: Requests, frames: int, done: trio.Event) -> None:
        super().__init__()
        self._requests = requests
        self._left = frames
        self._frames = frames
        self._done = done

    def note_delivery(self, report: Report) -> None:
        """Count a delivery that was sent."""
        assert report.state is DeliveryState.SENT, report
        self._left -= report.count
        if self._left == self._frames - _WARM:
            self._requests.ask("benchmark")
        if self._left == 0:
            self._done.set()


async def _serve(rules: int, frames: int, pipe: Connection, called: dict[int, int], store: Path) -> float:
    ports: Ports = await trio.to_thread.run_sync(pipe.recv)
    stop = trio.Event()
    requests = Requests()
    channels = {"bench": Channel("bench", (make_target(called),), groups=False)}
    took = 0.0

    def read() -> Fresh:
        nonlocal took
        began = monotonic()
        loaded = load_rules([("benchmark.yaml", _write_rules(rules, 400))])
        took = monotonic() - began
        return Fresh(rulebook=loaded.rulebook, channels=channels)

    plan = Plan(
        rulebook=load_rules([("benchmark.yaml", _write_rules(rules, 300))]).rulebook,
        channels=channels,
        feed=make_feed(ports),
        store=store,
        source=Source(read=read, requests=requests),
        observer=_Starter(requests, frames, stop),
    )
    with trio.fail_after(_WITHIN):
        await run_service(plan, stop)
    return took


def _write_rules(count: int, amount: int) -> str:
    rules = "".join(
        f"  - {{name: r-{number}, sectors: [kospi], investors: [foreign, 개인],"
        f" when: 'delta(msval, 5m) <= -{amount + number}억 and msval < {number}억', for: 1m, cooldown: 5m}}\n"
        for number in range(count)
    )
    return RULE + rules
