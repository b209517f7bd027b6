"""The store: questions for everybody, changes for the one service that holds it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import apsw
import structlog
import trio

from flowalert.engine.ack import Ack
from flowalert.engine.clause import Subject
from flowalert.engine.matcher import Matcher
from flowalert.engine.notice import Delivery, DeliveryState, Notice
from flowalert.engine.queue import Glance, Lane, Muted, Step, Version, Waiting
from flowalert.engine.recurrence import Times
from flowalert.engine.silence import Silence
from flowalert.engine.term import Past, Used
from flowalert.engine.transition import Transition
from flowalert.market.entry import Entry, Update
from flowalert.market.series import Series
from flowalert.store import (
    ack,
    alert,
    audit,
    handoff,
    integrity,
    lane,
    queue,
    register,
    session,
    silence,
    summary,
    term,
)
from flowalert.store.ack import NotAcknowledged
from flowalert.store.alert import Labels
from flowalert.store.attic import Attic
from flowalert.store.backlog import Backlog, read_backlog
from flowalert.store.beginning import NotOne, complete, find_alert
from flowalert.store.copy import copy_store
from flowalert.store.database import Database, create_file, open_database
from flowalert.store.diary import Inquiry, Leaf, read_leaf, read_people
from flowalert.store.extract import read_extract
from flowalert.store.identity import check_existing, check_identity
from flowalert.store.journal import Journal, read_chunk
from flowalert.store.ledger import Ledger, Line, Names, Selection, read_ledger, read_names
from flowalert.store.lock import hold_lock
from flowalert.store.refusal import StoreRefused
from flowalert.store.register import Choice
from flowalert.store.schema import VERSION
from flowalert.store.second_try import NotPutBack, PutBack, put_back
from flowalert.store.sheet import Sheet, read_lines_of, read_sheet
from flowalert.store.silence import NotEnded
from flowalert.store.soundness import check_soundness
from flowalert.store.standing import Standing, read_standings, read_todays_alerts

log = structlog.get_logger()

# How long a service waits, in seconds, for a disk that is full or a file that is locked. Its feed waits with it.
PATIENCE = 600.0

# Seconds that a start gives to finding damaged pages: it is to be ready within three, and the fold takes most of them.
_LOOKED_AT_FOR = 0.2

_CHUNK = 5_000  # rows a hop: some 15 ms of the thread, so that a commit does not wait long behind a reader


class Reader:
    """Answers questions about a store, also beside the service that writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_open_session(self, *, rows: int = _CHUNK) -> AsyncGenerator[Sequence[Entry], None]:
        """Yield, in chunks of so many and in order, the entries that bring an engine to where it was.

        They start with the earliest of the newest sessions of the venues, and hold no session by half.
        """
        stretch = await self._database.read(session.find_open_stretch)
        while stretch.after < stretch.until:
            entries, stretch = await self._database.read(read_chunk, stretch, rows)
            yield entries

    async def find_open_session(self) -> session.Stretch:
        """Return where the open session lies in the journal, for `read_on`."""
        return await self._database.read(session.find_open_stretch)

    async def read_on(self, stretch: session.Stretch) -> tuple[Sequence[Entry], session.Stretch]:
        """Return the next chunk of a stretch and what is left of it; past its end, what came since, if anything."""
        if stretch.after >= stretch.until:
            stretch = await self._database.read(session.lengthen, stretch)
        return await self._database.read(read_chunk, stretch, _CHUNK)

    async def sessions(self) -> list[session.Session]:
        """Return every session of the journal, newest first."""
        return await self._database.read(session.read_sessions)

    async def open_alerts(self) -> list[alert.Alert]:
        """Return the alerts that fire, in the order in which they opened."""
        return await self._database.read(alert.read_open_alerts)

    async def newest_open_alerts(self, *, limit: int) -> list[alert.Alert]:
        """Return the alerts that fire, those first that opened last."""
        return await self._database.read(alert.read_newest_open_alerts, limit=limit)

    async def alerts(self, *, limit: int = 100) -> list[alert.Alert]:
        """Return the alerts that changed last, newest first."""
        return await self._database.read(alert.read_alerts, limit=limit)

    async def transitions(self, alert_id: str) -> list[Transition]:
        """Return every transition of an alert, told or not, in order."""
        return await self._database.read(alert.read_transitions, alert_id)

    async def transitions_since(self, at: int, *, limit: int) -> list[Transition]:
        """Return the newest transitions that came about at an exchange time or later, told or not, in order."""
        return await self._database.read(alert.read_transitions_since, at, limit=limit)

    async def deliveries(
        self, *, states: Collection[DeliveryState] = tuple(DeliveryState), limit: int = 100
    ) -> list[Delivery]:
        """Return the deliveries in these states, newest first, each with its reason."""
        return await self._database.read(queue.read_deliveries, states=states, limit=limit)

    async def ledger(self, selection: Selection, *, limit: int) -> Ledger:
        """Return the newest deliveries of a selection with what each tells of, and how many are in which state."""
        return await self._database.read(read_ledger, selection, limit=limit)

    async def sheet(self, selection: Selection, *, before: int | None = None, limit: int) -> Sheet:
        """Return a page of the deliveries of a selection, newest first."""
        return await self._database.read(read_sheet, selection, before=before, limit=limit)

    async def lines_of(self, alert_id: str, *, limit: int) -> tuple[Line, ...]:
        """Return the newest deliveries about one alert, oldest of them first."""
        return await self._database.read(read_lines_of, alert_id, limit=limit)

    async def open_entries(self, choice: Choice, *, limit: int) -> tuple[tuple[register.Entry, ...], int]:
        """Return the chosen alerts that fire, newest first, and how many there are beyond the limit."""
        return await self._database.read(register.read_open, choice, limit=limit)

    async def past_entries(self, choice: Choice, *, before: int | None = None, limit: int) -> register.Page:
        """Return a page of the chosen alerts that do not fire, newest first."""
        return await self._database.read(register.read_past, choice, before=before, limit=limit)

    async def extract(self, of: Series, begin: int, end: int, *, limit: int) -> Sequence[Update]:
        """Return the updates of a series between two exchange times, both counted in, at most so many."""
        return await self._database.read(read_extract, of, begin, end, limit=limit)

    async def names(self) -> Names:
        """Return the channels and rules that a selection may name."""
        return await self._database.read(read_names)

    async def events(self, since: datetime) -> list[alert.Alert]:
        """Return the events that were to be told since a moment of wall time, in the order of their coming."""
        return await self._database.read(alert.read_events, since)

    async def alerts_beginning(self, beginning: str, *, limit: int) -> list[alert.Alert]:
        """Return the alerts whose ids begin so, newest first."""
        return await self._database.read(alert.read_alerts_beginning, beginning, limit=limit)

    async def find_alert(self, beginning: str) -> alert.Alert | NotOne:
        """Return the one alert whose id begins so."""
        return await self._database.read(find_alert, beginning)

    async def complete(self, matcher: Matcher) -> Matcher | NotOne:
        """Return a matcher with whole ids of alerts."""
        return await self._database.read(complete, matcher)

    async def silences(self, *, now: datetime | None = None) -> list[Silence]:
        """Return the silences that are not over at a moment, or all where none is named, by their numbers."""
        return await self._database.read(silence.read_silences, now=now)

    async def ended_silences(
        self, now: datetime, *, before: int | None = None, limit: int
    ) -> tuple[tuple[Silence, ...], int | None]:
        """Return the silences that are over at a moment, newest first, and where the next page begins."""
        return await self._database.read(silence.read_ended, now, before=before, limit=limit)

    async def acks(self, *, alerts: Collection[str] | None = None) -> dict[str, Ack]:
        """Return the acknowledgements of these alerts, or all that there are, by the alert's id."""
        return await self._database.read(ack.read_acks, alerts=alerts)

    async def last_reload(self) -> audit.Deed | None:
        """Return what became of the last reload, refused or not; None before the first."""
        return await self._database.read(audit.find_last_reload)

    async def audit(self, *, limit: int, since: datetime | None = None) -> list[audit.Deed]:
        """Return what people did last, oldest of it first."""
        return await self._database.read(audit.read_deeds, limit=limit, since=since)

    async def leaf(self, inquiry: Inquiry, *, before: int | None = None, limit: int) -> Leaf:
        """Return a page of what people did, newest first."""
        return await self._database.read(read_leaf, inquiry, before=before, limit=limit)

    async def people(self, *, limit: int) -> tuple[str, ...]:
        """Return the names of those who did anything."""
        return await self._database.read(read_people, limit=limit)

    async def standings(self, *, since: datetime) -> dict[str, Standing]:
        """Return what rules did in the newest session, and what of it could not be sent since a moment of wall time."""
        return await self._database.read(read_standings, since)

    async def todays_alerts(self, rule: str, *, limit: int) -> list[alert.Alert]:
        """Return the alerts of a rule that changed in the newest session, newest first."""
        return await self._database.read(read_todays_alerts, rule, limit=limit)

    async def pasts(self) -> dict[str, Past]:
        """Return what rules that expire had used up before the open session, by the rule's name."""
        return await self._database.read(term.read_pasts)

    async def backlog(self, now: datetime) -> Backlog:
        """Return what waits to be sent and what could not be, by now."""
        return await self._database.read(read_backlog, now)

    async def find_damages(self) -> list[str]:
        """Return what is wrong with the file, nothing where it is whole; it is read from end to end."""
        return await self._database.read(integrity.find_damages)

    async def summary(self) -> summary.Summary:
        """Return how much of everything there is."""
        return await self._database.read(summary.read_summary)


