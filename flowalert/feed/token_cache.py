"""The token on disk: a file that only its owner reads, replaced in one step."""

import datetime as dt
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec


@dataclass(frozen=True)
class Token:
    """An access token and its life; its `repr` does not show it."""

    value: str = field(repr=False)
    issued_at: dt.datetime
    ends_at: dt.datetime

    @property
    def renew_at(self) -> dt.datetime:
        """Five minutes, or a tenth of its life, before its end; never within half a minute of its issue.

        The floor matters where an issuer hands out tokens that all end at the same moment, as this one does
        at 07:00: without it the last minutes would bring a request every few seconds.
        """
        life = self.ends_at - self.issued_at
        early = min(dt.timedelta(minutes=5), life / 10)
        floor = self.issued_at + min(dt.timedelta(seconds=30), life)
        return max(self.ends_at - early, floor)


class _Cached(msgspec.Struct):
    key: str
    access_token: str
    issued_at: dt.datetime
    ends_at: dt.datetime


def identify(appkey: str, token_url: str) -> str:
    """Return what a cached token is kept under, so that another key or server does not use it."""
    return hashlib.blake2b(f"{appkey}\n{token_url}".encode(), digest_size=16).hexdigest()


def load_token(path: Path, key: str) -> Token | None:
    """Return the token that was cached under `key`; None if there is none.

    Raises ValueError for a file that is damaged or that others can read, and OSError.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            text = file.read(1 << 16)
    except FileNotFoundError:
        return None
    if mode & 0o077:
        raise ValueError(f"others may read it (mode {mode:04o}, expected 0600)")
    try:
        cached = msgspec.json.decode(text, type=_Cached)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # No cause: its words may quote the file.
        raise ValueError("it is damaged") from None
    if cached.key != key or cached.issued_at.tzinfo is None or cached.ends_at.tzinfo is None:
        return None
    if cached.ends_at <= cached.issued_at:
        raise ValueError("it is damaged")
    return Token(cached.access_token, cached.issued_at, cached.ends_at)


def save_token(path: Path, key: str, token: Token) -> None:
    """Replace the file, mode 0600, in one step. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = msgspec.json.encode(_Cached(key, token.value, token.issued_at, token.ends_at))
    # A new file each time: opening the old one would keep its mode and its readers.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def remove_token(path: Path) -> None:
    """Remove the file if it is there. Raises OSError."""
    path.unlink(missing_ok=True)
