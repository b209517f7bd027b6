"""Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once. SIGHUP asks for a reload."""

import signal
from collections.abc import Callable

import trio


async def watch_signals(
    stop: trio.Event, scope: trio.CancelScope, *, task_status: trio.TaskStatus[None], say: Callable[[str], None]
) -> None:
    """Set `stop` on the first signal and cancel `scope` on the second."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for number in signals:
            if stop.is_set():
                scope.cancel()
                return
            say(f"{signal.Signals(number).name}: finishing what is under way; once more ends at once")
            stop.set()


async def watch_hangup(ask: Callable[[str], None], *, task_status: trio.TaskStatus[None]) -> None:
    """Ask for a reload at each SIGHUP."""
    with trio.open_signal_receiver(signal.SIGHUP) as signals:
        task_status.started()
        async for _ in signals:
            ask("SIGHUP")
