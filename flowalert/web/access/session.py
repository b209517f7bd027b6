"""Who has logged in, for as long as they come back."""

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
    """The sessions of the present process: a restart ends them all, and so does a change of the user's settings.

    What changes, by `begin`, `find` and `end`: all of it. A secret is 256 bits of chance, and the oldest session ends
    where there would be more than a thousand.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sessions: dict[str, Session] = {}

    def begin(self, user: User) -> str:
        """Begin a session; return its secret."""
        while len(self._sessions) >= _MOST:
            del self._sessions[next(iter(self._sessions))]
        secret = secrets.token_urlsafe(32)
        now = self._now()
        self._sessions[secret] = Session(user, now, now)
        return secret

    def find(self, secret: str) -> User | None:
        """Return whose session it is, None for none or one that is over; it goes on from here."""
        session = self._sessions.get(secret)
        if session is None:
            return None
        now = self._now()
        if now - session.seen_at > IDLE or now - session.began_at > LONGEST:
            del self._sessions[secret]
            return None
        self._sessions[secret] = replace(session, seen_at=now)
        return session.user

    def end(self, secret: str) -> None:
        """End a session, if there is one."""
        self._sessions.pop(secret, None)
