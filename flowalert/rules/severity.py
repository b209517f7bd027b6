"""How much an alert matters."""

import enum

from flowalert.market.name import fold, index_names


class Severity(enum.IntEnum):
    """How much it matters; a rise passes through a cooldown."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def korean(self) -> str:
        return _KOREAN[self]


_KOREAN = {Severity.INFO: "정보", Severity.WARNING: "주의", Severity.CRITICAL: "긴급"}
_BY_NAME = index_names((each, (each.slug, each.korean)) for each in Severity)


def find_severity(name: str) -> Severity | None:
    """Return the severity of `warning` or `주의`; None for what is none."""
    return _BY_NAME.get(fold(name))
