"""What pages cost the engine: a flood as fast as it is taken, without pages, with them, and with many looking on."""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fault.flood import Flood, send_flood
from tests.program import wait_until

OPEN = 200
# Frames a second that no service takes: how fast it is decides.
_RATE = 1e7
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Processor's microseconds of the service for each frame, the medians of rounds that took turns.

    `without` pages at all, with `pages` that nobody looks at, and with `open` streams that are read. The `…_per_s` are
    frames a second by the clock on the wall. `pieces` is how many pieces of news each stream read in a round, and `mb`
    what all of them read.
    """

    frames: int
    rounds: int
    without: float
    pages: float
    open: float
    without_per_s: float
    pages_per_s: float
    open_per_s: float
    pieces: float
    mb: float

    @property
    def cost(self) -> float:
        """The share of the engine's throughput that open streams cost, of the processor's time."""
        return 1 - self.without / self.open


def measure_streams(seconds: float, rounds: int) -> Streams:
    """Run the service through floods of so many seconds' frames, in turns."""
    floods: dict[str, list[Flood]] = {"without": [], "pages": [], "open": []}
    read: list[dict[str, int]] = []
    for _ in range(rounds):
        floods["without"].append(_flood(seconds, "", 0, read))
        floods["pages"].append(_flood(seconds, "web", 0, read))
        floods["open"].append(_flood(seconds, "web", OPEN, read))
    spent = {name: _median([flood.processor / flood.frames * 1e6 for flood in some]) for name, some in floods.items()}
    per_s = {f"{name}_per_s": _median([flood.per_second for flood in some]) for name, some in floods.items()}
    return Streams(
        frames=floods["open"][0].frames,
        rounds=rounds,
        **spent,
        **per_s,
        pieces=_median([each["pieces"] / OPEN for each in read]),
        mb=_median([each["bytes"] / 1e6 for each in read]),
    )


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _flood(seconds: float, web: str, count: int, read: list[dict[str, int]]) -> Flood:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    more = f"web: {{listen: '127.0.0.1:{port}'}}\n" if web else ""

    @contextmanager
    def watch(_: int) -> Iterator[None]:
        if not web:
            yield
            return
        wait_until(lambda: _is_open(port), "the pages")
        with _open_readers(port, count, read):
            yield

    with tempfile.TemporaryDirectory(prefix="flowalert-streams-") as folder:
        return send_flood(Path(folder), seconds, rate=_RATE, more=more, watch=watch)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@contextmanager
def _open_readers(port: int, count: int, read: list[dict[str, int]]) -> Iterator[None]:
    if not count:
        yield
        return
    command = [sys.executable, "-m", "tests.benchmarks.reading", str(port), str(count)]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as readers:
        assert readers.stdin is not None
        assert readers.stdout is not None
        try:
            assert readers.stdout.readline() == "reading\n"
            yield
            readers.stdin.close()
            read.append(json.loads(readers.stdout.readline()))
        finally:
            readers.kill()
