"""`python -m tests.benchmarks.soak [--sessions N] [--json]`: a month of trading days at full speed, with faults."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from tests.soak.sample import Log, Session
from tests.soak.soak import Extent, run_soak
from tests.soak.verdict import TIMES, WARM, compare_thirds, find_deviation, find_growth

_MONTH = 22
_FEWEST = 3
_EVENTS = (
    "feed lost",
    "feed back",
    "token suspected",
    "no token yet",
    "reloaded",
    "reload refused",
    "session closed",
    "sessions dropped",
    "alert",
    "delivery",
)
_HEAD = (
    " day   frames      s  us/frame  p50 ms  p99 ms  messages  memory MB   objects"
    "  tasks  threads  descriptors  store MB"
)


def main() -> None:
    """Run the sessions, print a line of each and then what grew; exit with 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument(
        "--sessions", type=int, default=_MONTH, help="a month has 22 and takes a quarter of an hour; 3 at least"
    )
    parser.add_argument("--json", action="store_true", help="print one list of the sessions, and nothing else")
    options = parser.parse_args()
    if options.sessions < _FEWEST:
        parser.error(f"{options.sessions} sessions say nothing; give {_FEWEST} or more")
    extent = Extent(sessions=options.sessions)
    if not options.json:
        print(_HEAD)
    with tempfile.TemporaryDirectory(prefix="flowalert-soak-") as folder:
        sessions = run_soak(Path(folder), extent, _pass_over if options.json else _tell)
        events = Log(Path(folder) / "err.txt").read()
    if options.json:
        print(json.dumps([asdict(session) for session in sessions], indent=2))
    else:
        print("\nIts log:", ", ".join(f"{event} {events[event]:,}" for event in _EVENTS))
        print(*_summarise(sessions), sep="\n")
    growth = list(find_growth(sessions, extent.kept))
    print(*(growth or ["nothing grew"]), sep="\n", file=sys.stderr)
    sys.exit(bool(growth))


def _summarise(sessions: Sequence[Session]) -> Iterator[str]:
    settled = sessions[WARM:]
    yield f"\nFrom the session number {WARM + 1} on:"
    worst = find_deviation([session.memory_mb for session in settled])
    yield f"memory at most {worst:.2%} off its median of {median(session.memory_mb for session in settled):.1f} MB"
    for name in TIMES:
        ratio = compare_thirds([getattr(session, name) for session in settled])
        yield f"{name}: the best of the last third is {ratio:.2f} times the best of the first"


def _pass_over(_: Session) -> None:
    """Say nothing."""


def _tell(session: Session) -> None:
    census = session.census
    print(
        f"{session.number:4} {session.frames:8,} {session.seconds:6.1f} {session.cpu_us:9.1f}"
        f" {session.p50_ms:7.1f} {session.p99_ms:7.1f} {session.messages:9,}"
        f" {session.memory_mb:10.1f} {session.blocks:9,}"
        f" {census.tasks:6} {census.threads:8} {census.descriptors:12} {session.store_mb:9.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
