"""The feed: registers places at the exchange and hands on the journal's entries as they come about."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import structlog
import trio

from flowalert.feed.count import FeedCount
from flowalert.feed.desk import Desk, Refusal
from flowalert.feed.lane import Lane
from flowalert.feed.outlet import Outlet, Received, ReceiverGoneError
from flowalert.feed.setting import FeedSettings
from flowalert.feed.standing import Standing
from flowalert.feed.token import TokenRefusedError
from flowalert.market.calendar import is_trading_day
from flowalert.market.entry import Entry
from flowalert.market.instant import KST
from flowalert.market.sector import is_listed
from flowalert.market.series import name_place
from flowalert.market.venue import Venue

log = structlog.get_logger()


class Feed:
    """A client of the exchange for a changing set of places.

    `run` and `set_places` change it. `now` is the wall clock and must know its zone; `on_refused` is called for
    each place that the exchange refuses to register, `on_frame` with each frame that may be kept: the moment of its
    receipt, the number of its connection, and its text, which holds no token.
    """

    def __init__(
        self,
        settings: FeedSettings,
        *,
        now: Callable[[], dt.datetime],
        on_refused: Callable[[Refusal], None] | None = None,
        on_frame: Callable[[dt.datetime, int, str], None] | None = None,
    ) -> None:
        self._desk = Desk(settings, now=now, on_refused=on_refused, on_frame=on_frame)
        self._lanes: list[Lane] = []
        self._nursery: trio.Nursery | None = None
        self._numbered = 0

    @property
    def count(self) -> FeedCount:
        return self._desk.count

    @property
    def refusals(self) -> dict[str, Refusal]:
        """The places that are refused at present, by name (`krx/001`)."""
        return self._desk.refusals

    @property
    def last_frame_at(self) -> dt.datetime | None:
        return self._desk.last_frame_at

    @property
    def market_status(self) -> dict[str, str]:
        """The last `jstatus` of each `jangubun`; `describe_status` puts it in words."""
        return self._desk.market.last

    @property
    def is_running(self) -> bool:
        """Whether `set_places` can be called."""
        return self._nursery is not None

    @property
    def is_registered(self) -> bool:
        """Whether every connection stands with all its places asked for and answered."""
        return bool(self._lanes) and all(lane.is_registered for lane in self._lanes)

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        lost = [lane.lost_at for lane in self._lanes if lane.lost_at is not None]
        return Standing(
            wanted=sum(len(lane.want.keys) for lane in self._lanes),
            registered=sum(len(lane.link.accepted_places) for lane in self._lanes if lane.link and lane.is_registered),
            refused=tuple(self._desk.refusals),
            lost_for=trio.current_time() - min(lost) if lost else None,
            is_silent=self._desk.absence.is_told,
            cause=self._desk.absence.cause,
        )

    def prime(self, entries: Iterable[Entry]) -> None:
        """Go on from the journal's last session or its gist, given in order and in as many pieces as one likes."""
        entries = tuple(entries)
        self._desk.composer.prime(entries, trio.current_time())
        self._desk.absence.prime(entries)

    async def run(self, places: Sequence[tuple[Venue, str]], entries: trio.MemorySendChannel[Received]) -> None:
        """Keep the places registered and hand on entries until cancelled; then release, and close `entries`.

        Raises TokenRefusedError if the key or the secret is wrong, ReceiverGoneError if nobody takes entries.
        """
        # The calendar takes a tenth of a second to load: now, and not when the first update waits for it.
        is_trading_day(self._desk.now().astimezone(KST).date())
        final: TokenRefusedError | ReceiverGoneError | None = None
        async with entries:
            self._desk.outlet = Outlet(entries)
            try:
                async with trio.open_nursery() as nursery:
                    self._nursery = nursery
                    self.set_places(places)
                    nursery.start_soon(self._watch)
                    await self._desk.close_due()
            except* (TokenRefusedError, ReceiverGoneError) as group:
                final = _first(group)
            finally:
                self._nursery = None
                self._lanes.clear()
                self._desk.outlet = None
        if final is not None:
            raise final

    def set_places(self, places: Iterable[tuple[Venue, str]]) -> None:
        """Register what is new among the places and release what is gone; returns at once."""
        nursery = self._nursery
        if nursery is None:
            raise RuntimeError("the feed does not run")
        wanted = dict.fromkeys(places)
        for venue, sector in wanted:
            if not is_listed(sector):
                log.warning("sector not in the table", place=name_place(venue, sector))
        for name in self._desk.refusals.keys() - {name_place(*key) for key in wanted}:
            del self._desk.refusals[name]
        kept = [[key for key in lane.want.keys if key in wanted] for lane in self._lanes]
        placed = {key for keys in kept for key in keys}
        new = [key for key in wanted if key not in placed]
        capacity = self._desk.settings.per_connection
        number = 0
        while new or number == 0:
            if number == len(kept):
                kept.append([])
            room = capacity - len(kept[number]) - (number == 0)  # the first has the market's status too
            kept[number] += new[: max(room, 0)]
            new = new[max(room, 0) :]
            number += 1
        self._apply(kept, nursery)

    async def _watch(self) -> None:
        """Have it told when nothing comes, on whatever connection."""
        every = min(1.0, self._desk.settings.tell_silence_after / 4)
        while True:
            await trio.sleep(every)
            await self._desk.note_silence({venue for lane in self._lanes for venue in lane.want.venues})

    def _apply(self, places: Sequence[Sequence[tuple[Venue, str]]], nursery: trio.Nursery) -> None:
        lanes: list[Lane] = []
        for index, keys in enumerate(places):
            if index < len(self._lanes):
                lane = self._lanes[index]
            else:
                self._numbered += 1
                lane = Lane(self._desk, number=self._numbered, with_status=index == 0)
            if not keys and index > 0:
                lane.scope.cancel()
                continue
            if tuple(keys) != lane.want.keys:
                lane.want.change(keys)
            if index >= len(self._lanes):
                nursery.start_soon(lane.run)
            lanes.append(lane)
        self._lanes = lanes

    async def revoke_token(self) -> str | None:
        """Have the token revoked; return why it was not, None if it was or there is none."""
        return await self._desk.tokens.revoke()


async def run_feed(
    settings: FeedSettings,
    places: Sequence[tuple[Venue, str]],
    entries: trio.MemorySendChannel[Received],
    *,
    now: Callable[[], dt.datetime],
    journal: Iterable[Entry] = (),
    on_refused: Callable[[Refusal], None] | None = None,
) -> None:
    """Run a feed for a set of places that does not change; see `Feed` for the rest."""
    feed = Feed(settings, now=now, on_refused=on_refused)
    feed.prime(journal)
    await feed.run(places, entries)


def _first(
    group: BaseExceptionGroup[TokenRefusedError | ReceiverGoneError],
) -> TokenRefusedError | ReceiverGoneError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, TokenRefusedError | ReceiverGoneError)  # noqa: S101 - the group has no other
    return error
