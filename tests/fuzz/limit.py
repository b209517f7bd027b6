"""What an input may cost a process: memory and time, kept by the kernel."""

import resource
from pathlib import Path

GROWS_BY = 200_000_000


def limit_memory(by: int = GROWS_BY) -> None:
    """Let this process grow by no more from here on: what it asks for beyond that is a MemoryError."""
    # Growth, not size: importing Apprise and pydantic alone takes more than most inputs.
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + by
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit_time(seconds: int) -> None:
    """Let this process compute for so many seconds of a processor; past that the kernel ends it."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
