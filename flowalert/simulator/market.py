"""A simulated day of the Korean market: pure, seeded, and the same for everybody who asks."""

import datetime as dt
from collections.abc import Iterator, Sequence
from random import Random

from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.sector import is_listed
from flowalert.market.venue import Venue
from flowalert.simulator.book import INVESTORS, NOTHING, Ledger, print_figures
from flowalert.simulator.floor import Floor
from flowalert.simulator.flow import Flow, Mood
from flowalert.simulator.row import Row, encode_row
from flowalert.simulator.scale import scale_of
from flowalert.simulator.session import is_published, slots

_MADE_OF = {
    Venue.KRX: (Venue.KRX,),
    Venue.NXT: (Venue.NXT,),
    Venue.UNIFIED: (Venue.KRX, Venue.NXT),
}
A_DAY = dt.date(2026, 11, 23)


class Market:
    """All venues and sectors on one date.

    It holds a board for each (venue, sector) that was asked for; `rows` and `frames` alone change it, by
    dealing on up to the slot that they are asked for. What a board shows depends on seed, date and flows, and
    not on which others were asked for, or when.
    """

    def __init__(self, seed: int, date: dt.date = A_DAY, *, flows: Sequence[Flow] = (), day: int = 1) -> None:
        self.date = date
        self._seed = seed
        self._flows = [flow for flow in flows if flow.day in (None, day)]
        self._moods: dict[str, Mood] = {}
        self._boards: dict[tuple[Venue, str], _Board | None] = {}

    def rows(self, venue: Venue, sector: str, second: int) -> tuple[Row, ...]:
        """Return the rows published at this second of the day, in the order of the investors' codes.

        Nothing where the venue publishes nothing then, or never trades the sector. After the close they stay as
        they are. The seconds asked of one board may repeat but not go back: then it raises ValueError.
        """
        board = self._board(venue, sector)
        if board is None or not is_published(venue, second):
            return ()
        return board.publish(second)

    def frames(self, venue: Venue, sector: str, second: int) -> list[str]:
        """Return the frames of the slot as JSON text, in the order in which the exchange happens to send them."""
        frames = [encode_row(venue, sector, second, row) for row in self.rows(venue, sector, second)]
        # The order is no part of the board: who asks twice for a slot gets the same.
        Random(f"{self._seed} {self.date} {venue.value} {sector} {second}").shuffle(frames)  # noqa: S311 - a seed
        return frames

    def _board(self, venue: Venue, sector: str) -> "_Board | None":
        place = (venue, sector)
        if place not in self._boards:
            # Unlisted codes come from clients and are without end: nothing is kept for them.
            if not is_listed(sector):
                return None
            self._boards[place] = self._make_board(venue, sector)
        return self._boards[place]

    def _make_board(self, venue: Venue, sector: str) -> "_Board | None":
        floors = {part: floor for part in _MADE_OF[venue] if (floor := self._make_floor(part, sector))}
        return _Board(venue, floors) if floors else None

    def _make_floor(self, venue: Venue, sector: str) -> Floor | None:
        scale = scale_of(venue, sector)
        if scale is None:
            return None
        if scale.family not in self._moods:
            self._moods[scale.family] = Mood(Random(f"{self._seed} {self.date} {scale.family}"))  # noqa: S311 - a seed
        flows = [flow for flow in self._flows if flow.venue is venue and flow.sector == sector]
        mood = self._moods[scale.family]
        return Floor(self._seed, self.date, venue, sector, scale=scale, mood=mood, flows=flows)


class _Board:
    """What one venue shows of one sector; `publish` alone changes it.

    It has floors of its own, even where another venue's board is made of the same: boards are asked for
    different slots, and each needs the nets of the slot before.
    """

    def __init__(self, venue: Venue, floors: dict[Venue, Floor]) -> None:
        self._floors = floors
        self._traded = slots(venue)
        self._at = HOURS[venue].opens - SLOT
        self._figures = (NOTHING,) * len(INVESTORS)
        self._rows: tuple[Row, ...] = ()

    def publish(self, second: int) -> tuple[Row, ...]:
        if second < self._at:
            raise ValueError(f"second {second} of the day was asked for after {self._at}")
        if second == self._at:
            return self._rows
        before = min(second - SLOT, self._traded[-1])
        if self._at < before:
            self._trade(before)
            self._figures = print_figures(self._ledger())
        earlier = self._figures
        self._trade(second)
        self._at = second
        self._figures = print_figures(self._ledger())
        self._rows = tuple(
            Row(code, now, now.msvol - then.msvol, now.msval - then.msval)
            for code, now, then in zip(INVESTORS, self._figures, earlier, strict=True)
        )
        return self._rows

    def _trade(self, upto: int) -> None:
        for second in range(self._at + SLOT, min(upto, self._traded[-1]) + SLOT, SLOT):
            for venue, floor in self._floors.items():
                if second in slots(venue):
                    floor.trade(second)
        self._at = upto

    def _ledger(self) -> Ledger:
        first, *others = (floor.ledger for floor in self._floors.values())
        return sum(others, first)


def day_frames(
    seed: int,
    venue: Venue,
    sectors: Sequence[str],
    *,
    date: dt.date = A_DAY,
    flows: Sequence[Flow] = (),
    day: int = 1,
) -> Iterator[str]:
    """Yield every frame of a day as JSON text, slot by slot, from the open to the close.

    `sectors` are codes. Within a slot the sectors follow one another, each with its rows in random order.
    """
    market = Market(seed, date, flows=flows, day=day)
    for second in slots(venue):
        for sector in sectors:
            yield from market.frames(venue, sector, second)
