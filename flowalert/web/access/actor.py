"""Who makes a request."""

import enum
from dataclasses import dataclass, field

from flowalert.settings import Role


class Means(enum.Enum):
    """By what somebody is known."""

    PLACE = "place"  # nobody has to say who they are, and only this machine reaches the address
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the name of a means


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a name for the audit log, and what they may do.

    `session` is the secret of the session that they are known by, empty for one that is known by a token.
    """

    name: str
    role: Role
    means: Means
    session: str = field(default="", repr=False)
