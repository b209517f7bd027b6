"""The frames that everything is measured on: a simulated trading day, as raw JSON text in its real order."""

from collections.abc import Iterator
from itertools import islice
from random import Random

from flowalert.market.instant import DAY, midnight
from flowalert.market.sector import SEGMENTS
from flowalert.market.venue import Venue
from flowalert.simulator.book import INVESTORS
from flowalert.simulator.fault import FaultKind, Mangler
from flowalert.simulator.market import A_DAY, day_frames

SECTORS = tuple(sector.code for sector in SEGMENTS)
PLACES = tuple((Venue.KRX, sector) for sector in SECTORS)
WHOLE_DAY = 781  # slots from 09:00 to 15:30
A_SLOT = len(SECTORS) * len(INVESTORS)

# A line as good as a real one is: now and then a frame comes twice or not at all, so that repeats and gaps are at work.
_CHANCES = {FaultKind.REPEAT: 0.01, FaultKind.DROP: 0.001}


def list_frames(slots: int = WHOLE_DAY) -> Iterator[str]:
    """Yield the frames of every segment and investor, from the open on; the same at every call."""
    mangler = Mangler(_CHANCES, Random(1))
    for frame in islice(day_frames(1, Venue.KRX, SECTORS), slots * A_SLOT):
        for sent in mangler.pass_on(frame):
            # Bytes come of garbling alone, and none is asked for.
            assert isinstance(sent, str)
            yield sent


def wall_at(number: int) -> int:
    """Return the wall clock, as exchange time, at which the frames are of the day of this number."""
    return midnight(A_DAY) + number * DAY + 16 * 3600
