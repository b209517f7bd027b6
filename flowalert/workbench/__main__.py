"""The process in which rules are checked and tried: one order in, one answer out."""

import os
import resource
import signal
import sys
from contextlib import suppress

# Longer than anybody waits: who asked ends this before, unless that one was killed.
_LONGEST = 120
_MOST_MEMORY = 4 << 30

# Before the work, of which loading what it needs is a part. A unit with the least rights allows neither.
with suppress(OSError):
    os.nice(10)
with suppress(OSError, ValueError):
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
signal.alarm(_LONGEST)

import msgspec  # noqa: E402

from flowalert.workbench.check import Checked, Checking, check  # noqa: E402
from flowalert.workbench.trial import NotTried, Tried, Trying, try_out  # noqa: E402


def _answer(order: Checking | Trying) -> Checked | Tried | NotTried:
    return check(order) if isinstance(order, Checking) else try_out(order)


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(_answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Checking | Trying)))
    )
