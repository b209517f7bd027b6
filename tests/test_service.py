"""The service from frame to message: real processes, real sockets, a real store."""

import json
import sqlite3
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import trio
import trustme

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Transition
from flowalert.market.entry import Entry
from flowalert.settings import load_rule_files
from flowalert.simulator.fault import Fault, FaultKind, Garbling
from flowalert.simulator.server import open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings
from flowalert.store import open_reader
from flowalert.store.journal import read_chunk
from flowalert.store.session import Stretch
from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.feed.exchange import Client, Exchange, data_frame, open_exchange
from tests.program import PATIENCE, start_program, stop, wait_until

SETTINGS = """\
feed:
  domain: {ws_url}
  token_url: {token_url}
  appkey: planted-key
  appsecret: planted-secret
  pace: 0
channels:
  desk:
    targets: ["json://127.0.0.1:{port}/hook"]
    group: false
rules: [rules.yaml]
store: flowalert.db
log: {{format: json}}
"""

VENDOR_RULE = """\
rules:
  - name: rows-grow
    sectors: ["001"]
    investors: [9999]
    when: delta(msvol) >= 100
    message: "{{ sector }} {{ delta(msvol) | shares }}"
"""


def write(folder: Path, rules: str, *, ws_url: str, token_url: str, hook: Recorder | None = None) -> None:
    """Write a settings file and its rules; messages go to `hook`."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    settings = SETTINGS.format(ws_url=ws_url, token_url=token_url, port=hook.port if hook else 9)
    (folder / "flowalert.yaml").write_text(settings, encoding="utf-8")


def token_url_of(tokens: Recorder) -> str:
    return f"http://127.0.0.1:{tokens.port}/oauth2/token"


def issue_token(_: Request) -> Answer:
    return Answer(body=b'{"access_token":"planted-token","scope":"oob","token_type":"Bearer","expires_in":86400}')


async def in_thread(condition: Callable[[], object], what: str) -> None:
    """Wait without holding up the servers of the test."""
    await trio.to_thread.run_sync(wait_until, condition, what, abandon_on_cancel=True)


@contextmanager
def posts() -> Iterator[Recorder]:
    with open_recorder(lambda _: Answer()) as recorder:
        yield recorder


def messages(recorder: Recorder) -> list[str]:
    return [str(request.json["message"]) for request in list(recorder.requests)]


@asynccontextmanager
async def vendor_server(*frames: str) -> AsyncIterator[Exchange]:
    """A bare websocket server that acknowledges and then sends these frames."""
    async with open_exchange() as exchange:

        async def answer(client: Client, request: dict[str, object]) -> None:
            await client.answer(request)
            if dict(request["body"])["tr_cd"] == "BM_" and dict(request["header"])["tr_type"] == "3":  # type: ignore[call-overload]
                await client.send(*frames)

        exchange.answer = answer
        yield exchange


async def test_the_vendors_example_frame_becomes_a_message(tmp_path: Path) -> None:
    """The frame of the vendor's page fires a rule on `delta(msvol) >= 100`, and its text arrives by `json://`."""
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            write(tmp_path, VENDOR_RULE, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", "-c", "flowalert.yaml", folder=tmp_path) as process:
                await in_thread(lambda: hook.requests, "the message")
                code = await trio.to_thread.run_sync(stop, process)
    assert messages(hook) == ["코스피 +12.3만주"]
    assert code == 0
    log = (tmp_path / "err.txt").read_text(encoding="utf-8")
    assert "planted-token" not in log
    assert "planted-secret" not in log
    assert (tmp_path / "flowalert.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "flowalert.db.token").stat().st_mode & 0o777 == 0o600


DAY_RULES = """\
defaults: {sectors: ["001"], investors: [9999]}
rules:
  - {name: buyers, when: msval > 0}
  - {name: own-words, when: msval > 0, message: "{{ sector }}"}
"""


async def test_a_message_has_the_day_so_far(tmp_path: Path) -> None:
    """Also of what came before a restart, and not of what came in one batch behind the update that fired.

    A rule's own text is left as it is.
    """
    day = [
        data_frame(tjjtime=f"{clock}00", msval=str(msval))
        for clock, msval in (("090000", -100), ("092000", -50), ("095100", 21), ("110000", 300))
    ]
    with posts() as hook, open_recorder(issue_token) as tokens:
        for life in (day[:2], day):
            async with vendor_server(*life) as exchange:
                write(tmp_path, DAY_RULES, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
                with start_program("run", folder=tmp_path) as process:
                    await in_thread(partial(has_updates, tmp_path, len(life)), "the day")
                    await trio.to_thread.run_sync(stop, process)
    buyers, own = sorted(messages(hook), key=len, reverse=True)
    assert buyers.splitlines()[2] == "오늘 ▁▃·0▇ +21억"
    assert own == "코스피"


def has_updates(folder: Path, number: int) -> bool:
    return (folder / "flowalert.db").exists() and count(folder, "journal WHERE series IS NOT NULL") >= number


async def test_it_registers_exactly_what_enabled_rules_need_and_releases_it(tmp_path: Path) -> None:
    """Sectors of rules that are switched off are not asked for; on a stop each registration is released."""
    rules = VENDOR_RULE + "  - {name: off, sectors: [kosdaq], investors: [개인], when: msval > 0, enabled: false}\n"
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            write(tmp_path, rules, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", folder=tmp_path) as process:
                await in_thread(lambda: hook.requests, "the message")
                await trio.to_thread.run_sync(stop, process)
            await in_thread(lambda: exchange.closed, "the connection's end")
            asked = exchange.clients[0].asked
    assert sorted(asked) == [("3", "BM_", "001"), ("3", "JIF", "0"), ("4", "BM_", "001"), ("4", "JIF", "0")]


async def test_a_refused_sector_names_the_rules_that_wanted_it(tmp_path: Path) -> None:
    """The log says which rules cannot work; the others do."""
    rules = VENDOR_RULE + "  - {name: wants-etf, sectors: [etf], investors: [개인], when: msval > 0}\n"
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            good = exchange.answer

            async def answer(client: Client, request: dict[str, object]) -> None:
                if dict(request["body"])["tr_key"] == "560":  # type: ignore[call-overload]
                    await client.answer(request, rsp_cd="00100", rsp_msg="조회할 자료가 없습니다")
                else:
                    await good(client, request)

            exchange.answer = answer
            write(tmp_path, rules, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", folder=tmp_path) as process:
                err = tmp_path / "err.txt"
                await in_thread(lambda: "wants-etf" in err.read_text(encoding="utf-8") and hook.requests, "the refusal")
                await trio.to_thread.run_sync(stop, process)
    lines = [json.loads(line) for line in (tmp_path / "err.txt").read_text(encoding="utf-8").splitlines()]
    (refusal,) = [line for line in lines if line.get("rules") == "wants-etf"]
    assert (refusal["place"], refusal["code"], refusal["words"]) == ("krx/560", "00100", "조회할 자료가 없습니다")


async def test_a_wrong_key_ends_the_service_with_the_vendors_words(tmp_path: Path) -> None:
    """Exit code 3, and on standard error the vendor's code, words, and what to do."""
    refusal = '{"error_code":"IGW00103","error_description":"유효하지 않은 AppKey입니다."}'.encode()
    with open_recorder(lambda _: Answer(status=403, body=refusal)) as tokens:
        write(tmp_path, VENDOR_RULE, ws_url="ws://127.0.0.1:9/", token_url=token_url_of(tokens))
        with start_program("run", folder=tmp_path) as process:
            code = await trio.to_thread.run_sync(process.wait, PATIENCE)
    words = (tmp_path / "err.txt").read_text(encoding="utf-8")
    assert code == 3
    assert "IGW00103" in words
    assert "유효하지 않은 AppKey입니다." in words
    assert "planted-secret" not in words


async def test_two_services_on_one_store_are_refused(tmp_path: Path) -> None:
    """The second says who has the store, and ends with code 4."""
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            write(tmp_path, VENDOR_RULE, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", folder=tmp_path) as first:
                await in_thread(lambda: hook.requests, "the message")
                with start_program("run", folder=tmp_path) as second:
                    assert await trio.to_thread.run_sync(second.wait, PATIENCE) == 4
                assert f"process {first.pid}" in (tmp_path / "err.txt").read_text(encoding="utf-8")


EVERYWHERE = """\
rules:
  - {name: krx, sectors: [kospi], investors: all, when: p_msval >= -100000}
  - {name: nxt, venue: nxt, sectors: [kospi], investors: all, when: p_msval >= -100000}
  - {name: unified, venue: unified, sectors: [kosdaq], investors: all, when: p_msval >= -100000}
"""


async def test_all_venues_over_tls_with_faults_on_the_way(tmp_path: Path) -> None:
    """KRX, NXT and unified over wss with a CA of one's own; garbled frames are put aside, gaps and losses are shown."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    settings = SimulatorSettings(speed=60, start=second_at(10, 0))
    log = tmp_path / "err.txt"

    def logged(*words: str) -> bool:
        text = log.read_text(encoding="utf-8")
        return all(word in text for word in words)

    with posts() as hook:
        async with open_simulator(settings, ssl_context=context) as simulator:
            write(tmp_path, EVERYWHERE, ws_url=simulator.ws_url, token_url=simulator.token_url, hook=hook)
            file = tmp_path / "flowalert.yaml"
            file.write_text(file.read_text("utf-8").replace("  pace", "  ca_file: ca.pem\n  pace"), encoding="utf-8")
            with start_program("run", folder=tmp_path) as process:
                await in_thread(lambda: logged('"rule": "krx"', '"rule": "nxt"', '"rule": "unified"'), "all venues")
                simulator.inject(Fault(FaultKind.GARBLE, count=100, how=Garbling.SHIFT))
                await in_thread(lambda: logged("frame quarantined"), "the garbled frames")
                await in_thread(lambda: logged("updates missed"), "the gap")
                simulator.inject(Fault(FaultKind.RESET))
                await in_thread(lambda: logged("feed lost", "feed back"), "the feed to come back")
                assert await trio.to_thread.run_sync(stop, process) == 0
    reached = " ".join(messages(hook))
    assert "코스피 외국인" in reached


RULES_THEN = """\
rules:
  - {name: stays, sectors: [kospi], investors: [9999], when: msval < 0}
  - {name: goes, sectors: [kospi], investors: [9999], when: msval < -1}
"""
RULES_NOW = """\
rules:
  - {name: stays, sectors: [kospi], investors: [9999], when: msval < 0}
  - {name: comes, sectors: [kospi], investors: [9999], when: msval < -2}
"""


async def test_rules_that_changed_while_it_was_down_are_settled_at_the_start(tmp_path: Path) -> None:
    """What the new rules find open is told once, what is gone is resolved, and what stays is not told again."""
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            arguments = {"ws_url": exchange.url, "token_url": token_url_of(tokens), "hook": hook}
            write(tmp_path, RULES_THEN, **arguments)  # type: ignore[arg-type]
            with start_program("run", folder=tmp_path) as process:
                await in_thread(lambda: len(hook.requests) == 2, "both alerts")
                await trio.to_thread.run_sync(stop, process)
            write(tmp_path, RULES_NOW, **arguments)  # type: ignore[arg-type]
            for _ in range(2):
                with start_program("run", folder=tmp_path) as process:
                    await in_thread(lambda: len(hook.requests) == 4, "what changed")
                    await in_thread(lambda: len(exchange.clients) > 1, "the connection")
                    await trio.to_thread.run_sync(stop, process)
    titles = [request.json["title"] for request in hook.requests]
    assert titles == ["⚠ [주의] stays", "⚠ [주의] goes", "⚠ [주의] comes", "✅ 해제: [주의] goes"]


def count(folder: Path, what: str) -> int:
    return int(rows(folder, f"SELECT count(*) FROM {what}")[0][0])  # noqa: S608 - the test's own text


def rows(folder: Path, query: str) -> list[tuple]:  # type: ignore[type-arg]
    connection = sqlite3.connect(f"file:{folder / 'flowalert.db'}?mode=ro", uri=True)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


async def read_all(folder: Path) -> tuple[list[Entry], list[Transition]]:
    async with open_reader(folder / "flowalert.db") as reader:
        stretch = Stretch(after=0, until=count(folder, "journal"), venues={})
        entries, _ = await reader._database.read(read_chunk, stretch, stretch.until)
        ids = [row[0] for row in rows(folder, "SELECT DISTINCT alert FROM transitions")]
        transitions = {each.id: each for id_ in ids for each in await reader.transitions(id_)}
    order = [row[0] for row in rows(folder, "SELECT id FROM transitions ORDER BY seq")]
    return list(entries), [transitions[id_] for id_ in order]


def fold(folder: Path, journal: list[Entry]) -> list[Transition]:
    engine = Engine(load_rule_files((folder / "rules.yaml",), None).rulebook)
    return [transition for entry in journal for transition in engine.handle(entry)]


@contextmanager
def simulator_process(folder: Path, *, speed: float) -> Iterator[tuple[str, str]]:
    """A simulator in a process of its own, in the middle of a trading day."""
    place = folder / "simulator"
    place.mkdir()
    arguments = ["simulate", "--port", "0", "--token-port", "0", "--speed", str(speed), "--start", "10:00"]
    with start_program(*arguments, folder=place):
        out = place / "out.txt"
        wait_until(lambda: "appsecret" in out.read_text(encoding="utf-8"), "the simulator")
        told = dict(line.strip().split(": ", 1) for line in out.read_text("utf-8").splitlines() if ": " in line)
        yield told["domain"], told["token_url"]
