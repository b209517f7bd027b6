"""`python -m tests.soak.program GAUGE IDLE run …`: flowalert itself, but for what time it is, and with its gauge.

The settings, the sockets, the store, the signals, the log and the end are those of the program. Both clocks of its plan
are read from the gauge, and one more of trio's system tasks writes down there what there is of tasks and objects. A
thread that trio keeps for later ends after `IDLE` seconds.
"""

import datetime as dt
import gc
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import trio
from trio._core import _thread_cache

from flowalert.cli import run
from flowalert.market.instant import to_wall
from tests.soak.gauge import Gauge

if TYPE_CHECKING:
    from flowalert.service import Account, Plan
    from flowalert.settings import Settings
    from flowalert.web import WebHost

_COUNT_EVERY = 0.1

_make_plan, _serve = run._plan, run._serve


def main() -> None:
    """Run the program under the clocks of a gauge."""
    _, path, idle, _run, *arguments = sys.argv
    # A test that waits until idle threads have ended does not wait for as long as they live in earnest.
    _thread_cache.IDLE_TIMEOUT = float(idle)  # type: ignore[assignment] # trio lets nobody set it
    gauge = Gauge(Path(path))

    def make_plan(settings: "Settings", config: Path) -> "Plan":
        return replace(
            _make_plan(settings, config),
            market_now=lambda: to_wall(gauge.exchange_at),
            now=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=gauge.ahead),
        )

    async def serve(plan: "Plan", pages: "WebHost | None" = None) -> "Account | None":
        trio.lowlevel.spawn_system_task(partial(_count, gauge))
        return await _serve(plan, pages)

    run._plan, run._serve = make_plan, serve
    run.run.main(arguments, prog_name="flowalert run")


async def _count(gauge: Gauge) -> None:
    answered = 0
    while True:
        gauge.tasks = trio.lowlevel.current_statistics().tasks_living
        if gauge.asked > answered:
            answered = gauge.asked
            # As the service does after a reload: garbage of before that is frozen too.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            gauge.blocks = sys.getallocatedblocks()
        await trio.sleep(_COUNT_EVERY)


if __name__ == "__main__":
    main()
