"""flowalert as a user runs it: a process of its own, with a settings file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Generous, for two busy cores; a test that passes does not wait for it.
PATIENCE = 60.0


def wait_until(condition: Callable[[], object], what: str, *, within: float = PATIENCE) -> None:
    """Return as soon as the condition holds; fail with what was waited for."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"waited {within:g} s in vain for {what}"
        time.sleep(0.01)


def read_memory(pid: int, name: str) -> float:
    """Return the MB of a process by the kernel's name for them: `VmRSS` that it has now, `VmHWM` at most so far."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{name}:"))


def count_descriptors(pid: int) -> int:
    """Return how many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def read_processor_time(pid: int) -> float:
    """Return the seconds of the processor's time that a process has had so far, its own and the kernel's for it."""
    # Source: proc_pid_stat(5), utime and stime; the name in brackets may have blanks.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def start_program(
    *arguments: str, folder: Path, environ: Mapping[str, str] | None = None, module: str = "flowalert"
) -> Iterator[subprocess.Popen[str]]:
    """Start `flowalert`, its output going to `out.txt` and `err.txt` in the folder; kill it if it is left running."""
    with (folder / "out.txt").open("a") as out, (folder / "err.txt").open("a") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "120", **(environ or {})},
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop(process: subprocess.Popen[str]) -> int:
    """Ask for an orderly end, and return the exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def run_program(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `flowalert` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "flowalert", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )
