"""Thousands of alerts at once, for dozens of targets of which some fail, through the service as it is run."""

import random
import re
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.feed.exchange import Exchange, data_frame
from tests.program import start_program, stop
from tests.test_service import in_thread, issue_token, token_url_of, vendor_server, write

# Every threshold is below the change of the vendor's example frame, 123: it fires all of them.
ALERTS = 5_000
TARGETS = 40
HANGS, FAILS, REFUSES, LIMITED = range(4)
GOOD = range(4, TARGETS)

SETTINGS = """\
feed: {{domain: "{ws_url}", token_url: "{token_url}", appkey: planted-key, appsecret: planted-secret, pace: 0}}
channels:
  storm:
    targets: [{targets}]
rules: [rules.yaml]
store: flowalert.db
log: {{format: json}}
"""
RULES = """\
rules:
  - name: r-$number
    summary: 규칙 $number
    sectors: ["001"]
    investors: [9999]
    when: delta(msvol) >= $number
    params:
      number: [{numbers}]
"""
_COUNT = re.compile(r"알림 ([\d,]+)건")


@dataclass
class Sink:
    """Forty targets, each of which takes its time.

    What changes: `begun`, the requests that have come, and the titles that each target has taken, by the server's
    threads; and `mended`, by the test.
    """

    recorder: Recorder | None = None
    taken: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    mended: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def respond(self, request: Request) -> Answer:
        """Answer as the target of this number does; a mended one takes everything."""
        number = int(request.path.strip("/"))
        self.begun += 1
        time.sleep(0.05)  # so that there is something to cut off
        if number == HANGS:
            self.mended.wait()
        if not self.mended.is_set() and number == FAILS:
            return Answer(500)
        if not self.mended.is_set() and number == LIMITED:
            return Answer(429, b'{"retry_after": 3}', {"Retry-After": "3"})
        if number == REFUSES:
            return Answer(400)
        self.taken[number].append(request.json["title"])
        return Answer(200)

    def count(self, number: int) -> int:
        """Return of how many alerts a target has heard, an alert that it heard of twice counted twice."""
        return sum(_read_count(title) for title in list(self.taken[number]))


def _read_count(title: str) -> int:
    several = _COUNT.search(title)
    return int(several[1].replace(",", "")) if several else 1


@contextmanager
def open_sink() -> Iterator[Sink]:
    sink = Sink()
    with open_recorder(sink.respond) as recorder:
        sink.recorder = recorder
        try:
            yield sink
        finally:
            sink.mended.set()


def write_storm(folder: Path, exchange: Exchange, tokens: Recorder, sink: Sink) -> None:
    assert sink.recorder is not None
    write(folder, RULES.format(numbers=", ".join(map(str, _list_thresholds()))), ws_url="", token_url="")
    urls = ", ".join(f'"json://127.0.0.1:{sink.recorder.port}/{number}"' for number in range(TARGETS))
    text = SETTINGS.format(ws_url=exchange.url, token_url=token_url_of(tokens), targets=urls)
    (folder / "flowalert.yaml").write_text(text, encoding="utf-8")


def _list_thresholds() -> list[float]:
    return [round(number / 50, 2) for number in range(1, ALERTS + 1)]


def rows(folder: Path, query: str) -> list[tuple]:  # type: ignore[type-arg] # of whatever the query asks for
    connection = sqlite3.connect(f"file:{folder / 'flowalert.db'}?mode=ro", uri=True)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


def label_of(folder: Path) -> dict[str, int]:
    """Return the number of each target's key, by the order in which the settings name them."""
    keys = rows(folder, "SELECT target FROM deliveries WHERE notice = 1 ORDER BY id")
    return {key: number for number, (key,) in enumerate(keys)}


async def test_a_storm_reaches_all_whatever_some_do(tmp_path: Path) -> None:
    """One hangs, one fails, one refuses and one asks for time; each of the others is told of all, in few messages.

    Nothing is lost and nothing unexplained: those that are mended are told in the end.
    """
    with open_sink() as sink, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            write_storm(tmp_path, exchange, tokens, sink)
            with start_program("run", folder=tmp_path) as process:
                await in_thread(lambda: all(sink.count(number) == ALERTS for number in GOOD), "the others")
                assert max(len(sink.taken[number]) for number in GOOD) <= 3
                await in_thread(lambda: _count(tmp_path, "state = 'sent'") == len(GOOD) * ALERTS, "their record")
                sink.mended.set()
                await in_thread(lambda: _count(tmp_path, "settled_at IS NULL") == 0, "the end of all")
                await trio.to_thread.run_sync(stop, process)
    numbers = label_of(tmp_path)
    ended = {
        (numbers[target], state): (count, reason)
        for target, state, count, reason in rows(
            tmp_path, "SELECT target, state, count(*), min(reason) FROM deliveries GROUP BY target, state"
        )
    }
    assert ended.pop((REFUSES, "dead")) == (ALERTS, "HTTP 400 Bad Request")
    assert {key: count for key, (count, _) in ended.items()} == {
        (number, "sent"): ALERTS for number in range(TARGETS) if number != REFUSES
    }
    assert all(reason.startswith("accepted") for _, reason in ended.values())


async def test_a_storm_over_ten_kills(tmp_path: Path) -> None:
    """Every delivery ends with a reason, and each alert once; what came twice was cut off in flight, and counted."""
    chance = random.Random(5)
    with open_sink() as sink, open_recorder(issue_token) as tokens:
        async with vendor_server(data_frame()) as exchange:
            write_storm(tmp_path, exchange, tokens, sink)
            for number in range(10):
                with start_program("run", folder=tmp_path):
                    # Some die while they start, write or fold, most of them after so many more messages were begun.
                    more = sink.begun + chance.randint(1, 10)
                    with trio.move_on_after(chance.uniform(0.5, 4) if number % 3 == 2 else 30):
                        await in_thread(lambda more=more: sink.begun >= more, "some sends")  # type: ignore[misc] # a lambda's default has no type
            with start_program("run", folder=tmp_path) as process:
                await in_thread(lambda: all(sink.count(number) >= ALERTS for number in GOOD), "the others")
                sink.mended.set()
                await in_thread(lambda: _count(tmp_path, "settled_at IS NULL") == 0, "the end of all")
                await trio.to_thread.run_sync(stop, process)
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT alert) FROM transitions") == [(ALERTS, ALERTS)]
    assert rows(tmp_path, "SELECT count(*) FROM deliveries") == [(ALERTS * TARGETS,)]
    numbers = label_of(tmp_path)
    uncertain = {
        numbers[target]: count
        for target, count in rows(tmp_path, "SELECT target, sum(uncertain) FROM deliveries GROUP BY target")
    }
    for target, state, reason in rows(tmp_path, "SELECT DISTINCT target, state, reason FROM deliveries"):
        assert state == ("dead" if numbers[target] == REFUSES else "sent"), (numbers[target], state, reason)
        assert reason
    for number in GOOD:
        assert 0 <= sink.count(number) - ALERTS <= uncertain[number]
    assert sum(uncertain.values()), "no kill came in the middle of a send"


def _count(folder: Path, which: str) -> int:
    return int(rows(folder, f"SELECT count(*) FROM deliveries WHERE {which}")[0][0])  # noqa: S608 - the test's own text
