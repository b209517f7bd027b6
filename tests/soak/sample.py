"""What a service is at the end of a session."""

import os
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.program import count_descriptors

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True, order=True)
class Census:
    """What of a service must be the same, however long it runs: trio's tasks, threads, descriptors."""

    tasks: int
    threads: int
    descriptors: int


@dataclass(frozen=True, kw_only=True)
class Session:
    """One session, and the service after it, when nothing waits.

    `p50_ms` and `p99_ms` are from the sending of a frame to the request at its target; `seconds` those in which the
    frames were sent, reconnects and all, and `cpu_us` the processor's for a frame. `blocks` are the pieces of memory
    that Python's objects have without garbage, `kept` the store's trading days.
    """

    number: int
    frames: int
    seconds: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    messages: int
    memory_mb: float
    blocks: int
    census: Census
    store_mb: float
    kept: int


def read_census(pid: int, tasks: int) -> Census:
    """Return what a process has; the count of tasks is its own."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    threads = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:"))
    return Census(tasks=tasks, threads=threads, descriptors=count_descriptors(pid))


def read_cpu(pid: int) -> float:
    """Return the seconds of the processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def size_store(path: Path) -> float:
    """Return the MB of a store with its log."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*")) / 1e6


def count_rows(path: Path, query: str) -> int:
    """Return the number that a query over a store gives."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        (number,) = connection.execute(query).fetchone()
    finally:
        connection.close()
    return int(number)


class Log:
    """The lines that a service has logged. What changes: how far they were read, and `events`, by `read`."""

    def __init__(self, path: Path) -> None:
        self.events: Counter[str] = Counter()
        self._path = path
        self._at = 0

    def read(self) -> Counter[str]:
        """Count what has been logged since, and return the counts of all."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._at += len(line)
                self.events[msgspec.json.decode(line)["event"] if line.startswith(b"{") else "no line of the log"] += 1
        return self.events
