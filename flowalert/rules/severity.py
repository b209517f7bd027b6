"""How much an alert matters."""

import enum


class Severity(enum.IntEnum):
    """How much it matters; a rise passes through a cooldown."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3
