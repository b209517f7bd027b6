"""Speaking to systemd: ready, alive, what is going on, and about to stop.

Source: sd_notify(3), sd_watchdog_enabled(3). It is one datagram to a socket that the environment names, so no library
is asked for it.
"""

import os
import socket
import time
from collections.abc import Mapping

import structlog

log = structlog.get_logger()

_MICROSECONDS = 1_000_000


class Notifier:
    """Tells the service manager, or nobody where none listens.

    `watchdog_within` is how soon after each other it wants to hear `tell_alive`, in seconds; None where it does not.
    What changes is whether it was said that the manager cannot be reached.
    """

    def __init__(self, address: str | None, watchdog_within: float | None = None) -> None:
        self.watchdog_within = watchdog_within if address else None
        # A name that begins with @ is of the abstract namespace, where the kernel has a zero instead.
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self._is_unreachable = False

    def tell_ready(self, status: str) -> None:
        """Say that the start, or a reload, is done."""
        self._tell("READY=1", _status(status))

    def tell_status(self, status: str) -> None:
        """Say what is going on, in a line for people."""
        self._tell(_status(status))

    def tell_alive(self) -> None:
        """Keep the watchdog quiet for another while."""
        self._tell("WATCHDOG=1")

    def tell_reloading(self) -> None:
        """Say that rules are being loaded anew; `tell_ready` ends it."""
        # Type=notify-reload tells an answer to its own signal from an earlier one by this clock.
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell("RELOADING=1", f"MONOTONIC_USEC={now}")

    def tell_stopping(self, status: str) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1", _status(status))

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                # A manager that does not read must not hold the loop up: the next line is the truer one anyway.
                out.settimeout(0)
                out.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            if not self._is_unreachable:
                self._is_unreachable = True
                log.warning("service manager not reached", reason=error.strerror or str(error))
        else:
            self._is_unreachable = False


def find_notifier(environ: Mapping[str, str]) -> Notifier:
    """Return who is to be told, by what systemd has put into the environment."""
    address = environ.get("NOTIFY_SOCKET") or None
    if address is not None and address[0] not in "/@":
        address = None  # of a virtual machine's socket family, which a service within it does not get
    return Notifier(address, _read_watchdog(environ))


def _read_watchdog(environ: Mapping[str, str]) -> float | None:
    given, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not given.isdecimal() or int(given) == 0 or (process and process != str(os.getpid())):
        return None
    return int(given) / _MICROSECONDS


def _status(words: str) -> str:
    return f"STATUS={' '.join(words.split())}"
