"""How often somebody may try a password."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

_FREE = 5  # mistakes that cost nothing
_LONGEST = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Record:
    failures: int
    at: datetime
    blocked_until: datetime


class Throttle:
    """Counts wrong passwords by who tried and for whom; after five each costs twice the time of the one before.

    What changes, by `note_attempt` and `forget`: the counts.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._records: dict[str, _Record] = {}

    def find_wait(self, *keys: str) -> float:
        """Return for how many seconds none of the keys may be tried; 0 where one may now."""
        now = self._now()
        records = (self._records.get(key) for key in keys)
        return max((max(0.0, (each.blocked_until - now).total_seconds()) for each in records if each), default=0.0)

    def note_attempt(self, *keys: str) -> None:
        """Count an attempt as a wrong one, before its password is looked at: many at once are as many."""
        now = self._now()
        for key in keys:
            before = self._records.pop(key, None)
            failures = 1 if before is None or now - before.at > _FORGOTTEN_AFTER else before.failures + 1
            over = failures - _FREE
            wait = min(timedelta(seconds=2 ** min(over, 20)), _LONGEST) if over >= 0 else timedelta()
            self._records[key] = _Record(failures, now, now + wait)
        while len(self._records) > _MOST:
            del self._records[next(iter(self._records))]

    def forget(self, *keys: str) -> None:
        """Count anew: a password was right."""
        for key in keys:
            self._records.pop(key, None)


def name_place(host: str) -> str:
    """Return what counts as one place: an address, or of IPv6 the network that one household or machine has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
