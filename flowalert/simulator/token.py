"""The tokens that the simulated exchange has issued."""

import base64
import datetime as dt
import enum
import re
import secrets
from collections import deque
from collections.abc import Callable

import msgspec
from msgspec import Struct

from flowalert.market.instant import KST

_KEPT = 10_000
_FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


class Refusal(enum.Enum):
    """Why no token is issued, or why one is no good. Source of the first three: codes seen on the live service."""

    WRONG_KEY = "IGW00103"
    WRONG_SECRET = "IGW00105"  # noqa: S105 - a code, not a secret
    TOO_MANY = "IGW00201"
    INVALID = "IGW00121"
    UNKNOWN = "IGW00122"
    EXPIRED = "IGW00123"


# Only the first is known to be the vendor's wording.
WORDS = {
    Refusal.WRONG_KEY: "유효하지 않은 AppKey입니다.",
    Refusal.WRONG_SECRET: "유효하지 않은 AppSecret입니다.",
    Refusal.TOO_MANY: "호출 거래건수를 초과하였습니다.",
    Refusal.INVALID: "유효하지 않은 token 입니다.",
    Refusal.UNKNOWN: "등록되지 않은 token 입니다.",
    Refusal.EXPIRED: "기간이 만료된 token 입니다.",
}


class Issued(Struct, frozen=True):
    """A token and the whole seconds that it is good for."""

    token: str
    expires_in: int


class TokenPolicy(Struct, frozen=True):
    """Who gets a token, how often, and for how long.

    Without `appkey` or `appsecret` any text does that is not empty. `limit` tokens are issued within any
    `limit_every` seconds. `lifetime` in seconds; None ends a token at 07:00 in Seoul on the day after.
    `is_single`: a new token ends those that the same key had (reports about the live service conflict).
    """

    appkey: str | None = None
    appsecret: str | None = None
    limit: int = 20
    limit_every: float = 10.0
    lifetime: float | None = None
    is_single: bool = False


class TokenBook:
    """Every token issued, with its end.

    `issue`, `revoke` and `expire` change it. Times are those of the wall clock, which `wall` tells with its zone:
    a client counts `expires_in` in real seconds, however fast the simulated day goes by.
    """

    def __init__(self, policy: TokenPolicy, wall: Callable[[], dt.datetime]) -> None:
        self._policy = policy
        self._wall = wall
        self._ends: dict[str, dt.datetime] = {}
        self._keys: dict[str, str] = {}
        self._issued_at: deque[dt.datetime] = deque()
        self.issued = 0

    def issue(self, appkey: str, appsecret: str) -> Issued | Refusal:
        """Issue a token, or say why not."""
        refusal = self._judge(appkey, appsecret)
        if refusal is not None:
            return refusal
        now = self._wall()
        if self._is_too_soon(now):
            return Refusal.TOO_MANY
        if self._policy.is_single:
            for token, owner in self._keys.items():
                if owner == appkey:
                    self.expire(token)
        ends_at = self._end_of(now)
        token = _make_token(now, ends_at)
        self._ends[token] = ends_at
        self._keys[token] = appkey
        while len(self._ends) > _KEPT:
            oldest = next(iter(self._ends))
            del self._ends[oldest], self._keys[oldest]
        self.issued += 1
        return Issued(token, int((ends_at - now).total_seconds()))

    def check(self, token: str) -> Refusal | None:
        """Say why a token is no good, or None where it is."""
        if not _FORM.fullmatch(token):
            return Refusal.INVALID
        ends_at = self._ends.get(token)
        if ends_at is None:
            return Refusal.UNKNOWN
        return Refusal.EXPIRED if self._wall() >= ends_at else None

    def revoke(self, appkey: str, appsecret: str, token: str) -> Refusal | None:
        """Forget a token, or say why not."""
        refusal = self._judge(appkey, appsecret) or self.check(token)
        if refusal is None:
            del self._ends[token], self._keys[token]
        return refusal

    def expire(self, token: str | None = None) -> None:
        """End one token now, or all that were issued so far."""
        now = self._wall()
        for each in self._ends if token is None else (token,):
            if each in self._ends:
                self._ends[each] = min(now, self._ends[each])

    def _judge(self, appkey: str, appsecret: str) -> Refusal | None:
        if not appkey or self._policy.appkey not in (None, appkey):
            return Refusal.WRONG_KEY
        if not appsecret or self._policy.appsecret not in (None, appsecret):
            return Refusal.WRONG_SECRET
        return None

    def _is_too_soon(self, now: dt.datetime) -> bool:
        window = dt.timedelta(seconds=self._policy.limit_every)
        while self._issued_at and now - self._issued_at[0] >= window:
            self._issued_at.popleft()
        if len(self._issued_at) >= self._policy.limit:
            return True
        self._issued_at.append(now)
        return False

    def _end_of(self, now: dt.datetime) -> dt.datetime:
        if self._policy.lifetime is not None:
            return now + dt.timedelta(seconds=self._policy.lifetime)
        tomorrow = now.astimezone(KST).date() + dt.timedelta(days=1)
        return dt.datetime.combine(tomorrow, dt.time(7), KST)


def _make_token(now: dt.datetime, ends_at: dt.datetime) -> str:
    """Return a token of the form of the vendor's: a JWT, signed by nobody, unlike any other."""
    head = {"typ": "JWT", "alg": "HS512"}
    claims = {
        "sub": "token",
        "jti": secrets.token_hex(8),
        "iat": int(now.timestamp()),
        "exp": int(ends_at.timestamp()),
    }
    parts = (msgspec.json.encode(head), msgspec.json.encode(claims), secrets.token_bytes(64))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
