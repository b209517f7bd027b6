"""What became of one attempt to send."""

from msgspec import Struct


class Sent(Struct, frozen=True):
    """The target's service accepted it.

    `shortened` says by how much the text was made to fit, in the unit that the service counts, as in `shortened from
    5,120 to 4,090 characters`; it is empty where all of it went out. `pictureless` says why its picture did not go with
    it, and is empty where there was none, where the target takes none, and where it went.
    """

    shortened: str = ""
    pictureless: str = ""


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
