"""A service that is started again after each of its deaths, with the market before it and the targets behind it."""

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from flowalert.simulator.market import A_DAY
from flowalert.simulator.server import Simulator, open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings
from tests.delivery.http_recorder import open_recorder
from tests.fault.proxy import open_proxy
from tests.kill.ear import Ears
from tests.kill.trouble import Trouble
from tests.program import start_program

DATE = A_DAY
SPEED = 120  # a slot is a quarter of a second
# The day before ends first. The next one's date then follows from the exchange, not from the wall clock, by which a
# restart in the evening would close the session: alerts are open across restarts at whatever hour the test runs.
START = second_at(14, 30)

# A rule's text, and its row of a table: it says which transition of the day it is about.
TEXT = "«{{ rule }}/{{ sector }}/{{ investor }}/{{ state }}/{{ severity }}/{{ at | clock }}»"
SETTINGS = """\
feed: {{domain: "{ws_url}", token_url: "{token_url}", appkey: planted-key, appsecret: planted-secret, pace: 0}}
channels:
  desk:
    targets: ["json://127.0.0.1:{port}/desk", "json://127.0.0.1:{port}/second"]
    group: false
  table:
    targets: ["json://127.0.0.1:{port}/table"]
    group_wait: 0.1s
    group_interval: 0.3s
    line: "{text}"
rules: [rules.yaml]
store: flowalert.db
log: {{format: json}}
"""


def branch_off(chance: random.Random) -> random.Random:
    """Return a chance of its own for another task, so that neither depends on how often the other is asked."""
    return random.Random(chance.random())


@dataclass
class Life:
    """One life of the service.

    What changes, at its end: `phase`, what it was at then; `made`, the number of the last delivery that there was by
    then; and `cut_off`, what was on its way out, each delivery with the number of its attempt.
    """

    number: int
    process: "subprocess.Popen[str]"
    offset: int
    folder: Path
    began: float = field(default_factory=time.monotonic)
    phase: str = ""
    made: int = 0
    cut_off: frozenset[tuple[Any, ...]] = frozenset()

    @property
    def killed(self) -> bool:
        return self.process.returncode == -signal.SIGKILL

    @property
    def log(self) -> str:
        """What it has said so far."""
        with (self.folder / "err.txt").open(encoding="utf-8") as file:
            file.seek(self.offset)
            return file.read()

    def said(self, words: str) -> bool:
        return words in self.log

    @property
    def has_store(self) -> bool:
        """Whether it holds the store by now."""
        lock = self.folder / "flowalert.db.lock"
        return lock.exists() and lock.read_text("ascii").strip() == str(self.process.pid)

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None


@dataclass
class House:
    """The service, from outside.

    What changes: `lives`, and `heard_at`, when the last life that had registered ended, by `live`; `took`, the seconds
    that each step of a start took last, by who waits for them.
    """

    folder: Path
    seed: int
    simulator: Simulator
    trouble: Trouble
    ears: Ears
    chance: random.Random
    lives: list[Life] = field(default_factory=list)
    heard_at: float = field(default_factory=time.monotonic)
    took: dict[str, float] = field(default_factory=lambda: {"start": 1.0, "fold": 0.1, "connect": 0.1})

    @property
    def kills(self) -> int:
        return sum(life.killed for life in self.lives)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Life]:
        """Start the service; kill it at the end of the block if it still runs, and look at what it leaves."""
        err = self.folder / "err.txt"
        number = len(self.lives)
        self.ears.life = number
        with start_program("run", folder=self.folder) as process:
            life = Life(number, process, err.stat().st_size, self.folder)
            self.lives.append(life)
            try:
                yield life
            finally:
                self.ears.fuse = None
                process.kill()
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(process.wait)
        assert process.returncode in (-signal.SIGKILL, 0), life.log
        life.cut_off = frozenset(self.rows("SELECT id, attempts FROM deliveries WHERE state = 'sending'"))
        life.made = sum(id_ for (id_,) in self.rows("SELECT coalesce(max(id), 0) FROM deliveries"))
        life.phase = find_phase(life)
        if '"registered"' in life.log:
            self.heard_at = time.monotonic()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return read_rows(self.folder / "flowalert.db", query)


async def until(condition: Callable[[], object], within: float) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    with trio.move_on_after(within):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await trio.sleep(0.003)
        return True
    return False


def find_phase(life: Life) -> str:
    """Say what a life was at when it ended."""
    log = life.log
    if "flowalert stopping" in log:
        return "stop"
    if "flowalert started" not in log:
        return "fold" if life.has_store else "start"
    if log.count('"feed lost"') > log.count('"feed back"'):
        return "lost"
    if '"registered"' not in log:
        return "connect"
    return "send" if life.cut_off else "market"


def read_rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a store has, without changing it; nothing where it has no tables yet."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'deliveries'").fetchall():
            return []
        return list(connection.execute(query))


@asynccontextmanager
async def open_house(folder: Path, rules: str, seed: int) -> AsyncIterator[House]:
    """Build one, with nobody in it yet."""
    chance = random.Random(seed)
    folder.mkdir()  # noqa: ASYNC240 - one local folder
    ears = Ears(branch_off(chance))
    settings = SimulatorSettings(speed=SPEED, seed=seed, date=DATE, start=START)
    async with (
        open_simulator(settings) as simulator,
        open_proxy(_port_of(simulator)) as proxy,
        trio.open_nursery() as nursery,
    ):
        with open_recorder(ears.respond) as recorder:
            (folder / "rules.yaml").write_text(rules.replace("$text", TEXT), encoding="utf-8")
            ws_url = f"ws://127.0.0.1:{proxy.port}/websocket"
            text = SETTINGS.format(ws_url=ws_url, token_url=simulator.token_url, port=recorder.port, text=TEXT)
            (folder / "flowalert.yaml").write_text(text, encoding="utf-8")
            trouble = Trouble(simulator, proxy, branch_off(chance))
            yield House(folder, seed, simulator, trouble, ears, chance)
        nursery.cancel_scope.cancel()


def _port_of(simulator: Simulator) -> int:
    return int(simulator.ws_url.rpartition(":")[2].partition("/")[0])
