"""A curve as strokes of one colour: broken where updates were missed, and where it passes zero."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from flowalert.market.calendar import SLOT

# One publication may be late; beyond this nobody knows where the curve went.
LONGEST_STEP = 3 * SLOT

Point = tuple[float, float]


class Stroke(Struct, frozen=True):
    """A piece of a curve on one side of zero, which it may touch; one that is all zero counts as above."""

    points: tuple[Point, ...]
    below: bool


def list_strokes(points: Sequence[Point]) -> Iterator[Stroke]:
    """Yield the strokes of points in the order of time; where one passes zero it ends there and the next begins."""
    piece: list[Point] = []
    for at, value in points:
        if piece and at - piece[-1][0] > LONGEST_STEP:
            yield _end(piece)
            piece = []
        elif piece and _is_opposite(value, piece[-1][1]):
            before, last = piece[-1]
            # Rounding alone could bring it beyond the point that follows.
            crossing = (min(before + (at - before) * last / (last - value), at), 0.0)
            yield _end([*piece, crossing])
            piece = [crossing]
        elif any(_is_opposite(value, each) for _, each in piece):
            # It lay at zero between.
            touched = piece[-1]
            yield _end(piece)
            piece = [touched]
        piece.append((at, value))
    if piece:
        yield _end(piece)


def _is_opposite(one: float, other: float) -> bool:
    return one < 0 < other or other < 0 < one


def _end(piece: Sequence[Point]) -> Stroke:
    return Stroke(tuple(piece), any(value < 0 for _, value in piece))
