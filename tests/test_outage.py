"""An exchange that falls silent, from the socket to the message: everybody is told once, and once that it is over."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio
from structlog.testing import capture_logs

from flowalert.delivery import Channel, parse_target
from flowalert.delivery.target import Target
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Kind, Reason
from flowalert.language.tongue import Tongue
from flowalert.rules.loader import load_rules
from flowalert.service import Plan, Service, run_service
from flowalert.store import open_reader
from tests.delivery.http_recorder import Recorder
from tests.feed.exchange import Client, Exchange, Issuer, data_frame, open_exchange, open_issuer
from tests.feed.running import IN_SESSION, Wall, make_settings, until
from tests.test_service import posts

# Each to a channel of its own, and one that names none; none of them fires.
RULES = "rules:\n" + "".join(
    f"  - {{name: rule-{n}, sectors: [kospi, kosdaq], investors: all, when: msval > 9조, notify: {notify}}}\n"
    for n, notify in enumerate(("[desk]", "[boss]", "[]"))
)


@dataclass
class Bench:
    """An exchange that says `time` at each registration, while there is one, and whom a service tells."""

    exchange: Exchange
    issuer: Issuer
    hook: Recorder
    folder: Path
    time: str | None = None

    async def answer(self, client: Client, request: dict[str, Any]) -> None:
        await client.answer(request)
        body, header = request["body"], request["header"]
        if self.time is not None and (body["tr_cd"], header["tr_type"]) == ("BM_", "3"):
            await client.send(data_frame(tr_key=body["tr_key"], tjjtime=self.time))

    def target(self, path: str) -> Target:
        target = parse_target(f"json://127.0.0.1:{self.hook.port}/{path}")
        assert isinstance(target, Target)
        return target

    def plan(self, url: str | None = None) -> Plan:
        desk, boss = self.target("desk"), self.target("boss")
        return Plan(
            rulebook=load_rules([("rules.yaml", RULES)]).rulebook,
            channels={
                "desk": Channel("desk", (desk,), Tongue.KOREAN),
                "boss": Channel("boss", (boss,), Tongue.ENGLISH),
                "both": Channel("both", (desk, boss), Tongue.KOREAN),
            },
            feed=make_settings(
                url or self.exchange.url, self.issuer.url, silence_after=0.1, tell_silence_after=0.3, release_after=0.1
            ),
            store=self.folder / "flowalert.db",
            market_now=Wall(IN_SESSION),
        )

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(each.path.strip("/"), each.json["title"]) for each in list(self.hook.requests)]

    @property
    def bodies(self) -> list[str]:
        return [each.json["message"] for each in list(self.hook.requests)]

    def has_told(self, count: int) -> bool:
        return len(self.hook.requests) >= count

    async def alerts(self) -> list[tuple[Kind, Reason]]:
        async with open_reader(self.folder / "flowalert.db") as reader:
            assert all(each.state is DeliveryState.SENT for each in await reader.deliveries())
            return [(each.last.kind, each.last.reason) for each in await reader.alerts()]


@asynccontextmanager
async def open_bench(folder: Path) -> AsyncIterator[Bench]:
    with posts() as hook:
        async with open_exchange() as exchange, open_issuer() as issuer:
            bench = Bench(exchange, issuer, hook, folder)
            exchange.answer = bench.answer
            yield bench


@asynccontextmanager
async def serve(plan: Plan) -> AsyncIterator[Service]:
    """Run a service until left, and let it end in order."""
    stop = trio.Event()
    started: list[Service] = []
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await run_service(plan, stop, started.append)

        nursery.start_soon(run)
        try:
            await until(lambda: started)
            yield started[0]
        finally:
            stop.set()


async def spend_silence(service: Service) -> None:
    """Let a service connect so often, in vain, that it would have told of a silence twice."""
    before = service.feed.count.connects
    await until(lambda: service.feed.count.connects > before + 6, 20)


SILENT = [
    ("boss", "🚨 [critical] nothing comes from the exchange"),
    ("desk", "🚨 [긴급] 거래소에서 아무것도 오지 않습니다"),
]
HEARD = [("boss", "✅ Resolved: updates come from the exchange again"), ("desk", "✅ 해제: 거래소에서 다시 들어옵니다")]


async def test_one_message_to_each_target_however_many_rules_and_channels(tmp_path: Path) -> None:
    """One when it falls silent and one when it is heard again; a restart in between and one after tell nothing."""
    async with open_bench(tmp_path) as bench:
        bench.time = "09510000"
        async with serve(bench.plan()) as service:
            await until(lambda: service.feed.count.updates == 2)
            bench.time = None
            await until(lambda: bench.has_told(2), 20)
            await spend_silence(service)
        assert sorted(bench.told) == SILENT
        assert await bench.alerts() == [(Kind.FIRING, Reason.FEED_SILENT)]
        async with serve(bench.plan()) as service:
            await spend_silence(service)
            assert len(bench.told) == 2
            bench.time = "09535000"
            await until(lambda: bench.has_told(4), 20)
        async with serve(bench.plan()) as service:
            await until(lambda: service.feed.is_registered)
        assert sorted(bench.told[2:]) == HEARD
        assert await bench.alerts() == [(Kind.RESOLVED, Reason.FEED_HEARD)]
    korean = [body.splitlines() for body in bench.bodies if "부터" in body]
    assert korean[0][0] == "09:51:00부터 들어오는 것이 없습니다"
    assert korean[0][1].startswith("원인: ")
    assert korean[1][0] == "09:51:00부터 09:53:50까지 2분 50초 동안"


async def test_an_exchange_that_is_not_there_at_the_start(tmp_path: Path) -> None:
    """People are told of that too, with the cause; a second start tells nobody again."""
    async with open_bench(tmp_path) as bench:
        for _ in range(2):
            with capture_logs() as logs:
                async with serve(bench.plan("ws://127.0.0.1:1/")) as service:
                    await until(lambda: bench.has_told(2), 20)
                    await until(lambda: sum(log["event"] == "connecting again" for log in logs) > 12, 20)
                    assert service.engine.outage.opening is not None
        assert Counter(bench.told) == Counter(SILENT)
        assert all("cannot connect to 127.0.0.1:1: Connection refused" in body for body in bench.bodies)


async def test_what_the_store_has_open_and_the_fold_has_left_behind_is_resolved(tmp_path: Path) -> None:
    """An alert of a journal that is not folded any more stays open for nobody."""
    async with open_bench(tmp_path) as bench:
        async with serve(bench.plan("ws://127.0.0.1:1/")):
            await until(lambda: bench.has_told(2), 20)
        forget_journal(tmp_path / "flowalert.db")
        async with serve(bench.plan("ws://127.0.0.1:1/")):
            await until(lambda: bench.has_told(4), 20)
        assert (Kind.RESOLVED, Reason.SESSION_CLOSED) in await bench.alerts()


def forget_journal(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM journal")
