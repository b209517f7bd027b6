"""How much of a rule's life is used up."""

from collections.abc import Iterator

from msgspec import Struct

from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Expiry


class Past(Struct, frozen=True):
    """What is known of a rule from before: how often it fired, and the first session (a day's number) that it saw."""

    fires: int = 0
    first_session: int | None = None


class Used(Struct, frozen=True):
    """How often a rule that expires has fired in a session (a day's number) of its venue."""

    rule: str
    venue: Venue
    session: int
    fires: int


class Term:
    """The life of one rule that expires, over all of its scopes and sessions.

    What changes: `fires`, by `use_up`, and the rest with each session that begins.
    """

    __slots__ = ("_expiry", "_used", "fires", "first_session")

    def __init__(self, expiry: Expiry, past: Past) -> None:
        self._expiry = expiry
        self._used: list[tuple[int, int]] = []
        self.fires = past.fires
        self.first_session = past.first_session

    def begin_session(self, session: int) -> None:
        """Take note of a session."""
        self._used = [*self._used[-1:], (session, 0)]
        if self.first_session is None:
            self.first_session = session

    def use_up(self) -> None:
        """Take note of a firing."""
        self.fires += 1
        session, fires = self._used[-1]
        self._used[-1] = session, fires + 1

    def list_used(self, rule: str, venue: Venue) -> Iterator[Used]:
        """Yield what the session before the present one and the present one have used up of the life of a rule."""
        for session, fires in self._used:
            yield Used(rule, venue, session, fires)

    def is_over(self, at: int) -> bool:
        """Tell whether the rule no longer opens alerts at an exchange time."""
        expiry, session = self._expiry, at // DAY
        if expiry.last_day is not None:
            return session > expiry.last_day
        if expiry.fires is not None:
            return self.fires >= expiry.fires
        return self.first_session is not None and session > self.first_session
