"""A whole service with its pages on a socket, between an exchange and a target of the test's own."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import trio

from flowalert.delivery import Channel, parse_target
from flowalert.delivery.target import Target
from flowalert.market.instant import DAY
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.rules.problem import Problem
from flowalert.service import Fresh, Plan, Service, Source, run_service
from flowalert.settings import Address, WebSettings, list_files, load_rule_files
from flowalert.web import WebHost, Workshop
from flowalert.web.live.news import News
from tests.delivery.http_recorder import Recorder
from tests.fault.bench import Clock
from tests.feed.exchange import Exchange, data_frame, open_exchange, open_issuer
from tests.feed.running import IN_SESSION, make_settings, until
from tests.test_service import posts

PATIENCE = 30.0
RULES = """\
defaults: {sectors: [kospi], investors: [foreign], notify: [desk]}
rules:
  - {name: above, summary: 외국인 순매수, when: msval >= 100, resolve_when: msval < 50}
  - {name: jump, when: delta(msval) >= 500, severity: critical}
"""


@dataclass
class House:
    """The service, what is around it, and a browser without scripts. `number` is that of the slot published last."""

    folder: Path
    exchange: Exchange
    hook: Recorder
    service: Service
    url: str
    client: httpx2.AsyncClient
    stop: trio.Event
    news: News
    workshop: Workshop
    number: int = 0

    async def publish(self, msval: int, *, investor: str = "0017", sector: str = "001", **figures: Any) -> None:
        """Let the exchange publish the next slot of one series, and wait until the pages know it."""
        self.number += 1
        second = 36_000 + 30 * self.number
        tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
        given = {"msval": msval, "msvol": msval, "p_msval": 0, "p_msvol": 0} | figures
        await self.exchange.clients[-1].send(data_frame("BM_", sector, tjjcode=investor, tjjtime=tjjtime, **given))
        of = series(Venue.KRX, sector, investor)
        await until(lambda: self._is_known(of, second), PATIENCE)

    def _is_known(self, of: Series, second: int) -> bool:
        curve = self.news.curves.find(of)
        last = None if curve is None else curve.last()
        return last is not None and last.at % DAY >= second

    async def get(self, path: str, **given: Any) -> httpx2.Response:
        return await self.client.get(path, **given)

    async def json(self, path: str, **given: Any) -> Any:
        """Return what the API answers; anything but 200 fails."""
        answer = await self.client.get(f"/api/v1{path}", **given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def proof(self) -> str:
        """Return what a form of a page brings back."""
        page = await self.client.get("/")
        return page.text.split('data-proof="')[1].split('"')[0]

    async def post(self, path: str, body: dict[str, Any], **given: Any) -> httpx2.Response:
        """Do something by the API, as a page's script does."""
        headers = {"x-flowalert-proof": await self.proof()} | given.pop("headers", {})
        return await self.client.post(f"/api/v1{path}", json=body, headers=headers, **given)

    async def submit(self, path: str, fields: dict[str, str], **given: Any) -> httpx2.Response:
        """Do something by a page's form."""
        return await self.client.post(path, data={"proof": await self.proof(), **fields}, **given)


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    rules: str = RULES,
    web: WebSettings | None = None,
    writes_rules: bool = False,
    reloads: bool = True,
    moment: dt.datetime = IN_SESSION,
) -> AsyncIterator[House]:
    """Run a service with pages until left. Its rules are in rules/rules.yaml, and can be reloaded from there."""
    settings = web or WebSettings(address=Address("127.0.0.1", 0), writes_rules=writes_rules)
    async with AsyncExitStack() as stack:
        hook = stack.enter_context(posts())
        exchange = await stack.enter_async_context(open_exchange())
        issuer = await stack.enter_async_context(open_issuer())
        (folder / "rules").mkdir(exist_ok=True)
        file = folder / "rules" / "rules.yaml"
        file.write_text(rules, encoding="utf-8")
        target = parse_target(f"json://127.0.0.1:{hook.port}/desk")
        assert isinstance(target, Target)
        channels = {"desk": Channel("desk", (target,), groups=False)}
        workshop = Workshop(
            config=folder / "flowalert.yaml",
            patterns=("rules/*.yaml",),
            store=folder / "flowalert.db",
            channels=tuple(channels),
        )
        urls: list[str] = []
        host = WebHost(settings, workshop, urls.append)
        clock = Clock(moment)

        def read() -> Fresh | tuple[Problem, ...]:
            loaded = load_rule_files(list_files(folder, workshop.patterns), tuple(channels))
            return loaded.errors or Fresh(rulebook=loaded.rulebook, channels=channels)

        plan = Plan(
            rulebook=load_rules([(str(file), rules)], tuple(channels)).rulebook,
            channels=channels,
            feed=make_settings(exchange.url, issuer.url, silence_after=600, tell_silence_after=600, release_after=0.1),
            store=folder / "flowalert.db",
            source=Source(read=read) if reloads else None,
            market_now=clock,
            now=clock,
            observer=host.observer,
        )
        stop, ended = trio.Event(), trio.Event()
        started: list[Service] = []
        nursery = await stack.enter_async_context(trio.open_nursery())

        async def serve() -> None:
            await run_service(plan, stop, started.append, beside=lambda each: host.serve(each, stop))
            ended.set()

        nursery.start_soon(serve)
        service = (await until(lambda: started, PATIENCE))[0]
        url = (await until(lambda: urls, PATIENCE))[0].rstrip("/")
        await until(lambda: service.feed.is_registered, PATIENCE)
        client = await stack.enter_async_context(httpx2.AsyncClient(base_url=url, timeout=PATIENCE))
        yield House(folder, exchange, hook, service, url, client, stop, host.news, workshop)
        stop.set()
        await client.aclose()
        with trio.fail_after(PATIENCE):
            await ended.wait()
