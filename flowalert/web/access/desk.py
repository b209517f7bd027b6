"""Tells who makes a request, by a session, a token, or the place that it comes from."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

import argon2
import structlog
import trio
from starlette.requests import Request

from flowalert.settings import Role, User, WebSettings
from flowalert.web.access.actor import Actor, Means
from flowalert.web.access.cookie import SESSION, read_cookie
from flowalert.web.access.mark import make_mark, read_mark
from flowalert.web.access.origin import came_through_proxy, check_origin
from flowalert.web.access.session import Sessions
from flowalert.web.access.throttle import Throttle, name_place
from flowalert.web.mistake import RequestRefused

log = structlog.get_logger()

# A check takes a core for some 30 ms and 64 MB: one at a time, and strangers do not queue up for it.
_CHECKS_AT_ONCE = 1
_MOST_WAITING = 20


class Entry(NamedTuple):
    """What a browser is given when somebody logs in: the session's secret, and the mark of a browser that is known."""

    session: str
    mark: str


class Desk:
    """Knows users, tokens and sessions. What changes: the sessions and the count of wrong passwords."""

    def __init__(self, settings: WebSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._sessions = Sessions(now)
        self._throttle = Throttle(now)
        self._users = {user.name: user for user in settings.users}
        self._limiter = trio.CapacityLimiter(_CHECKS_AT_ONCE)
        self._seal = secrets.token_bytes(32)
        self._nobodys = _make_nobodys(settings.users)

    @property
    def asks_who(self) -> bool:
        """Whether one has to say who one is."""
        return self._settings.asks_who

    @property
    def needs_tls(self) -> bool:
        """Whether nothing comes in but over TLS."""
        return self._settings.certificate is not None

    def find_actor(self, request: Request) -> Actor | None:
        """Return who makes a request; None for somebody that nobody knows.

        Raises RequestRefused for a wrong token, and where nobody has to say who they are but a proxy lets others in.
        """
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            # A token that is sent is what counts, also beside a session.
            return self._find_program(credentials.strip())
        if not self._settings.asks_who:
            if came_through_proxy(request):
                what = "a proxy lets others in, and nobody has to say who they are"
                raise RequestRefused(403, what, instead="write users: or tokens: into the settings' web:")
            return Actor("web", Role.OPERATOR, Means.PLACE)
        secret = read_cookie(request, SESSION, needs_tls=self.needs_tls)
        user = self._sessions.find(secret) if secret else None
        return None if user is None else Actor(user.name, user.role, Means.SESSION, secret)

    def still_knows(self, actor: Actor) -> bool:
        """Tell whether an actor may go on looking: a session can end while an answer goes on."""
        return actor.means is not Means.SESSION or self._sessions.knows(actor.session)

    def make_proof(self, actor: Actor) -> str:
        """Return what a form of this actor must bring back, which no other site can know."""
        return hmac.new(self._seal, f"{actor.means.value}:{actor.session}".encode(), hashlib.sha256).hexdigest()

    def check_proof(self, request: Request, actor: Actor, proof: str) -> None:
        """Raise RequestRefused for a change that another site's page may have sent in this actor's name."""
        if actor.means is Means.TOKEN:
            # No browser sends one by itself.
            return
        check_origin(request)
        if not hmac.compare_digest(self.make_proof(actor).encode(), proof.encode()):
            raise RequestRefused(403, "this page is too old, or another site sent the request", instead="load it again")

    async def log_in(self, name: str, password: str, *, place: str, mark: str = "") -> Entry:
        """Begin a session; `place` is where the request came from. Raises RequestRefused.

        Wrong passwords make everybody wait who tries from that place or for that name, but for a browser with a `mark`
        of this user, which is counted by itself: nobody can keep a user out.
        """
        user = self._users.get(name)
        number = "" if user is None else read_mark(user, mark)
        keys = (f"mark {number}",) if number else (f"place {name_place(place)}", f"user {name[:100]}")
        wait = self._throttle.find_wait(*keys)
        if wait:
            raise RequestRefused(429, f"too many wrong passwords: wait {wait:.0f} s", after=int(wait) + 1)
        if not number and self._limiter.statistics().tasks_waiting >= _MOST_WAITING:
            raise RequestRefused(429, "too many try to log in: wait a little", after=2)
        self._throttle.note_attempt(*keys)
        if not await self._is_right(user, password):
            # The name may be a password in the wrong field.
            log.warning("log-in refused", place=place, user="" if user is None else name)
            raise RequestRefused(401, "the name or the password is wrong")
        assert user is not None  # noqa: S101 - nobody's password is never right
        self._throttle.forget(*keys)
        log.info("logged in", place=place, user=name)
        return Entry(self._sessions.begin(user), mark if number else make_mark(user))

    def log_out(self, actor: Actor) -> None:
        """End the actor's session."""
        self._sessions.end(actor.session)

    def end_before(self, request: Request) -> None:
        """End the session that a browser has brought along, as another one begins."""
        self._sessions.end(read_cookie(request, SESSION, needs_tls=self.needs_tls))

    def _find_program(self, secret: str) -> Actor:
        digest = f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"
        for token in self._settings.tokens:
            if hmac.compare_digest(token.digest, digest):
                return Actor(token.name, token.role, Means.TOKEN)
        raise RequestRefused(401, "this token is not known", instead="send one that flowalert web-token made")

    async def _is_right(self, user: User | None, password: str) -> bool:
        hashed = self._nobodys if user is None else user.password
        check = partial(_verify, hashed, password)
        return await trio.to_thread.run_sync(check, limiter=self._limiter) and user is not None


def _make_nobodys(users: tuple[User, ...]) -> str:
    """Return a hash that costs as much to check as a user's, so that no answer's time tells which names there are."""
    if not users:
        return ""
    cost = argon2.extract_parameters(users[0].password)
    return argon2.PasswordHasher.from_parameters(cost).hash(secrets.token_hex(16))


def _verify(hashed: str, password: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(hashed, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
