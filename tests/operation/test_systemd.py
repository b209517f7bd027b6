"""What the service manager is told, over a real datagram socket."""

import os
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from flowalert.operation.systemd import Notifier, find_notifier
from tests.operation.manager import open_manager
from tests.program import wait_until


@pytest.mark.parametrize("abstract", [False, True])
def test_it_says_ready_alive_reloading_and_stopping(tmp_path: Path, *, abstract: bool) -> None:
    """In the manager's own words, on a socket in the file system or in the abstract namespace; a status is one line."""
    with open_manager(tmp_path, abstract=abstract) as manager:
        notifier = find_notifier({"NOTIFY_SOCKET": manager.address})
        began = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        notifier.tell_ready("2 sectors\nregistered")
        notifier.tell_alive()
        notifier.tell_reloading()
        notifier.tell_status("3 alerts open")
        notifier.tell_stopping("stopping")
        wait_until(lambda: len(manager.told) == 5, "five datagrams")
    reloading = manager.told.pop(2)
    assert reloading["RELOADING"] == "1"
    assert began <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert manager.told == [
        {"READY": "1", "STATUS": "2 sectors registered"},
        {"WATCHDOG": "1"},
        {"STATUS": "3 alerts open"},
        {"STOPPING": "1", "STATUS": "stopping"},
    ]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_nobody_is_told(environ: dict[str, str]) -> None:
    """And no watchdog waits, whatever else the environment says."""
    with capture_logs() as logs:
        notifier = find_notifier(environ | {"WATCHDOG_USEC": "1000000"})
        notifier.tell_ready("well")
    assert notifier.watchdog_within is None
    assert logs == []


@pytest.mark.parametrize(
    ("environ", "within"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_the_one_that_was_set_for_this_process(environ: dict[str, str], within: float | None) -> None:
    """What an environment has for another process, or malformed, is no watchdog."""
    assert find_notifier({"NOTIFY_SOCKET": "@there", **environ}).watchdog_within == within


def test_a_manager_that_is_gone_is_said_once(tmp_path: Path) -> None:
    """And the service goes on."""
    notifier = Notifier(str(tmp_path / "gone.sock"))
    with capture_logs() as logs:
        for _ in range(3):
            notifier.tell_alive()
    assert [each["event"] for each in logs] == ["service manager not reached"]
