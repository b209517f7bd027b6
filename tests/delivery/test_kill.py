"""SIGKILL in the middle of sends: nothing lost, and what came twice is counted."""

import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trio

from flowalert.delivery import Channel, Doorbell, Orders, Policy, Target, parse_target, run_delivery
from flowalert.engine.notice import DeliveryState
from flowalert.store import open_store
from tests.delivery.desk import open_desk
from tests.delivery.http_recorder import Answer, Request, open_recorder
from tests.store.sample import firings

ROOT = Path(__file__).parents[2]  # from where `python -m tests...` finds this module again
COUNT = 40
POLICY = Policy(retry_after=timedelta(milliseconds=10), retry_at_most=timedelta(milliseconds=20))


def target_of(port: int) -> Target:
    target = parse_target(f"json://127.0.0.1:{port}/")
    assert isinstance(target, Target)
    return target


def now() -> datetime:
    return datetime.now(UTC)


async def deliver_for_ever(path: Path, port: int) -> None:
    async with open_store(path) as store:
        channels = {"desk": Channel("desk", (target_of(port),), groups=False)}
        orders = Orders(channels=channels, now=now, exchange_now=now, policy=POLICY)
        await run_delivery(store, orders, Doorbell())


def refuse_some(reached: Callable[[int], None]) -> Callable[[Request], Answer]:
    """Answer 503 now and then, and report how many requests have come."""
    chance = random.Random(7)
    lock = threading.Lock()
    count = 0

    def respond(_: Request) -> Answer:
        nonlocal count
        with lock:
            count += 1
            status = 503 if chance.random() < 0.2 else 200
        reached(count)
        return Answer(status)

    return respond


async def test_killed_senders_lose_nothing_and_count_what_may_be_double(tmp_path: Path) -> None:
    """Over five kills in mid-send every notice arrives, in order, and twice only as often as was written down."""
    path = tmp_path / "flow.db"
    accepted: list[str] = []
    lock = threading.Lock()
    wanted = threading.Semaphore(0)
    respond_to = refuse_some(lambda _: wanted.release())

    def respond(request: Request) -> Answer:
        answer = respond_to(request)
        if answer.status == 200:
            with lock:
                accepted.append(request.json["title"])
        return answer

    with open_recorder(respond) as recorder:
        target = target_of(recorder.port)
        async with open_store(path) as store:
            await store.commit([], *firings(COUNT, target.address), now=now())
        for _ in range(5):
            with subprocess.Popen(  # noqa: ASYNC220 - our own interpreter; the test waits for it on purpose
                [sys.executable, "-m", "tests.delivery.test_kill", str(path), str(recorder.port)], cwd=ROOT
            ) as sender:
                for _ in range(5):
                    assert wanted.acquire(timeout=20)
                sender.kill()
        async with open_store(path) as store:
            left = COUNT - (await store.summary()).deliveries[DeliveryState.SENT]
            async with open_desk(store, [target], now, policy=POLICY) as desk:
                await desk.until_settled(left)
            summary = await store.summary()
    assert summary.deliveries[DeliveryState.SENT] == COUNT
    assert accepted == sorted(accepted, key=int)
    times = Counter(accepted)
    assert set(times) == {str(number) for number in range(COUNT)}
    assert sum(times.values()) - COUNT <= summary.possible_duplicates <= 5


if __name__ == "__main__":
    trio.run(deliver_for_ever, Path(sys.argv[1]), int(sys.argv[2]))
