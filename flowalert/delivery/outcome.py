"""What became of one attempt to send."""

from msgspec import Struct


class Sent(Struct, frozen=True):
    """The target's service accepted it."""


class Retry(Struct, frozen=True):
    """It did not go out, and may later; `after` is the wait in seconds that the service asked for, if it did."""

    reason: str
    after: float | None = None


class Refused(Struct, frozen=True):
    """It did not go out and never will."""

    reason: str


class Unknown(Struct, frozen=True):
    """It may have gone out, and nobody can tell."""

    reason: str


Outcome = Sent | Retry | Refused | Unknown
