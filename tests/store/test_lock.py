"""Who holds a store, asked without disturbing it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flowalert.store import find_holder
from flowalert.store.lock import hold_lock

_HOLDS = """\
import sys
from pathlib import Path
from flowalert.store.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
_LOOKS = """\
import sys, time
from pathlib import Path
from flowalert.store import find_holder
print("looks", flush=True)
while True:
    find_holder(Path(sys.argv[1]))
    time.sleep(0.0001)
"""


def test_the_holder_is_named_while_it_lives(tmp_path: Path) -> None:
    """Whoever asks does not become it, and a process that was killed holds nothing."""
    path = tmp_path / "flow.db"
    assert find_holder(path) is None
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        holders = [find_holder(path) for _ in range(2)]
        assert [holder.process for holder in holders if holder] == [process.pid] * 2
        process.kill()
        process.wait()
    assert find_holder(path) is None
    with hold_lock(path):
        holder = find_holder(path)
        assert holder is not None
        assert holder.process == os.getpid()
        assert abs(datetime.now(UTC) - holder.since) < timedelta(minutes=1)


def test_a_look_at_the_very_moment_of_a_start_does_not_refuse_it(tmp_path: Path) -> None:
    """A start comes to hold the lock although others look at it all the time."""
    path = tmp_path / "flow.db"
    with hold_lock(path):
        pass
    with subprocess.Popen([sys.executable, "-c", _LOOKS, str(path)], stdout=subprocess.PIPE, text=True) as looker:
        assert looker.stdout is not None
        assert looker.stdout.readline() == "looks\n"
        try:
            for _ in range(2000):
                with hold_lock(path):
                    pass
        finally:
            looker.kill()
