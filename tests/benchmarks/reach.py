"""How far each feature of each series goes in a day, so that rules can be set where people would set them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Figures
from flowalert.market.series import Series
from tests.benchmarks.day import PLACES, list_frames

FEATURES = ("delta(msval)", "msval", "delta(msval, 5m)", "msvol", "delta(msvol)")

_FIVE_MINUTES = 300
_TAIL = 100  # the hundredth part of the day's values at either end


class Reach(NamedTuple):
    """The lowest and highest value of a day, and where its hundredth part at either end begins."""

    lowest: int
    low: int
    high: int
    highest: int

    @property
    def span(self) -> int:
        return self.highest - self.lowest


Reaches = Mapping[tuple[Series, str], Reach]


def find_reaches() -> Reaches:
    """Return the reach of each series and feature over the whole day."""
    decode = Decoder(PLACES).decode
    values: defaultdict[tuple[Series, str], list[int]] = defaultdict(list)
    standing: dict[tuple[Series, int], int] = {}
    for raw in list_frames():
        frame = decode(raw)
        assert isinstance(frame, Figures)
        series, second, body = frame.series, frame.second, frame.body
        msval = body.msval or 0
        standing[series, second] = msval
        for feature, value in (
            ("delta(msval)", body.p_msval),
            ("msval", msval),
            ("delta(msval, 5m)", msval - standing.get((series, second - _FIVE_MINUTES), 0)),
            ("msvol", body.msvol),
            ("delta(msvol)", body.p_msvol),
        ):
            values[series, feature].append(value or 0)
    return {key: _reach(sorted(seen)) for key, seen in values.items()}


def _reach(seen: list[int]) -> Reach:
    tail = len(seen) // _TAIL
    return Reach(seen[0], seen[tail], seen[-1 - tail], seen[-1])
