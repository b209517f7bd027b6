"""The past of a store, for who looks after it while the service runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flowalert.market.entry import Entry
from flowalert.store import retention
from flowalert.store.database import Database
from flowalert.store.export import Export, read_export, save_export
from flowalert.store.history import read_piece
from flowalert.store.retention import Cursor, Surplus
from flowalert.store.session import Stretch

_CHUNK = 2_000


class Attic:
    """What a store has of days that are over. What changes is the file, a little in each transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def surplus(self, sessions: int) -> Surplus | None:
        """Return the oldest day that goes where so many trading days are kept; None where there is none."""
        return await self._database.read(retention.find_surplus, sessions)

    async def piece(self, after: int, until: int) -> tuple[Sequence[int], Sequence[Entry], int]:
        """Return entries after one, some thousand at most, when each was received, and which was the last of them."""
        received_at, entries, left = await self._database.read(read_piece, Stretch(after, until, {}), _CHUNK)
        return received_at, entries, left.after

    async def export(self) -> Export | None:
        """Return the part of the journal that is on its way into a recording."""
        return await self._database.read(read_export)

    async def save_export(self, export: Export | None) -> None:
        """Write down what is on its way into a recording, in place of what was."""
        await self._database.write(save_export, export)

    async def drop_entries(self, last_seq: int) -> bool:
        """Drop some entries up to that one, oldest first; return whether any are left."""
        return await self._database.write(retention.drop_entries, last_seq)

    async def drop_alerts(self, sessions: int, now: datetime, after: Cursor) -> Cursor | None:
        """Drop some alerts of days that are not kept; return how far it came, None at the end."""
        kept = await self._database.read(retention.find_kept_day, sessions)
        return None if kept is None else await self._database.write(retention.drop_alerts, kept, now, after)

    async def forget(self, sessions: int, deeds: timedelta, now: datetime) -> None:
        """Forget the sessions that are not kept, and what people did longer ago than that."""
        kept = await self._database.read(retention.find_kept_day, sessions)
        if kept is not None:
            await self._database.write(retention.forget_sessions, kept)
        await self._database.write(retention.drop_deeds, now - deeds)

    async def trim_log(self) -> int:
        """Bring the write-ahead log into the file and cut it back; return how many bytes it has then."""
        return await self._database.trim_log()

    def log_size(self) -> int:
        """Return how many bytes the write-ahead log has."""
        return self._database.log_size()
