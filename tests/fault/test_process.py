"""One process through one fault after another: it stays, and so does its size."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import trio

from tests.delivery.http_recorder import Recorder, open_recorder
from tests.fault.bench import PATIENCE, port_of
from tests.fault.proxy import Proxy, open_proxy
from tests.fault.torrent import wrap
from tests.feed.exchange import Exchange, data_frame, open_exchange
from tests.feed.running import until
from tests.program import count_descriptors, read_memory, start_program, stop
from tests.test_service import VENDOR_RULE, issue_token, posts, token_url_of, write


async def drop(proxy: Proxy) -> None:
    proxy.drop()


# Each costs the connection; pauses between them are the real ones.
STRIKES: tuple[Callable[[Proxy], Awaitable[None]], ...] = (
    drop,
    partial(Proxy.inject, data=b"\xff" * 64),
    partial(Proxy.inject, data=wrap(b"\xbf\xec")),
    partial(Proxy.inject, data=wrap(b"x" * 10_000_000)),
    partial(Proxy.inject, data=wrap((1009).to_bytes(2), 8)),
)
ROUNDS = 3


async def test_one_process_outlives_them_all(tmp_path: Path) -> None:
    """Round after round: every alert is told, no descriptor is left open, and no frame of 10 MB is kept."""
    descriptors = 0
    before = 0.0
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with open_exchange() as exchange, open_proxy(port_of(exchange)) as proxy:
            url = f"ws://127.0.0.1:{proxy.port}/"
            write(tmp_path, VENDOR_RULE, ws_url=url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", folder=tmp_path) as process:
                for number in range(ROUNDS * len(STRIKES)):
                    await publish(exchange, hook, number)
                    if number == 0:
                        descriptors, before = count_descriptors(process.pid), read_memory(process.pid, "VmHWM")
                    await until(partial(has_at_most, process.pid, descriptors))
                    await STRIKES[number % len(STRIKES)](proxy)
                await publish(exchange, hook, ROUNDS * len(STRIKES))
                peak = read_memory(process.pid, "VmHWM")
                assert await trio.to_thread.run_sync(stop, process) == 0
    assert peak - before < 8, f"{before:.0f} MB before, {peak:.0f} MB at most"
    lines = [json.loads(line) for line in (tmp_path / "err.txt").read_text(encoding="utf-8").splitlines()]
    events = Counter(line["event"] for line in lines)
    assert events["flowalert started"] == events["flowalert stopped"] == 1
    assert events["feed lost"] == events["feed back"] == ROUNDS * len(STRIKES)
    assert lines[-1]["gaps"] == 0


async def publish(exchange: Exchange, hook: Recorder, number: int) -> None:
    """Send an update on the connection of this number once it is registered, and wait for its message."""
    client = await until(lambda: exchange.clients[number:], PATIENCE)
    await until(lambda: ("3", "JIF", "0") in client[0].asked, PATIENCE)
    second = 36_000 + 30 * number
    tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
    await client[0].send(data_frame(tjjtime=tjjtime, msvol=123 * number, msval=21 * number))
    await until(lambda: len(hook.requests) > number, PATIENCE)


def has_at_most(pid: int, descriptors: int) -> bool:
    return count_descriptors(pid) <= descriptors