class Store(Reader):
    """The open store of a running service. What changes is the file; every change is one transaction.

    The service's engine task commits, and each delivery worker saves its own target's deliveries.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.attic = Attic(database)
        self._journal = Journal()
        self._is_unsure = False

    async def commit(
        self,
        received: Sequence[tuple[datetime, Entry]],
        transitions: Sequence[Transition],
        notices: Sequence[Notice],
        *,
        now: datetime,
        used: Sequence[Used] = (),
        labels: Mapping[str, Labels] = {},
    ) -> int:
        """Write entries, what followed and whom to tell, as one, on disk; return the number of new deliveries.

        `used` is what has changed in how much of their lives rules have used up, `labels` those of the rules that have
        any, by the rule's name.

        Each entry comes with the moment of its receipt. Transitions that the store has are not written
        again, and their notices ask for nothing; entries are always written, so they are committed once. A
        resolve goes to the targets of its firing, whatever its notices name.
        """

        def change(connection: apsw.Connection) -> int:
            if self._is_unsure:
                # The transaction before this one failed, and what was noted in it is not in the file.
                self._journal.forget()
            self._is_unsure = True
            self._journal.append(connection, received)
            term.save_used(connection, used)
            new = alert.append_transitions(connection, transitions, labels, now)
            return queue.append_notices(connection, notices, new, now)

        made = await self._database.write(change)
        self._is_unsure = False
        return made

    def hurry(self) -> None:
        """Let a write that the disk refuses for the moment be given up within seconds: the service is to stop."""
        self._database.hurry()

    async def glances(self, target: str, now: datetime) -> list[Glance]:
        """Return how much waits for a target, by lane; those where nothing does are left out."""
        return await self._database.read(lane.read_glances, target, now)

    async def waiting(self, of: Lane) -> list[Waiting]:
        """Return what waits in a lane, in the order of its making."""
        return await self._database.read(lane.read_waiting, of)

    async def begin(self, of: Lane, steps: Iterable[Step], ids: Sequence[int]) -> list[Delivery]:
        """Do as `advance`, and return the deliveries of these ids, in the order of their making."""
        # A tuple, as a transaction may be tried more than once.
        taken = tuple(steps)

        def change(connection: apsw.Connection) -> list[Delivery]:
            lane.advance(connection, of, taken)
            return queue.read_chosen(connection, ids)

        return await self._database.write(change)

    async def advance(self, of: Lane, steps: Iterable[Step]) -> None:
        """Write what becomes of deliveries of a lane, and the lane; raises LookupError for one settled before."""
        # A tuple, as a transaction may be tried more than once.
        await self._database.write(lane.advance, of, tuple(steps))

    async def release_leases(self, now: datetime) -> int:
        """Let the sends that a stopped service left under way be tried again; return how many there were."""
        return await self._database.write(queue.release_leases, now)

    async def orphans(self, lanes: Collection[tuple[str, str]]) -> list[tuple[Lane, list[Waiting]]]:
        """Return what waits in lanes that are none of these (target, channel)."""
        return await self._database.read(lane.read_orphans, lanes)

    async def version(self) -> Version:
        """Return what is another whenever what mutes alerts may have changed."""
        return await self._database.read(handoff.read_version)

    async def acknowledged(self) -> Mapping[str, str]:
        """Return the alerts that somebody has acknowledged, with who did."""
        return {alert: each.by for alert, each in (await self.acks()).items()}

    async def firing(self) -> Sequence[Subject]:
        """Return the alerts that fire, as a matcher is asked about them."""
        return await self._database.read(handoff.read_firing)

    async def muted(self) -> list[Muted]:
        """Return the alerts that fire and that somebody was not told of, as they were muted."""
        return await self._database.read(handoff.read_muted)

    async def unreached(self, channel: str, fallback: str, *, late: timedelta, now: datetime) -> list[Transition]:
        """Return what a channel's targets refused, or could not be told for so long, and its fallback was not told."""
        return await self._database.read(handoff.read_unreached, channel, fallback, late, now)

    async def tell(self, notices: Sequence[Notice], now: datetime) -> int:
        """Write notices of transitions that were told before; return how many deliveries that made."""
        return await self._database.write(queue.add_notices, notices, now)

    async def note_reload(self, why: str, problems: Sequence[str], *, rules: Sequence[str] = (), now: datetime) -> None:
        """Write down that the settings were read again, and what was wrong with them, if anything.

        `rules` names the rule that each problem is of, empty for one that is of none or refuses nothing.
        """
        action = audit.Action.REFUSED if problems else audit.Action.RELOADED
        detail = {"why": why, "problems": list(problems), "rules": list(rules)}

        def change(connection: apsw.Connection) -> None:
            audit.note_deed(connection, action, "settings", who="flowalert", now=now, detail=detail)

        await self._database.write(change)

    async def tell_unmuted(self, free: Sequence[Muted], notices: Sequence[Notice], now: datetime) -> int:
        """Write notices about alerts that are muted no longer, and forget that they were; return as `tell`."""

        def change(connection: apsw.Connection) -> int:
            handoff.forget_muted(connection, free)
            return queue.add_notices(connection, notices, now)

        return await self._database.write(change)


