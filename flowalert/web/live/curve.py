"""The present day of every series, point for point."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.market.series import Series

# A figure that the exchange left blank; none of its own is near that.
_BLANK = -(1 << 63)


class Point(NamedTuple):
    """A series at one publication: the net figures, cumulative over the day, and their changes since the one before."""

    at: int
    msval: int | None
    msvol: int | None
    p_msval: int | None
    p_msvol: int | None


class Curve:
    """One series' day.

    `add` alone changes it, and keeps it in order: an update of the same moment replaces the last.
    """

    __slots__ = ("_at", "_figures", "_msval", "_msvol", "_p_msval", "_p_msvol")

    def __init__(self) -> None:
        self._at = array("q")
        self._figures = self._msval, self._msvol, self._p_msval, self._p_msvol = tuple(array("q") for _ in range(4))

    def __len__(self) -> int:
        return len(self._at)

    def add(self, update: Update) -> bool:
        """Take an update in; return False for one that is older than the last. A later date begins anew."""
        at = update.at
        if self._at:
            last = self._at[-1]
            if at <= last:
                if at < last:
                    return False
                self._drop_last()
            elif at // DAY != last // DAY:
                self._clear()
        self._at.append(at)
        # One by one: every update of the day comes through here, in the engine's own time.
        self._msval.append(_BLANK if update.msval is None else update.msval)
        self._msvol.append(_BLANK if update.msvol is None else update.msvol)
        self._p_msval.append(_BLANK if update.p_msval is None else update.p_msval)
        self._p_msvol.append(_BLANK if update.p_msvol is None else update.p_msvol)
        return True

    def last(self) -> Point | None:
        """Return the newest point; None before the first."""
        return self._point(len(self._at) - 1) if self._at else None

    def at(self, moment: int) -> Point | None:
        """Return the newest point that is not after an exchange time; None where there is none."""
        count = bisect_right(self._at, moment)
        return self._point(count - 1) if count else None

    def points(self, since: int = 0) -> Iterator[Point]:
        """Yield the points from an exchange time on, in order."""
        for index in range(bisect_left(self._at, since), len(self._at)):
            yield self._point(index)

    def _point(self, index: int) -> Point:
        figures = (figures[index] for figures in self._figures)
        return Point(self._at[index], *(None if value == _BLANK else value for value in figures))

    def _clear(self) -> None:
        del self._at[:]
        for figures in self._figures:
            del figures[:]

    def _drop_last(self) -> None:
        del self._at[-1]
        for figures in self._figures:
            del figures[-1]


class Curves:
    """Every series' day, as far as it was taken in.

    What changes, by `take` alone: the curves. A full day of all sectors and investors of a venue is some 40 MB.
    """

    def __init__(self) -> None:
        self._curves: dict[Series, Curve] = {}

    def take(self, update: Update) -> bool:
        """Take an update in; return False for one that is older than its series' last."""
        curve = self._curves.get(update.series)
        if curve is None:
            curve = self._curves[update.series] = Curve()
        return curve.add(update)

    def find(self, of: Series) -> Curve | None:
        """Return a series' day; None where nothing of it came."""
        return self._curves.get(of)

    def list_series(self) -> Sequence[Series]:
        """Return the series of which something came, by venue, sector and investor."""
        return sorted(self._curves)
