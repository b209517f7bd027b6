"""Simulated sessions as a recording of them would hold them, made at full speed and without a socket."""

import datetime as dt
from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct

from flowalert.feed.archive import LINES_PER_FRAME
from flowalert.feed.raw import RawFrame
from flowalert.feed.recomposer import Recomposer
from flowalert.feed.row import Chunk
from flowalert.market.calendar import SLOT, is_trading_day
from flowalert.market.instant import midnight, to_wall
from flowalert.market.moment import to_ms
from flowalert.market.venue import Venue
from flowalert.simulator.fault import Chances, Mangler
from flowalert.simulator.flow import Flow
from flowalert.simulator.market import Market
from flowalert.simulator.session import day_ends, slots

# The rows of a slot come within its first seconds, and never so far apart that the slot would be taken for closed.
_BEGINS_AFTER_MS = 200
_LASTS_MS = 5_000
# Investors of a sector do not come one after the other, but a few of each sector at a time.
_BURSTS = 5


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What to simulate: sectors (codes) of a venue on `days` trading days from `begins` on.

    The same `seed` gives the same market. `flows` are a scenario's; `chances` are of what befalls single frames
    (drop, repeat, reorder, garble).
    """

    sectors: Sequence[str]
    begins: dt.date
    days: int = 1
    venue: Venue = Venue.KRX
    seed: int = 1
    flows: Sequence[Flow] = ()
    chances: Chances = {}


def rehearse(rehearsal: Rehearsal) -> Iterator[Chunk]:
    """Yield the entries of the simulated sessions, some thousand at a time.

    Each frame is printed as the simulator prints it and goes through the feed's own decoding and ordering; its
    time of receipt lies in its slot's first seconds.
    """
    recomposer = Recomposer()
    frames: list[RawFrame] = []
    mangler = Mangler(rehearsal.chances, Random(f"{rehearsal.seed} rehearsal"))  # noqa: S311 - a seed, not a secret
    for number, date in enumerate(_trading_days(rehearsal), start=1):
        market = Market(rehearsal.seed, date, flows=rehearsal.flows, day=number)
        for second in range(slots(rehearsal.venue).start, day_ends(frozenset({rehearsal.venue})) + SLOT, SLOT):
            sent = _send_slot(market, rehearsal, second, mangler)
            begins_at = to_ms(to_wall(midnight(date) + second)) + _BEGINS_AFTER_MS
            frames += (
                RawFrame(begins_at + _LASTS_MS * index // len(sent), 1, frame) for index, frame in enumerate(sent)
            )
            if len(frames) >= LINES_PER_FRAME:
                yield recomposer.take(frames)
                frames.clear()
    yield recomposer.take(frames)
    yield recomposer.end()


def _send_slot(market: Market, rehearsal: Rehearsal, second: int, mangler: Mangler) -> list[str]:
    pages = [market.frames(rehearsal.venue, sector, second) for sector in rehearsal.sectors]
    printed = (frame for burst in range(_BURSTS) for page in pages for frame in page[burst::_BURSTS])
    return [
        sent if isinstance(sent, str) else sent.decode(errors="backslashreplace")
        for frame in printed
        for sent in mangler.pass_on(frame)
    ]


def _trading_days(rehearsal: Rehearsal) -> Iterator[dt.date]:
    date, left = rehearsal.begins, rehearsal.days
    while left:
        if is_trading_day(date):
            yield date
            left -= 1
        date += dt.timedelta(days=1)
