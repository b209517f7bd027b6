"""What one check has found."""

import enum

from msgspec import Struct


class Level(enum.Enum):
    """How bad it is: a failure keeps the service from working, a warning may one day."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """What was found about something, and what to do; `remedy` is empty where nothing is to be done."""

    about: str
    level: Level
    found: str
    remedy: str = ""


def well(about: str, found: str) -> Finding:
    """Return what needs nobody's attention."""
    return Finding(about, Level.OK, found)


def warn(about: str, found: str, remedy: str) -> Finding:
    """Return what may become a failure."""
    return Finding(about, Level.WARN, found, remedy)


def fail(about: str, found: str, remedy: str) -> Finding:
    """Return what keeps the service from working."""
    return Finding(about, Level.FAIL, found, remedy)
