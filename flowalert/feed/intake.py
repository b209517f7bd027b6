"""The order of updates: what is new, what is a repeat, what is stale, and which session it belongs to."""

import enum
from collections.abc import Iterable

from flowalert.feed.frame import Body, Figures
from flowalert.market.entry import Entry, Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series
from flowalert.market.venue import Venue

HOUR = 3600
RUNNING = 120  # seconds of the wall clock; a slot is 30


class Dropped(enum.Enum):
    """Why a frame is no update."""

    REPEAT = "repeat"
    STALE = "stale"


class _Clock:
    """A venue's session: its midnight, the latest second seen in it, and that of the session before.

    `_Clock.place` changes it, once an update moves it; `moved_at` is the wall's exchange time of that.
    """

    __slots__ = ("before", "latest", "midnight", "moved_at", "until")

    def __init__(self) -> None:
        self.midnight = -1
        self.until = -1  # the wall's exchange time at which a later date can begin
        self.latest = -1
        self.before = -1
        self.moved_at = 0

    def begin(self, midnight: int, second: int, wall: int) -> None:
        self.midnight, self.until = midnight, midnight + DAY
        self.before, self.latest, self.moved_at = self.latest, second, wall

    def place(self, second: int, wall: int) -> bool:
        """Move the clock to a frame's second and tell whether the frame is of the session that results."""
        dated = wall - wall % DAY
        if second > wall % DAY + HOUR:
            dated -= DAY
        ahead = second - self.latest
        if self.midnight < 0 or dated > self.midnight:
            self.begin(dated, second, wall)
        elif ahead <= -HOUR:
            self.begin(self.midnight + DAY, second, wall)
        elif ahead >= HOUR and self._is_left_over(second, wall):
            return False
        elif ahead > 0:
            self.latest, self.moved_at = second, wall
        return True

    def _is_left_over(self, second: int, wall: int) -> bool:
        if wall - self.moved_at >= RUNNING:
            return False
        unborn = second > wall - self.midnight + HOUR and abs(self.midnight + self.latest - wall) <= HOUR
        return second <= self.before or unborn


class _Track:
    """One series: its last update, changed by `Intake`, and the clock of its venue."""

    __slots__ = ("clock", "last")

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock
        self.last: Update | None = None


class Intake:
    """Puts frames in order; it changes with every update that it admits and reads no clock.

    - A frame that equals its series' last update, `tjjtime` and all eight figures, is a **repeat**, whatever
      the date: rows go on unchanged after midnight.
    - A venue's **session** has a date. Another begins when a frame is of a later date than the session's, or
      when its time lies an hour or more before the venue's latest. The latter on the same date (a replay, a
      simulator) takes the next date. The date of a session never goes back.
    - A frame is dated by the wall clock: today, or yesterday where its time would lie over an hour ahead of
      that clock, since at half past midnight a row of 18:00 is yesterday's.
    - A frame **left over** from an older session is stale, so that it cannot throw the clock forward and the
      next frame back. It is told by lying an hour or more ahead of the venue's latest while that clock is
      running (it moved within two minutes), and either within the older session's time, or over an hour
      ahead of a wall clock that the session keeps.
    - Otherwise an update is **stale** if it is older than its series' last one. Less than an hour behind
      another series is merely late, and an update.
    """

    def __init__(self) -> None:
        self._tracks: dict[Series, _Track] = {}
        self._clocks: dict[Venue, _Clock] = {venue: _Clock() for venue in Venue}

    def prime(self, entries: Iterable[Entry]) -> None:
        """Go on from a journal: take its updates, in order, as admitted. Other entries do not matter."""
        for update in entries:
            if not isinstance(update, Update):
                continue
            track = self._track(update.series)
            clock, second = track.clock, update.at % DAY
            if update.at - second > clock.midnight:
                clock.begin(update.at - second, second, update.at)
            elif update.at - second == clock.midnight and second > clock.latest:
                clock.latest, clock.moved_at = second, update.at
            track.last = update

    def latest_at(self, venue: Venue) -> int | None:
        """Return the exchange time of a venue's latest update, or None before the first."""
        clock = self._clocks[venue]
        return None if clock.midnight < 0 else clock.midnight + clock.latest

    def admit(self, figures: Figures, wall: int) -> Update | Dropped:
        """Return the update that a frame is, or why it is none; `wall` is the wall clock as exchange time."""
        track = self._tracks.get(figures.series)
        if track is None:
            track = self._track(figures.series)
        last = track.last
        body = figures.body
        if last is not None and last.tjjtime == body.tjjtime and _is_same(last, body):
            return Dropped.REPEAT
        clock, second = track.clock, figures.second
        if wall >= clock.until or not 0 <= second - clock.latest < HOUR:
            if not clock.place(second, wall):
                return Dropped.STALE
        elif second != clock.latest:
            clock.latest, clock.moved_at = second, wall
        at = clock.midnight + second
        if last is not None and at < last.at:
            return Dropped.STALE
        update = track.last = Update(
            figures.series,
            at,
            body.msvol,
            body.msval,
            body.msvolume,
            body.mdvolume,
            body.msvalue,
            body.mdvalue,
            body.p_msvol,
            body.p_msval,
            body.tjjtime,
        )
        return update

    def _track(self, series: Series) -> _Track:
        track = self._tracks.get(series)
        if track is None:
            track = self._tracks[series] = _Track(self._clocks[series.venue])
        return track


def _is_same(last: Update, body: Body) -> bool:
    return (
        last.msval == body.msval
        and last.msvol == body.msvol
        and last.msvolume == body.msvolume
        and last.mdvolume == body.mdvolume
        and last.msvalue == body.msvalue
        and last.mdvalue == body.mdvalue
        and last.p_msvol == body.p_msvol
        and last.p_msval == body.p_msval
    )
