"""Who has logged in, for as long as they come back."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flowalert.settings import User

# A trading day with what comes before and after it.
IDLE = timedelta(hours=14)
LONGEST = timedelta(days=7)
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one user."""

    user: User
    began_at: datetime
    seen_at: datetime


class Sessions:
    """The sessions of the present process: a restart ends them all, and a change of a user's settings takes one.

    What changes, by `begin`, `find` and `end`: all of it. A secret is 256 bits of chance, of which a digest is kept,
    and the oldest session ends where there would be more than a thousand.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sessions: dict[bytes, Session] = {}

    def begin(self, user: User) -> str:
        """Begin a session; return its secret."""
        while len(self._sessions) >= _MOST:
            del self._sessions[next(iter(self._sessions))]
        secret = secrets.token_urlsafe(32)
        now = self._now()
        self._sessions[_digest(secret)] = Session(user, now, now)
        return secret

    def find(self, secret: str) -> User | None:
        """Return whose session it is, None for none or one that is over; it goes on from here."""
        key = _digest(secret)
        session = self._sessions.get(key)
        if session is None or not self._goes_on(session):
            self._sessions.pop(key, None)
            return None
        self._sessions[key] = replace(session, seen_at=self._now())
        return session.user

    def knows(self, secret: str) -> bool:
        """Tell whether a session goes on, without anybody having come back."""
        session = self._sessions.get(_digest(secret))
        return session is not None and self._goes_on(session)

    def end(self, secret: str) -> None:
        """End a session, if there is one."""
        self._sessions.pop(_digest(secret), None)

    def _goes_on(self, session: Session) -> bool:
        now = self._now()
        return now - session.seen_at <= IDLE and now - session.began_at <= LONGEST


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