class Clerk(Reader):
    """A store in which a person changes something, also beside the service. Every change is one transaction.

    What changes is the file, and only what a running service reads from it each time. Who did it, `by`, is written
    down with it.
    """

    async def add_silence(
        self,
        matcher: Matcher,
        *,
        starts_at: datetime,
        ends_at: datetime | None,
        times: Times = (),
        by: str,
        reason: str,
        now: datetime,
    ) -> Silence:
        """Write a new silence; return it with its number."""
        return await self._database.write(
            silence.add_silence,
            matcher,
            starts_at=starts_at,
            ends_at=ends_at,
            times=times,
            by=by,
            reason=reason,
            now=now,
        )

    async def end_silences(self, ids: Sequence[int], *, by: str, now: datetime) -> tuple[Silence, ...] | NotEnded:
        """End silences before their time; or none, where one of them cannot be. Returns them as they are then."""
        return await self._database.write(silence.end_silences, ids, by=by, now=now)

    async def acknowledge(
        self, alerts: Sequence[str], *, by: str, comment: str = "", now: datetime
    ) -> tuple[alert.Alert, ...] | NotAcknowledged:
        """Acknowledge all of the alerts, by their ids; or none, where one is resolved, acknowledged or not there."""
        return await self._database.write(ack.acknowledge, alerts, by=by, comment=comment, now=now)

    async def withdraw_acknowledgement(
        self, alerts: Sequence[str], *, by: str, now: datetime
    ) -> tuple[alert.Alert, ...] | NotAcknowledged:
        """Take the acknowledgements of all of the alerts back; or of none, where one has none."""
        return await self._database.write(ack.withdraw_acknowledgement, alerts, by=by, now=now)

    async def note_rules_written(
        self, file: str, *, digests: tuple[str, str], added: int, removed: int, by: str, now: datetime
    ) -> None:
        """Write down that a rule file is another: its digests before and after, and how many lines came and went."""
        detail = {"before": digests[0], "after": digests[1], "added": added, "removed": removed}

        def change(connection: apsw.Connection) -> None:
            audit.note_deed(connection, audit.Action.WROTE_RULES, file, who=by, now=now, detail=detail)

        await self._database.write(change)

    async def put_back(
        self, selection: Selection, *, by: str, now: datetime, force: bool = False
    ) -> PutBack | NotPutBack:
        """Make all deliveries of a selection wait again, due at once; or none, where one of them cannot.

        A running service notices within seconds; otherwise the next start does. Those that were sent need `force`.
        """
        return await self._database.write(put_back, selection, now, by=by, force=force)


