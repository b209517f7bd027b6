"""The fonts of this machine, and what can be written with them. Matplotlib is an extra: it is imported when asked."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

# By what people have: Linux, the fonts that Korean users add, macOS, Windows. Of a file with the fonts of several
# languages matplotlib may know the first one alone; each of Noto's has all glyphs.
_KOREAN = (
    "Noto Sans KR", "Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans KR",
    "Source Han Sans K", "NanumGothic", "Nanum Gothic", "NanumBarunGothic", "NanumSquare", "Pretendard",
    "Spoqa Han Sans Neo", "IBM Plex Sans KR", "Apple SD Gothic Neo", "AppleGothic", "Malgun Gothic", "UnDotum",
    "Baekmuk Dotum", "Droid Sans Fallback",
)  # fmt: skip
_LATIN = "DejaVu Sans"  # comes with matplotlib

# What amounts and names are made of.
_NEEDED = "가억조만천주계약"


class Script(NamedTuple):
    """What a chart is written with: families of fonts, in the order in which a glyph is sought, and their glyphs."""

    families: tuple[str, ...]
    glyphs: frozenset[int]

    @property
    def korean(self) -> bool:
        """Whether Korean can be written."""
        return all(ord(each) in self.glyphs for each in _NEEDED)

    def fit(self, text: str) -> str:
        """Return the text with a question mark for what no font has: a box says less, and matplotlib warns of each."""
        return "".join(each if ord(each) in self.glyphs else "?" for each in text)


@cache
def find_script() -> Script:
    """Return the first family with Korean that is installed, and matplotlib's own behind it."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - an extra, and slow to import

    installed = set(fontManager.get_font_names())
    for family in _KOREAN:
        if family in installed:
            script = _read((family, _LATIN))
            if script.korean:
                return script
    return _read((_LATIN,))


def _read(families: Sequence[str]) -> Script:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - the same

    glyphs: set[int] = set()
    for family in families:
        weights = [get_font(findfont(FontProperties(family=family, weight=each))) for each in ("normal", "bold")]
        glyphs |= set.intersection(*(set(font.get_charmap()) for font in weights))
    return Script(tuple(families), frozenset(glyphs))
