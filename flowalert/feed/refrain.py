"""Saying a trouble that lasts once, and then every so often."""

# Seconds. An outage of a night is some dozens of lines, whatever the pauses between the attempts.
SAY_EVERY = 900.0
# Troubles whose words hold numbers of their own must not grow this for ever.
_MOST = 64


class Refrain:
    """What of a trouble is to be said; `find_due` and `end` change when each was said, and how often it came since."""

    def __init__(self, every: float = SAY_EVERY) -> None:
        self._every = every
        self._said: dict[str, tuple[float, int]] = {}

    def find_due(self, trouble: str, now: float) -> int | None:
        """Return how often a trouble has come since it was last said, this one too; None where that is too soon."""
        said_at, unsaid = self._said.get(trouble, (None, 0))
        if said_at is not None and now - said_at < self._every:
            self._said[trouble] = (said_at, unsaid + 1)
            return None
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[trouble] = (now, 0)
        return unsaid + 1

    def end(self) -> None:
        """Say the next trouble at once: those before it are over."""
        self._said.clear()
