"""The process in which rules are checked and tried: one order in, one answer out."""

import os
import sys
from contextlib import suppress

# Before the work, of which loading what it needs is a part.
with suppress(OSError):
    os.nice(15)

import msgspec

from flowalert.workbench.check import Checked, Checking, check
from flowalert.workbench.trial import NotTried, Tried, Trying, try_out


def _answer(order: Checking | Trying) -> Checked | Tried | NotTried:
    return check(order) if isinstance(order, Checking) else try_out(order)


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(_answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Checking | Trying)))
    )
