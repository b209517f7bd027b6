"""A day in fewer points."""

from collections.abc import Iterator, Sequence

from flowalert.web.live.curve import Point


def thin(points: Sequence[Point], most: int) -> Sequence[Point]:
    """Return a day in at most so many points and the day's highest and lowest, at their own moments.

    Of neighbours the last is kept, with the largest change that any of them had: a chart is to show a jump that
    was there for one publication.
    """
    if len(points) <= most:
        return points
    share = -(-len(points) // most)
    extremes = set(_find_extremes(points))
    thinned = []
    for begin in range(0, len(points), share):
        some = points[begin : begin + share]
        last = len(some) - 1
        for index, point in enumerate(some):
            if index == last:
                p_msval, p_msvol = (_find_largest([getattr(each, name) for each in some]) for name in _CHANGES)
                thinned.append(point._replace(p_msval=p_msval, p_msvol=p_msvol))
            elif begin + index in extremes:
                thinned.append(point)
    return thinned


_CHANGES = ("p_msval", "p_msvol")


def _find_extremes(points: Sequence[Point]) -> Iterator[int]:
    for name in ("msval", "msvol"):
        known = [(value, index) for index, each in enumerate(points) if (value := getattr(each, name)) is not None]
        if known:
            yield min(known)[1]
            yield max(known)[1]


def _find_largest(values: Sequence[int | None]) -> int | None:
    return max((value for value in values if value is not None), key=abs, default=None)
