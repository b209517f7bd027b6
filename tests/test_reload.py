"""Settings taken over while the service runs: real processes, real sockets, a real store."""

import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from subprocess import Popen

import pytest
import trio

from flowalert.engine.engine import Engine
from flowalert.feed.outlet import Received
from flowalert.feed.setting import Endpoint, FeedSettings
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.service import Plan, Service
from flowalert.store import open_store
from tests.delivery.http_recorder import Recorder, open_recorder
from tests.engine.market import NINE as NINE_OF_MONDAY, read_rules
from tests.engine.test_restart import RULES, spend_two_days
from tests.feed.exchange import Client, Exchange, data_frame
from tests.program import run_program, start_program, stop
from tests.store.sample import NOW
from tests.test_service import in_thread, issue_token, posts, token_url_of, vendor_server, write

NINE = 9 * 3600
STAYS = "  - {name: stays, sectors: [kospi], investors: [9999], when: msval < 0}\n"
GOES = "  - {name: goes, sectors: [kospi, kosdaq], investors: [9999], when: msval < -1}\n"
COMES = "  - {name: comes, sectors: [kospi, futures], investors: [9999], when: msval < -2}\n"
HELD = "  - {name: held, sectors: [kospi], investors: [9999], when: msval < 0, for: 60s}\n"


@dataclass
class Market:
    """An exchange that publishes what the test says. What changes: the day's net so far."""

    exchange: Exchange
    net: dict[str, int] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        return self.exchange.clients[-1]

    async def publish(self, second: int, value: int, sector: str = "001") -> None:
        """Publish a net value for a second of the day, with the change that it is."""
        change = value - self.net.get(sector, 0)
        self.net[sector] = value
        tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00"
        await self.client.send(
            data_frame(tr_key=sector, tjjtime=tjjtime, msval=str(value), p_msval=str(change), msvol="0", p_msvol="0")
        )


@dataclass
class Desk:
    """A running service, its market, and the messages that it sent."""

    folder: Path
    market: Market
    hook: Recorder
    process: Popen[str]

    @property
    def titles(self) -> list[str]:
        return [request.json["title"] for request in self.hook.requests]

    def write_rules(self, *rules: str) -> None:
        (self.folder / "rules.yaml").write_text("rules:\n" + "".join(rules), encoding="utf-8")

    async def until(self, condition: Callable[[], object], what: str) -> None:
        await in_thread(condition, what)

    async def reload(self) -> tuple[int, str]:
        """Have it reload by the command, and return the exit code and what was said."""
        done = await trio.to_thread.run_sync(lambda: run_program("reload", folder=self.folder))
        return done.returncode, done.stdout + done.stderr

    @property
    def log(self) -> str:
        return (self.folder / "err.txt").read_text(encoding="utf-8")


