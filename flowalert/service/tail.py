"""What is folded while somebody else folds the same journal again, and must catch up."""

from collections.abc import Iterable

from flowalert.market.entry import Entry


class Tail:
    """The entries that came since it began to listen; who catches up takes them out, in order.

    What changes: whether it listens, by `listen` and `close`, and the entries, by `note` and `take`.
    """

    def __init__(self) -> None:
        self._entries: list[Entry] | None = None

    def listen(self) -> None:
        """Begin to keep what comes."""
        self._entries = []

    def close(self) -> None:
        """Keep nothing any more."""
        self._entries = None

    def note(self, entries: Iterable[Entry]) -> None:
        """Take entries in, if anybody listens."""
        if self._entries is not None:
            self._entries.extend(entries)

    def take(self) -> list[Entry]:
        """Return what has come and was not taken yet."""
        taken, self._entries = self._entries or [], [] if self._entries is not None else None
        return taken
