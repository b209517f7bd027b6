"""What has happened since a page was made, for all who have one open.

Everybody gets the same bytes, made once: a page takes out what it shows. Pieces of news are made seldom enough that
neither to make nor to send them takes the engine's time: however many look on, and however fast the market is.
"""

import secrets
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
import trio
import trio.lowlevel
from msgspec import Struct

from flowalert.delivery import Report
from flowalert.engine.notice import Notice
from flowalert.engine.transition import Transition
from flowalert.feed.outlet import Received
from flowalert.market.entry import FeedBack, FeedHeard, FeedLost, FeedSilent, SessionClosed, Update
from flowalert.market.series import Series
from flowalert.web.live.curve import Curves
from flowalert.web.live.rest import Rest

_KEPT = 1_000
_KEPT_BYTES = 16 << 20
# A slot of every sector and investor of a venue. A page that gets more than this at once reads its lines anew instead.
_MOST_POINTS = 1_500
# Whoever has not taken a piece after so many seconds has a slow line, and the others do not wait for it.
_ROUND = 0.25
# Streams that send before something else has its turn: a few milliseconds.
_AT_ONCE = 10

_encode = msgspec.json.Encoder().encode


class Happening(Struct, frozen=True):
    """A transition as the pages take note of it; `value` is the figure that the condition is first about."""

    alert: str
    rule: str
    scope: str
    kind: str
    severity: str
    at: int
    value: float | int | None
    told: bool


class Piece(Struct, frozen=True, kw_only=True):
    """What has happened since the piece before.

    `points` has [series, at, msval, msvol, p_msval, p_msvol] of every update; where `is_whole` is false there were too
    many, and it has the last of each series alone. `feed` says that the feed, `deliveries` that one of them, `rules`
    that the rules are other than before.
    """

    points: Sequence[tuple[str, int, int | None, int | None, int | None, int | None]] = ()
    is_whole: bool = True
    happenings: Sequence[Happening] = ()
    gaps: Mapping[str, int] = {}
    feed: bool = False
    deliveries: bool = False
    rules: bool = False