@asynccontextmanager
async def open_store(path: Path, *, on_wait: Callable[[], None] = lambda: None) -> AsyncIterator[Store]:
    """Open the store of a service, made if there is none, and hold it until the block ends.

    `on_wait` is called whenever a write waits for a disk that takes nothing for the moment. Raises StoreRefused, with
    the file untouched, where another service holds it, and for a file that is no store or is a newer flowalert's.
    """
    path = path.resolve()  # noqa: ASYNC240 - one look at a local folder, once a start
    if not path.parent.is_dir():
        raise StoreRefused(
            f"{path}: the folder {path.parent} does not exist; create it, or name another file in `store:`"
        )
    with hold_lock(path):
        if path.exists():
            version = check_identity(path)
            await trio.to_thread.run_sync(partial(check_soundness, path, within=_LOOKED_AT_FOR))
            if version < VERSION:
                await trio.to_thread.run_sync(_keep_older, path, version)
        else:
            create_file(path)
        async with open_database(path, readonly=False, patience=PATIENCE, on_wait=on_wait) as database:
            yield Store(database)


@asynccontextmanager
async def open_reader(path: Path, *, current: bool = False) -> AsyncIterator[Reader]:
    """Open a store to ask it questions, whether or not a service is running on it.

    Raises StoreRefused where there is none, and for a file that is no store or is a newer flowalert's; with `current`
    for an older one's too, which has no answer to some of the questions.
    """
    path = path.resolve()  # noqa: ASYNC240 - one look at a local folder, once a start
    version = check_existing(path)
    if current:
        _refuse_older(path, version)
    async with open_database(path, readonly=True) as database:
        yield Reader(database)


@asynccontextmanager
async def open_clerk(path: Path) -> AsyncIterator[Clerk]:
    """Open a store to change something by hand, whether or not a service is running on it.

    Raises StoreRefused where there is none, and for a file that is no store or is another version's.
    """
    path = path.resolve()  # noqa: ASYNC240 - one look at a local folder, once a start
    _refuse_older(path, check_existing(path))
    async with open_database(path, readonly=False) as database:
        yield Clerk(database)


def _keep_older(path: Path, version: int) -> None:
    """Copy a store aside before it is migrated: a flowalert of its version cannot open it afterwards."""
    copy = copy_store(path, path.with_name(f"{path.name}.v{version}.bak"), replace=True)
    log.info("store copied before its migration", version=version, copy=str(copy.file), mb=round(copy.size / 1e6, 1))


def _refuse_older(path: Path, version: int) -> None:
    if version < VERSION:
        # To migrate it here could change it under a service of the older version.
        raise StoreRefused(
            f"{path}: written by an older flowalert (store version {version}, this one has {VERSION}); "
            "start the service once with this one, then try again"
        )