@asynccontextmanager
async def open_desk(folder: Path, *rules: str, more: str = "") -> AsyncIterator[Desk]:
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server() as exchange:
            write(folder, "rules:\n" + "".join(rules), ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with (folder / "flowalert.yaml").open("a", encoding="utf-8") as settings:
                settings.write(more)
            with start_program("run", folder=folder) as process:
                desk = Desk(folder, Market(exchange), hook, process)
                await desk.until(lambda: '"event": "registered"' in desk.log, "the registration")
                yield desk
                assert await trio.to_thread.run_sync(stop, process) == 0


async def test_before_anything_came_rules_change_as_well(tmp_path: Path) -> None:
    """A journal that is empty is folded like any other."""
    async with open_desk(tmp_path, STAYS) as desk:
        desk.write_rules(COMES)
        assert await desk.reload() == (0, "reloaded; what it changed is in the service's log\n")
        await desk.until(lambda: ("3", "BM_", "900") in desk.market.client.asked, "the new sector")
        await desk.market.publish(NINE, -3, "900")
        await desk.until(lambda: desk.titles, "an alert of the new rule")
    assert desk.titles == ["⚠ [주의] comes"]


async def test_what_stays_goes_on_and_what_changes_is_told(tmp_path: Path) -> None:
    """An alert of a rule that stays is not told again, a new rule's is told once, one of a rule that is gone ends.

    The registrations follow: what is new is asked for, and what nobody needs any more is released.
    """
    async with open_desk(tmp_path, STAYS, GOES) as desk:
        await desk.market.publish(NINE, -100)
        await desk.until(lambda: len(desk.titles) == 2, "both alerts")
        desk.write_rules(STAYS, COMES)
        assert await desk.reload() == (0, "reloaded; what it changed is in the service's log\n")
        await desk.until(lambda: len(desk.titles) == 4, "what changed")
        await desk.until(lambda: ("3", "BM_", "900") in desk.market.client.asked, "the new sector")
        await desk.until(lambda: ("4", "BM_", "301") in desk.market.client.asked, "the release")
        await desk.market.publish(NINE + 30, 50)
        await desk.until(lambda: len(desk.titles) == 6, "the ends")
        await desk.market.publish(NINE, -3, "900")
        await desk.until(lambda: len(desk.titles) == 7, "an alert of the new sector")
    assert desk.titles[:2] == ["⚠ [주의] stays", "⚠ [주의] goes"]
    assert sorted(desk.titles[2:4]) == ["⚠ [주의] comes", "✅ 해제: [주의] goes"]
    assert sorted(desk.titles[4:]) == ["⚠ [주의] comes", "✅ 해제: [주의] comes", "✅ 해제: [주의] stays"]
    assert len(desk.market.exchange.clients) == 1
    (line,) = [line for line in desk.log.splitlines() if '"event": "reloaded"' in line]
    assert all(part in line for part in ('"rules_added": "comes"', '"rules_removed": "goes"', '"alerts_added": 1'))


async def test_a_timer_goes_on_over_a_reload(tmp_path: Path) -> None:
    """What was pending before is told when its time is up, counted from its beginning."""
    async with open_desk(tmp_path, HELD) as desk:
        await desk.market.publish(NINE, -100)
        await desk.market.publish(NINE + 30, -110)
        desk.write_rules(HELD, STAYS)
        assert (await desk.reload())[0] == 0
        await desk.until(lambda: desk.titles == ["⚠ [주의] stays"], "the new rule's alert")
        await desk.market.publish(NINE + 60, -120)
        await desk.until(lambda: len(desk.titles) == 2, "the alert that was pending")
    assert desk.titles[1] == "⚠ [주의] held"
    assert "09:00:00부터 1분 동안" in desk.hook.requests[1].json["message"]


async def test_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    """The command says where it is wrong and ends with 1; the old rules go on; a mended file is taken over."""
    async with open_desk(tmp_path, STAYS) as desk:
        desk.write_rules(COMES, "  - {name: bad, sectors: [kospii], when: msval < 0}\n")
        code, said = await desk.reload()
        assert code == 1
        assert "rules.yaml:3:27: unknown sector 'kospii'; did you mean kospi?" in said
        assert said.endswith("not reloaded: the old settings stay in force\n")
        await desk.market.publish(NINE, -100)
        await desk.until(lambda: desk.titles == ["⚠ [주의] stays"], "an alert of the old rules")
        desk.write_rules(COMES)
        assert (await desk.reload())[0] == 0
        await desk.until(lambda: len(desk.titles) == 3, "what changed")
    assert '"event": "reload refused"' in desk.log
    audit = run_program("audit", folder=tmp_path).stdout
    assert "refused a reload" in audit
    assert "reloaded" in audit


async def test_a_signal_and_a_written_file_ask_for_it_too(tmp_path: Path) -> None:
    """SIGHUP does, and with `reload_on_change` whatever is saved."""
    async with open_desk(tmp_path, STAYS, more="reload_on_change: true\n") as desk:
        await desk.market.publish(NINE, -100)
        await desk.until(lambda: len(desk.titles) == 1, "the alert")
        desk.write_rules(STAYS, COMES)
        await desk.until(lambda: len(desk.titles) == 2, "the new rule's alert")
        desk.process.send_signal(signal.SIGHUP)
        await desk.until(lambda: desk.log.count('"event": "reloaded"') == 2, "the second reload")
    assert desk.titles[1] == "⚠ [주의] comes"
    assert '"why": "a file has changed"' in desk.log
    assert '"why": "SIGHUP"' in desk.log


async def test_channels_are_taken_over(tmp_path: Path) -> None:
    """What is told after it goes to the new target, the end of what the old one was told to that alone."""
    async with open_desk(tmp_path, STAYS) as desk:
        await desk.market.publish(NINE, -100)
        await desk.until(lambda: len(desk.titles) == 1, "the alert")
        settings = (tmp_path / "flowalert.yaml").read_text(encoding="utf-8")
        changed = settings.replace("/hook", "/other").replace("rules: [", "silent: no\nrules: [")
        (tmp_path / "flowalert.yaml").write_text(changed, encoding="utf-8")
        code, said = await desk.reload()
        assert code == 1
        assert "unknown key 'silent'" in said
        (tmp_path / "flowalert.yaml").write_text(changed.replace("silent: no\n", ""), encoding="utf-8")
        assert (await desk.reload())[0] == 0
        desk.write_rules(STAYS, COMES)
        assert (await desk.reload())[0] == 0
        await desk.until(lambda: len(desk.titles) == 2, "the new rule's alert")
    assert [request.path.rstrip("/") for request in desk.hook.requests] == ["/hook", "/other"]


def test_nobody_to_ask(tmp_path: Path) -> None:
    """Without a service the command says so, with an exit code of its own."""
    with posts() as hook:
        write(tmp_path, "rules:\n" + STAYS, ws_url="ws://127.0.0.1:9/", token_url="http://127.0.0.1:9/", hook=hook)
    done = run_program("reload", folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "no service is running on" in done.stderr


@pytest.mark.parametrize("seed", range(12))
async def test_entries_that_come_during_a_reload_are_folded_once(tmp_path: Path, seed: int) -> None:
    """Whatever comes while the new rules catch up: they end where they would be, had they been there from the start."""
    chance = Random(seed)
    # A new day would begin everything afresh, and forgive what was missed.
    entries = [entry for entry in spend_two_days(seed).entries if entry.at // DAY == NINE_OF_MONDAY // DAY]
    few, rulebook = read_rules(*RULES[::2]), read_rules(*RULES)
    begun, caught_up, exchanged = sorted(chance.sample(range(len(entries)), 3))
    plan = Plan(
        rulebook=few,
        channels={},
        feed=FeedSettings(endpoint=Endpoint("ws://127.0.0.1:9/", "http://127.0.0.1:9/"), appkey="a", appsecret="b"),
        store=tmp_path / "flow.db",
    )
    async with open_store(plan.store) as store:
        service = Service(plan, store, {})

        async def take(some: Iterable[Entry]) -> None:
            for entry in some:
                await service._take([Received(NOW, entry)])

        await take(entries[:begun])
        async with service.begin_refold() as (pasts, chunks):
            engine = Engine(rulebook, pasts)
            await take(entries[begun:caught_up])
            folded = [each async for chunk in chunks for entry in chunk for each in engine.handle(entry)]
            folded += [each for entry in service.tail.take() for each in engine.handle(entry)]
            await take(entries[caught_up:exchanged])
            await service.exchange(engine, rulebook, folded)
        await take(entries[exchanged:])
        undisturbed = Engine(rulebook)
        for entry in entries:
            undisturbed.handle(entry)
        for rule in rulebook.rules:
            assert service.engine.why(rule.name) == undisturbed.why(rule.name), rule.condition.text
        told = {watch.alert for watch in undisturbed.list_open() if watch.is_firing and watch.told}
        assert {alert.id for alert in await store.open_alerts()} >= told
