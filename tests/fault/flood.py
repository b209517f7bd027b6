"""A flood of frames through the service as it is run, and what it took."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.fault.torrent import FOLLOWED, PLACES, SERIES, last_value
from tests.program import read_memory, read_processor_time, start_program, stop, wait_until
from tests.test_service import issue_token, token_url_of, write

RATE = 50_000
_ROOT = Path(__file__).parents[2]
_WITHIN = 300.0
_BEGIN = "begin"

# Something beside the service, by its process id.
Watch: TypeAlias = Callable[[int], AbstractContextManager[object]]

# What is judged at every update, and what only the last slot's last series brings about.
RULES = """\
rules:
  - {{name: falls, sectors: [{places}], investors: all, when: "delta(msval, 5m) < 0", for: 1m}}
  - {{name: jumps, sectors: [{places}], investors: all, when: delta(msval) >= 2}}
  - {{name: last, sectors: ["{last_place}"], investors: ["{last_investor}"], when: msval >= {last_value}억}}
"""


@dataclass(frozen=True, kw_only=True)
class Flood:
    """So many slots of frames, sent at `RATE` frames a second where they are taken so fast.

    `seconds` are from the first until the alert of the last was told, and `processor` those of the processor's time
    that the service took for it. `behind` is how much longer that took than the sending should have, and `peak_mb` the
    most memory that the service ever had, `before_mb` what it had before.
    """

    slots: int
    seconds: float
    processor: float
    before_mb: float
    peak_mb: float

    @property
    def frames(self) -> int:
        return self.slots * SERIES

    @property
    def per_second(self) -> float:
        return self.frames / self.seconds

    @property
    def behind(self) -> float:
        return max(0.0, self.seconds - self.frames / RATE)


def send_flood(
    folder: Path, seconds: float, *, rate: float = RATE, more: str = "", watch: Watch = lambda _: nullcontext()
) -> Flood:
    """Run the service through about so many seconds of a flood; its store, rules and log stay in the folder.

    `more` is added to its settings. `watch` is given the service's process, and entered before the first frame.
    """
    slots = round(seconds * RATE / SERIES)
    told_at: list[float] = []

    def take(_: Request) -> Answer:
        told_at.append(time.time())
        return Answer()

    with open_recorder(take) as hook, open_recorder(issue_token) as tokens, _open_torrent(folder, slots, rate) as said:
        wait_until(lambda: _read(said, "port"), "the exchange")
        _write(folder, slots, f"ws://127.0.0.1:{_read(said, 'port'):.0f}/", tokens, hook)
        with (folder / "flowalert.yaml").open("a", encoding="utf-8") as settings:
            settings.write(more)
        with start_program("run", folder=folder) as process, watch(process.pid):
            (folder / _BEGIN).touch()
            wait_until(lambda: _read(said, "begun"), "the flood to begin")
            before, spent = read_memory(process.pid, "VmRSS"), read_processor_time(process.pid)
            wait_until(lambda: told_at or process.poll() is not None, "the last frame's alert", within=_WITHIN)
            peak, spent = read_memory(process.pid, "VmHWM"), read_processor_time(process.pid) - spent
            assert stop(process) == 0
        took = told_at[0] - _read(said, "begun")
        return Flood(slots=slots, seconds=took, processor=spent, before_mb=before, peak_mb=peak)


def _write(folder: Path, slots: int, url: str, tokens: Recorder, hook: Recorder) -> None:
    rules = RULES.format(
        places=", ".join(f'"{place}"' for place in PLACES),
        last_place=PLACES[-1],
        last_investor=FOLLOWED[-1],
        last_value=last_value(slots),
    )
    write(folder, rules, ws_url=url, token_url=token_url_of(tokens), hook=hook)


@contextmanager
def _open_torrent(folder: Path, slots: int, rate: float) -> Iterator[Path]:
    said = folder / "torrent.txt"
    command = [sys.executable, "-m", "tests.fault.torrent", "--slots", str(slots), "--rate", str(rate)]
    command += ["--after", str(folder / _BEGIN)]
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=out)
    try:
        yield said
    finally:
        process.kill()
        process.wait()


def _read(said: Path, name: str) -> float:
    lines = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]
    return next((float(line[name]) for line in lines if name in line), 0.0)