class News:
    """The pieces of the last minutes; an observer of the service makes them, and each open page follows.

    What changes: what is yet to be told, by the `note_…` functions, the pieces, by `run`, and who follows. A piece has
    a number; a page that follows from one that is not kept any more, or from another process, has to begin anew.
    """

    def __init__(self, curves: Curves) -> None:
        self.boot = secrets.token_hex(4)
        self.curves = curves
        self.followers = 0
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._last = 0
        self._bell = trio.Event()
        # Who waits for the next piece; and of those to whom the newest was given, who still sends it.
        self._waiting: dict[Follower, trio.Event] = {}
        self._sending: set[Follower] = set()
        self._all_have_it = trio.Event()
        self._is_closed = False
        self._updates: list[Update] = []
        self._early: list[Update] | None = None
        self._happenings: list[Happening] = []
        self._gaps: dict[str, int] = {}
        self._flags: dict[str, bool] = {}

    @property
    def place(self) -> str:
        """Return where a page that is made now is to follow from."""
        return self.name_place(self._last)

    def name_place(self, number: int) -> str:
        """Return the place behind the piece with a number."""
        return f"{self.boot}-{number}"

    @property
    def newest(self) -> int:
        """The number of the newest piece, 0 before the first."""
        return self._last

    @contextmanager
    def before(self) -> Iterator[Curves]:
        """Give the curves to be filled with what was before; what comes meanwhile follows when the block ends."""
        self._early = []
        try:
            yield self.curves
        finally:
            early, self._early = self._early, None
            for update in early or ():
                self._take_update(update)
            # What a page drew before is not all there is.
            self._flags["rules"] = True
            self._bell.set()

    def note_entries(self, received: Sequence[Received]) -> None:
        """Take note of entries that are on disk."""
        for each in received:
            entry = each.entry
            if isinstance(entry, Update):
                if self._early is None:
                    self._take_update(entry)
                else:
                    self._early.append(entry)
            elif isinstance(entry, FeedLost | FeedBack | FeedSilent | FeedHeard | SessionClosed):
                self._flags["feed"] = True
        self._bell.set()

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:  # noqa: ARG002 - an observer's
        """Take note of a transition that is on disk."""
        self._happenings.append(
            Happening(
                alert=transition.alert,
                rule=transition.rule,
                scope=str(transition.scope),
                kind=transition.kind.value,
                severity=transition.severity.name.lower(),
                at=transition.at,
                value=transition.value,
                told=transition.told,
            )
        )
        self._bell.set()

    def note_delivery(self, report: Report) -> None:  # noqa: ARG002 - an observer's
        """Take note that deliveries changed."""
        self._flags["deliveries"] = True
        self._bell.set()

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Take note of series in which updates were missed."""
        for series, count in gaps.items():
            self._gaps[str(series)] = self._gaps.get(str(series), 0) + count
        self._bell.set()

    def note_rules(self) -> None:
        """Take note that the rules are others."""
        self._flags["rules"] = True
        self._bell.set()

    async def run(self) -> None:
        """Make pieces until cancelled."""
        rest = Rest()
        while True:
            await self._bell.wait()
            self._bell = trio.Event()
            rest.begin()
            self._publish()
            await self._wake()
            with trio.move_on_after(_ROUND):
                await self._all_have_it.wait()
            await trio.sleep(rest.end())

    def close(self) -> None:
        """Let everybody who follows go."""
        self._is_closed = True
        for bell in self._waiting.values():
            bell.set()

    def follow(self, place: str) -> "Follower | None":
        """Return who reads on from a place; None where that is not kept any more."""
        boot, _, number = place.partition("-")
        if boot != self.boot or not number.isdecimal() or len(number) > 15:
            return None
        first = self._last - len(self._pieces)
        return Follower(self, int(number)) if first <= int(number) <= self._last else None

    def follow_newest(self) -> "Follower":
        """Return who reads on from here."""
        return Follower(self, self._last)

    async def wait_after(self, number: int, follower: "Follower") -> Sequence[tuple[int, bytes]] | None:
        """Return the pieces after a number as soon as there is one; None where they are lost, () once it is closed."""
        if number >= self._last:
            self.note_gone(follower)
        while number >= self._last and not self._is_closed:
            bell = self._waiting[follower] = trio.Event()
            try:
                await bell.wait()
            finally:
                del self._waiting[follower]
        if self._is_closed:
            return ()
        missing = self._last - number
        if missing > len(self._pieces):
            return None
        begin = len(self._pieces) - missing
        return [(number + 1 + index, self._pieces[begin + index]) for index in range(missing)]

    def note_gone(self, follower: "Follower") -> None:
        """Take note that a follower has sent what it was given, or will not."""
        self._sending.discard(follower)
        if not self._sending:
            self._all_have_it.set()

    def _take_update(self, update: Update) -> None:
        if self.curves.take(update):
            self._updates.append(update)

    def _publish(self) -> None:
        piece = self._take()
        self._last += 1
        # As it goes over the line, so that it is written once for everybody.
        event = b"id: %s\nevent: news\ndata: %s\n\n" % (self.place.encode(), piece)
        self._pieces.append(event)
        self._bytes += len(event)
        while len(self._pieces) > _KEPT or (self._bytes > _KEPT_BYTES and len(self._pieces) > 1):
            self._bytes -= len(self._pieces.popleft())
        self._all_have_it = trio.Event()
        self._sending = set(self._waiting)
        if not self._sending:
            self._all_have_it.set()

    async def _wake(self) -> None:
        """Let everybody who waits send the newest piece, a few at a time: the engine has its turns in between."""
        for number, bell in enumerate(list(self._waiting.values()), start=1):
            bell.set()
            if number % _AT_ONCE == 0:
                await trio.lowlevel.checkpoint()

    def _take(self) -> bytes:
        updates: Sequence[Update] = self._updates
        is_whole = len(updates) <= _MOST_POINTS
        if not is_whole:
            updates = list({update.series: update for update in updates}.values())
        piece = Piece(
            points=[(str(u.series), u.at, u.msval, u.msvol, u.p_msval, u.p_msvol) for u in updates],
            is_whole=is_whole,
            happenings=self._happenings,
            gaps=self._gaps,
            **self._flags,
        )
        text = _encode(piece)
        self._updates, self._happenings, self._gaps, self._flags = [], [], {}, {}
        return text


class Follower:
    """Reads on, piece by piece, from a number."""

    def __init__(self, news: News, number: int) -> None:
        self._news = news
        self._number = number

    @property
    def place(self) -> str:
        """Where it is."""
        return self._news.name_place(self._number)

    async def next(self) -> Sequence[bytes] | None:
        """Return the next pieces, each as an event, () once there are no more; None where some are lost."""
        pieces = await self._news.wait_after(self._number, self)
        if pieces:
            self._number = pieces[-1][0]
        return None if pieces is None else [event for _, event in pieces]

    def skip(self) -> None:
        """Read on from here."""
        self._number = self._news.newest

    def leave(self) -> None:
        """Follow no more."""
        self._news.note_gone(self)
