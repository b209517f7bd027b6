"""Thousands of alerts in one slot for dozens of targets, of which some fail: the service, over real sockets."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import trio

from tests.delivery.http_recorder import open_recorder
from tests.feed.exchange import Client, data_frame, open_exchange
from tests.program import read_memory, start_program
from tests.test_service import issue_token
from tests.test_storm import ALERTS, GOOD, TARGETS, Sink, open_sink, write_storm

_WITHIN = 120.0
_FIRST_SLOT = 9 * 3600


@dataclass(frozen=True, kw_only=True)
class Storm:
    """Several storms of `alerts` in one slot each, for `targets` of which four fail.

    `seconds` are from the sending of each slot's frame until the last of the other targets has taken its messages, and
    `resident_mb` the service's memory after it. `posts` is the most messages that one target got of one storm.
    """

    alerts: int
    targets: int
    seconds: tuple[float, ...]
    resident_mb: tuple[float, ...]
    posts: float


def measure_storm(rounds: int) -> Storm:
    """Run the service in a process of its own through so many storms, one after the other."""
    return trio.run(_measure, rounds)


async def _measure(rounds: int) -> Storm:
    clients: list[Client] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowalert-storm-")))
        sink = stack.enter_context(open_sink())
        tokens = stack.enter_context(open_recorder(issue_token))
        async with open_exchange() as exchange:

            async def answer(client: Client, request: dict[str, object]) -> None:
                await client.answer(request)
                if dict(request["body"])["tr_cd"] == "BM_":  # type: ignore[call-overload] # of the wire
                    clients.append(client)

            exchange.answer = answer
            write_storm(folder, exchange, tokens, sink)
            process = stack.enter_context(start_program("run", folder=folder))
            await _wait(lambda: bool(clients))
            seconds: list[float] = []
            resident: list[float] = []
            for number in range(1, rounds + 1):
                seconds.append(await _strike(clients[0], sink, number))
                resident.append(read_memory(process.pid, "VmRSS"))
            posts = max(len(sink.taken[good]) for good in GOOD) / rounds
    return Storm(alerts=ALERTS, targets=TARGETS, seconds=tuple(seconds), resident_mb=tuple(resident), posts=posts)


async def _strike(client: Client, sink: Sink, number: int) -> float:
    """Send the frame of the n-th slot, and return after how many seconds the last good target has heard of all."""
    second = _FIRST_SLOT + 30 * number
    tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
    began = monotonic()
    await client.send(data_frame(tjjtime=tjjtime, msvol=str(-5139 + 123 * number), msval=str(-273 + 21 * number)))
    await _wait(lambda: all(sink.count(good) >= ALERTS * number for good in GOOD))
    return monotonic() - began


async def _wait(condition: Callable[[], bool]) -> None:
    with trio.fail_after(_WITHIN):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other threads and processes
            await trio.sleep(0.02)
