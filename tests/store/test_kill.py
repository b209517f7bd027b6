"""SIGKILL in the middle of commits: nothing lost that was acknowledged, and nothing half."""

import random
import subprocess
import sys
from pathlib import Path

import trio

from flowalert.engine.notice import DeliveryState
from flowalert.store import open_store
from tests.store.sample import DESK, MONDAY, NINE, NOW, PHONE, notice, transition, update

ROOT = Path(__file__).parents[2]  # from where `python -m tests...` finds this module again
BATCH = 7  # entries a commit


async def commit_for_ever(path: Path) -> None:
    """Commit batch after batch, and say each number once it is on disk."""
    async with open_store(path) as store:
        number = sum((await store.summary()).alerts.values())
        while True:
            firing = transition(episode=str(number))
            entries = [(NOW, update(MONDAY + NINE + number, value=number * BATCH + i)) for i in range(BATCH)]
            await store.commit(entries, [firing], [notice(firing, DESK, PHONE)], now=NOW)
            number += 1
            print(number, flush=True)  # noqa: T201 - this is how the test hears of it


async def test_a_killed_writer_loses_nothing_and_leaves_nothing_half(tmp_path: Path) -> None:
    """After each of ten kills the store has every acknowledged batch, whole, and at most one more, whole."""
    path = tmp_path / "flow.db"
    chance = random.Random(1)
    for _ in range(10):
        with subprocess.Popen(  # noqa: ASYNC220 - our own interpreter; the test waits for it on purpose
            [sys.executable, "-m", "tests.store.test_kill", str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            acknowledged = 0
            for _ in range(chance.randrange(1, 60)):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            acknowledged = int(([str(acknowledged), *writer.stdout.read().split()])[-1])
        async with open_store(path) as store:
            summary = await store.summary()
            batches = sum(summary.alerts.values())
            assert batches in (acknowledged, acknowledged + 1)
            assert summary.updates == batches * BATCH
            assert summary.deliveries[DeliveryState.PENDING] == batches * 2
            values = [entry.msval async for chunk in store.read_open_session() for entry in chunk]  # type: ignore[union-attr] # all are updates
            assert values == list(range(batches * BATCH))


if __name__ == "__main__":
    trio.run(commit_for_ever, Path(sys.argv[1]))
