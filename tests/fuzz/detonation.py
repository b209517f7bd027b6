"""Sets a target's bombs off, each in a process of its own: `python -m tests.fuzz.detonation NAME`."""

import os
import signal
import sys
import traceback
from collections.abc import Callable

from tests.fuzz.catalogue import load
from tests.fuzz.limit import limit_memory, limit_time

# Of a processor, on a machine of which others use the rest.
SLOWEST = 10


def main(name: str) -> int:
    target = load(name)
    for seed in target.seeds:
        target.run(seed)
    bombs = target.bombs()
    harm = 0
    for number, bomb in enumerate(bombs):
        status = set_off(target.run, bomb)
        if status:
            what = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "an exception"
            print(f"{name} number {number}, {bomb[:60]!r}… of {len(bomb):,} bytes: {what}", flush=True)
            harm = 1
    print(f"{len(bombs)} bombs")
    return harm


def set_off(run: Callable[[bytes], object], bomb: bytes, *, seconds: int = SLOWEST) -> int:
    """Run over one input in a process of its own, and return how that ended, as `os.wait` has it; 0 is well."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        limit_memory()
        limit_time(seconds)
        run(bomb)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child returns to nobody
        traceback.print_exc(limit=-4)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
