"""How much of a rule's life is used up."""

from msgspec import Struct

from flowalert.market.instant import DAY
from flowalert.rules.rulebook import Expiry


class Past(Struct, frozen=True):
    """What is known of a rule from before: how often it fired, and the first session (a day's number) that it saw."""

    fires: int = 0
    first_session: int | None = None


class Term:
    """The life of one rule that expires, over all of its scopes and sessions.

    What changes: `fires`, by `lifecycle`; `first_session`, with the first session that begins.
    """

    __slots__ = ("_expiry", "fires", "first_session")

    def __init__(self, expiry: Expiry, past: Past) -> None:
        self._expiry = expiry
        self.fires = past.fires
        self.first_session = past.first_session

    def begin_session(self, session: int) -> None:
        """Take note of a session."""
        if self.first_session is None:
            self.first_session = session

    def is_over(self, at: int) -> bool:
        """Tell whether the rule no longer opens alerts at an exchange time."""
        expiry, session = self._expiry, at // DAY
        if expiry.last_day is not None:
            return session > expiry.last_day
        if expiry.fires is not None:
            return self.fires >= expiry.fires
        return self.first_session is not None and session > self.first_session
