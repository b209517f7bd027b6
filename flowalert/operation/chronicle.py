"""What the journal says of the market, for people: sessions with their counts, and who was heard last."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from flowalert.engine.transition import Kind, Transition
from flowalert.feed.outlet import Received
from flowalert.market.calendar import is_within_hours
from flowalert.market.entry import Entry, FeedHeard, FeedLost, FeedSilent, SessionClosed, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.series import Series, name_place
from flowalert.market.venue import Venue

log = structlog.get_logger()

# Ten publications of the others: a sector that is so far behind them is not merely late.
SILENT_AFTER = 300


@dataclass
class _Session:
    """The counts of one trading day of one venue; `Chronicle` adds to them."""

    day: int
    first: int
    is_open: bool = True
    updates: int = 0
    losts: int = 0
    told: int = 0
    held_back: int = 0
    latest: int = 0
    gaps: Counter[Series] = field(default_factory=Counter)
    heard: dict[str, int] = field(default_factory=dict)


class Chronicle:
    """The newest session of each venue, and the last update.

    All calls but the questions change it. What is primed with was told by the run that received it.
    """

    def __init__(self) -> None:
        self._sessions: dict[Venue, _Session] = {}
        self._silent_since: int | None = None
        self._last: tuple[int, datetime] | None = None

    @property
    def last_update(self) -> tuple[int, datetime] | None:
        """The exchange time of the last update of this run, and when it was received; None before the first."""
        return self._last

    @property
    def gaps(self) -> Mapping[Series, int]:
        """How often updates of each series were missed, in the newest session of its venue."""
        return sum((session.gaps for session in self._sessions.values()), Counter[Series]())

    def find_silent(self, places: Iterable[tuple[Venue, str]]) -> tuple[str, ...]:
        """Return which places (`krx/001`) are far behind the others of their venue, in a session that is open."""
        found = []
        for venue, sector in places:
            session = self._sessions.get(venue)
            # After hours many have nothing to publish.
            if session is None or not session.is_open or not is_within_hours(venue, session.latest):
                continue
            name = name_place(venue, sector)
            if session.latest - session.heard.get(name, session.first) >= SILENT_AFTER:
                found.append(name)
        return tuple(found)

    def prime(self, entries: Iterable[Entry], left_out: Mapping[tuple[Venue, int], int] = {}) -> None:
        """Go on from a journal or its gist, which may come in pieces, in order.

        `left_out` has how many updates are not among the entries, by venue and day.
        """
        for entry in entries:
            self._note(entry, aloud=False)
        for (venue, day), count in left_out.items():
            session = self._sessions.get(venue)
            if session is not None and session.day == day:
                session.updates += count

    def note(self, received: Sequence[Received]) -> None:
        """Note what has come."""
        for each in received:
            entry = each.entry
            self._note(entry, aloud=True)
            if isinstance(entry, Update):
                self._last = (entry.at, each.at)

    def note_transition(self, transition: Transition) -> None:
        """Count a transition to its session."""
        session = self._sessions.get(transition.scope.venue)
        if session is None or transition.kind is Kind.RESOLVED or transition.at // DAY != session.day:
            return
        session.told += transition.told
        session.held_back += not transition.told

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Count missed updates to their sessions."""
        for series, count in gaps.items():
            session = self._sessions.get(series.venue)
            if session is not None:
                session.gaps[series] += count

    def _note(self, entry: Entry, *, aloud: bool) -> None:
        if isinstance(entry, Update):
            session = self._sessions.get(entry.series.venue)
            if session is None or session.day != entry.at // DAY:
                session = self._begin(entry, aloud=aloud)
            session.updates += 1
            session.heard[entry.series.place] = entry.at
            session.latest = max(session.latest, entry.at)
        elif isinstance(entry, SessionClosed):
            self._close(entry, aloud=aloud)
        elif isinstance(entry, FeedLost):
            venues = {place.partition("/")[0] for place in entry.places}
            for venue, session in self._sessions.items():
                session.losts += session.is_open and (venue.value in venues or not venues)
        elif isinstance(entry, FeedSilent):
            self._silent_since = entry.at
        elif isinstance(entry, FeedHeard):
            since, self._silent_since = self._silent_since, None
            if aloud and since is not None:
                log.info("feed heard again", silent_for=max(entry.at - since, 0))

    def _begin(self, update: Update, *, aloud: bool) -> _Session:
        session = self._sessions[update.series.venue] = _Session(update.at // DAY, update.at)
        if aloud:
            log.info("session opened", venue=update.series.venue.value, date=date_of(update.at).isoformat())
        return session

    def _close(self, entry: SessionClosed, *, aloud: bool) -> None:
        session = self._sessions.get(entry.venue)
        if session is None or session.day != entry.at // DAY:
            return
        session.is_open = False
        if aloud:
            log.info(
                "session closed",
                venue=entry.venue.value,
                date=date_of(entry.at).isoformat(),
                sectors=len(session.heard),
                updates=session.updates,
                gaps=session.gaps.total(),
                losts=session.losts,
                told=session.told,
                held_back=session.held_back,
            )
