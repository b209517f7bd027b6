"""What all connections of a feed share: where their frames are put in order, counted and handed on."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import structlog
import trio

from flowalert.feed.absence import Absence
from flowalert.feed.composer import Composer
from flowalert.feed.count import FeedCount
from flowalert.feed.frame import Figures, MarketStatus, Quarantined
from flowalert.feed.intake import Dropped
from flowalert.feed.market_status import MarketState, describe_status
from flowalert.feed.outlet import Outlet
from flowalert.feed.protocol import WRONG_PORT
from flowalert.feed.refrain import Refrain
from flowalert.feed.setting import FeedSettings
from flowalert.feed.token import TokenSource
from flowalert.market.entry import Entry, Update
from flowalert.market.instant import from_wall
from flowalert.market.venue import Venue

log = structlog.get_logger()


@dataclass(frozen=True)
class Refusal:
    """The exchange's refusal to register a place (`krx/001`), in its own code and words."""

    place: str
    rsp_cd: str
    rsp_msg: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.rsp_cd == WRONG_PORT:
            return "a key for live trading was used on the paper port, or the reverse: feed.domain must fit the key"
        return "check that the exchange has this sector"


class Desk:
    """The shared state of a feed: composer, counts, the market's state, refusals, silence.

    Connections change it as frames come; the service reads it.
    """

    def __init__(
        self,
        settings: FeedSettings,
        *,
        now: Callable[[], dt.datetime],
        on_refused: Callable[[Refusal], None] | None,
        on_frame: Callable[[dt.datetime, int, str], None] | None = None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.tokens = TokenSource(settings, now=now, on_failed=self._note_no_token)
        self.count = FeedCount()
        self.composer = Composer()
        self.market = MarketState()
        self.absence = Absence(self.composer, self.market, settings.tell_silence_after)
        self.refusals: dict[str, Refusal] = {}
        self.last_frame_at: dt.datetime | None = None
        self.outlet: Outlet | None = None
        self.on_frame = on_frame
        self._on_refused = on_refused
        self._refrain = Refrain()

    def wall(self) -> int:
        """Return the wall clock as exchange time."""
        return from_wall(self.now())

    def latest_at(self, venues: set[Venue]) -> int:
        """Return the last exchange time seen on any of the venues; the wall clock's before the first."""
        seen = [at for venue in venues if (at := self.composer.intake.latest_at(venue)) is not None]
        return max(seen) if seen else self.wall()

    async def take(self, figures: Figures, at: dt.datetime) -> Update | None:
        """Put a data frame in order and hand its entries on; return its update, if it is one."""
        now = trio.current_time()
        composed = self.composer.compose(figures, from_wall(at), now)
        if isinstance(composed, tuple):
            self.count.updates += 1
            await self._put(self.absence.hear(composed, now), at)
            update = composed[-1]
            return update if isinstance(update, Update) else None
        if composed is Dropped.REPEAT:
            self.count.repeats += 1
        else:
            self.count.stale += 1
        return None

    async def tell(self, entry: Entry) -> None:
        """Hand on an entry that is no frame's."""
        await self._put((entry,), self.now())

    async def close_due(self) -> None:
        """Hand on what the clocks close, as long as the feed runs."""
        while True:
            # A slot closes a second after its last update at the earliest, so looking once a second, or when the
            # next one is due, is never late: no signal is needed.
            await trio.sleep_until(min(self.composer.next_due(), trio.current_time() + 1.0))
            at = self.now()
            closed = self.composer.close_due(from_wall(at), trio.current_time())
            if closed:
                await self._put(closed, at)

    async def note_silence(self, venues: Collection[Venue]) -> None:
        """Hand on what is to be told of the silence of the venues, if they are silent, or were and are closed."""
        if self.outlet is not None and self.outlet.is_held_up:
            self.absence.forgive(trio.current_time())
            return
        at = self.now()
        entries = self.absence.look(venues, from_wall(at), trio.current_time())
        if entries:
            if self.absence.is_told:
                log.error("feed silent", reason=self.absence.cause)
            await self._put(entries, at)

    def hear_status(self, status: MarketStatus) -> None:
        """Note what the exchange says of a market."""
        self.market.hear(status, self.wall())
        log.info(
            "market status",
            market=status.jangubun,
            status=status.jstatus,
            words=describe_status(status.jstatus),
        )

    def quarantine(self, frame: Quarantined) -> None:
        """Count a bad frame, and tell of its kind once and then every so often."""
        self.count.quarantined[frame.flaw] += 1
        # A garbled feed must not fill the disk.
        if self._refrain.find_due(frame.flaw.value, trio.current_time()) is not None:
            log.warning(
                "frame quarantined",
                flaw=frame.flaw.value,
                detail=frame.detail,
                so_far=self.count.quarantined[frame.flaw],
            )

    def refuse(self, refusal: Refusal) -> None:
        """Note a refused place; tell of it once, however often it is refused again in the same words."""
        self.count.refused += 1
        self.absence.cause = f"the exchange refuses {refusal.place}: {refusal.rsp_cd} {refusal.rsp_msg}"
        if self.refusals.get(refusal.place) == refusal:
            return
        self.refusals[refusal.place] = refusal
        if self._on_refused is not None:
            # Who is told knows the rules that wanted the place, and says it in one line with them.
            self._on_refused(refusal)
            return
        log.error(
            "place refused",
            place=refusal.place,
            rsp_cd=refusal.rsp_cd,
            rsp_msg=refusal.rsp_msg,
            remedy=refusal.remedy,
        )

    def _note_no_token(self, words: str) -> None:
        self.absence.cause = f"the token endpoint gives no token: {words}"

    async def _put(self, entries: Sequence[Entry], at: dt.datetime) -> None:
        if self.outlet is None:
            raise RuntimeError("the feed does not run")
        await self.outlet.put(entries, at)
