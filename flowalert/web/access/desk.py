"""Tells who makes a request, by a session, a token, or the place that it comes from."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial

import argon2
import trio
from starlette.requests import Request

from flowalert.settings import Role, User, WebSettings
from flowalert.web.access.actor import Actor, Means
from flowalert.web.access.session import Sessions
from flowalert.web.access.throttle import Throttle
from flowalert.web.mistake import RequestRefused

COOKIE = "flowalert_session"

_SAFE = {"GET", "HEAD", "OPTIONS"}
# A check takes a core for some 30 ms and 64 MB: one at a time.
_CHECKS_AT_ONCE = 1
# Checked for a name that nobody has, so that the time of an answer does not tell which names there are.
_NOBODYS = argon2.PasswordHasher().hash(secrets.token_hex(16))


class Desk:
    """Knows users, tokens and sessions. What changes: the sessions and the count of wrong passwords."""

    def __init__(self, settings: WebSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._sessions = Sessions(now)
        self._throttle = Throttle(now)
        self._users = {user.name: user for user in settings.users}
        self._limiter = trio.CapacityLimiter(_CHECKS_AT_ONCE)
        self._seal = secrets.token_bytes(32)

    @property
    def asks_who(self) -> bool:
        """Whether one has to say who one is."""
        return self._settings.asks_who

    def find_actor(self, request: Request) -> Actor | None:
        """Return who makes a request; None for somebody that nobody knows. Raises RequestRefused for a wrong token."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._find_program(credentials.strip())
        if not self._settings.asks_who:
            return Actor("web", Role.OPERATOR, Means.PLACE)
        secret = request.cookies.get(COOKIE, "")
        user = self._sessions.find(secret) if secret else None
        return None if user is None else Actor(user.name, user.role, Means.SESSION, secret)

    def make_proof(self, actor: Actor) -> str:
        """Return what a form of this actor must bring back, which no other site can know."""
        return hmac.new(self._seal, f"{actor.means.value}:{actor.session}".encode(), hashlib.sha256).hexdigest()

    def check_proof(self, request: Request, actor: Actor, proof: str) -> None:
        """Raise RequestRefused for a change that another site's page may have sent in this actor's name."""
        if request.method in _SAFE or actor.means is Means.TOKEN:
            return
        if not hmac.compare_digest(self.make_proof(actor).encode(), proof.encode()):
            raise RequestRefused(403, "this page is too old, or another site sent the request", instead="load it again")

    async def log_in(self, name: str, password: str, place: str) -> str:
        """Begin a session and return its secret; `place` is where the request came from. Raises RequestRefused."""
        keys = (f"place {place}", f"user {name[:100]}")
        wait = self._throttle.find_wait(*keys)
        if wait:
            raise RequestRefused(429, f"too many wrong passwords: wait {wait:.0f} s", after=int(wait) + 1)
        user = self._users.get(name)
        if not await self._is_right(user, password):
            self._throttle.note_failure(*keys)
            raise RequestRefused(401, "the name or the password is wrong")
        assert user is not None  # noqa: S101 - nobody's password is never right
        self._throttle.forget(*keys)
        return self._sessions.begin(user)

    def log_out(self, actor: Actor) -> None:
        """End the actor's session."""
        self._sessions.end(actor.session)

    def _find_program(self, secret: str) -> Actor:
        digest = f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"
        for token in self._settings.tokens:
            if hmac.compare_digest(token.digest, digest):
                return Actor(token.name, token.role, Means.TOKEN)
        raise RequestRefused(401, "this token is not known")

    async def _is_right(self, user: User | None, password: str) -> bool:
        hashed = _NOBODYS if user is None else user.password
        check = partial(_verify, hashed, password)
        return await trio.to_thread.run_sync(check, limiter=self._limiter) and user is not None


def _verify(hashed: str, password: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(hashed, password)
    except argon2.exceptions.VerificationError:
        return False
