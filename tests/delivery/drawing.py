"""A picture to draw, and a drawn one to look at."""

import io
from collections.abc import Sequence

from PIL import Image

from flowalert.delivery.picture import Curve, Picture, Words
from flowalert.language.meaning import NET_WON
from flowalert.language.tongue import Tongue
from tests.engine.market import NINE

POINTS = tuple((NINE + 30 * number, float(200 - 10 * number)) for number in range(60))


def make_curve(points: Sequence[tuple[int, float]] = POINTS, levels: Sequence[float] = (-300,)) -> Curve:
    return Curve(Words("순매수 5분 변화", "5-minute change of net buying"), NET_WON, None, tuple(points), tuple(levels))


def make_picture(*curves: Curve, at: int = POINTS[-1][0], title: Words | None = None) -> Picture:
    """Return a picture of a fall from +200 to -390 through the level, which is of the last of its points."""
    title = title or Words("코스피 외국인 · 매도세 지속", "KOSPI foreigners · foreigners-sell")
    return Picture(title, at, curves or (make_curve(),), Tongue.KOREAN)


def read_png(png: bytes) -> Image.Image:
    """Decode the whole of a PNG."""
    return Image.open(io.BytesIO(png), formats=["PNG"]).convert("RGB")


def count_color(image: Image.Image, color: str) -> int:
    """Return how many pixels are of a colour, or nearly: a palette rounds."""
    wanted = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    found = image.getcolors(image.width * image.height) or []
    return sum(
        count
        for count, pixel in found
        if isinstance(pixel, tuple) and all(abs(one - other) <= 6 for one, other in zip(pixel, wanted, strict=True))
    )
