"""A restart with a day of all sectors in the journal: from the start of the process until it is ready to serve."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import trio

from flowalert.feed.setting import FeedSettings, find_endpoint
from flowalert.market.moment import from_ms
from flowalert.market.sector import SECTORS
from flowalert.rehearsal import Rehearsal, rehearse
from flowalert.service import Plan, Service
from flowalert.settings import load_rule_files
from flowalert.simulator.book import INVESTORS
from flowalert.simulator.market import A_DAY
from flowalert.store import open_store

_ROOT = Path(__file__).parents[2]
_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Restart:
    """Restarts with so many entries to fold, under the rules of `rules/`; the best of them counts.

    `seconds` are of the wall, from the start of the process on, imports and rules too; `fold_s` of them are the
    processor's for opening the store and folding.
    """

    entries: int
    seconds: float
    fold_s: float


def measure_restart(slots: int) -> Restart:
    """Measure restarts with a simulated day's first slots of every sector and investor."""
    with tempfile.TemporaryDirectory(prefix="flowalert-benchmark-") as folder:
        path = Path(folder) / "day.db"
        entries = trio.run(_write, path, slots)
        rounds = [_restart(path) for _ in range(_ROUNDS)]
    return Restart(
        entries=entries, seconds=min(seconds for seconds, _ in rounds), fold_s=min(fold for _, fold in rounds)
    )


async def _write(path: Path, slots: int) -> int:
    wanted = slots * len(SECTORS) * len(INVESTORS)
    written = 0
    async with open_store(path) as store:
        for chunk in rehearse(Rehearsal(sectors=[sector.code for sector in SECTORS], begins=A_DAY)):
            received = [(from_ms(moment), entry) for moment, entry in zip(*chunk, strict=True)]
            await store.commit(received, [], [], now=datetime.now(UTC))
            written += len(received)
            if written >= wanted:
                break
    return written


def _restart(path: Path) -> tuple[float, float]:
    begun = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.restart", str(path)], stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as process:
        assert process.stdout is not None
        fold = json.loads(process.stdout.readline())
        return perf_counter() - begun, fold


async def _resume(path: Path) -> None:
    """Start as the service does, and print the seconds of the processor from the store's opening on."""
    loaded = load_rule_files(tuple(sorted((_ROOT / "rules").glob("*.yaml"))), ())
    endpoint = find_endpoint("ws://127.0.0.1:9/", "http://127.0.0.1:9/")
    feed = FeedSettings(endpoint=endpoint, appkey="none", appsecret="none")
    plan = Plan(rulebook=loaded.rulebook, channels={}, feed=feed, store=path)
    begun = process_time()
    async with open_store(path) as store:
        await Service(plan, store, await store.pasts()).resume()
        print(json.dumps(process_time() - begun), flush=True)


if __name__ == "__main__":
    import gc

    import structlog

    gc.disable()  # as `flowalert run` does until it is ready
    structlog.configure(processors=[lambda *_: ""], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    trio.run(_resume, Path(sys.argv[1]))
