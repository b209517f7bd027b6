"""What a chart shows: data that goes to the process that draws it."""

from msgspec import Struct

from flowalert.language.meaning import Meaning
from flowalert.language.tongue import Tongue
from flowalert.market.sector import Counted


class Words(Struct, frozen=True):
    """A text in both languages: the English stands in where no font has the Korean."""

    korean: str
    english: str

    def choose(self, tongue: Tongue) -> str:
        """Return the text in this language."""
        return tongue.choose(self.korean, self.english)


class Curve(Struct, frozen=True):
    """One figure over time: exchange times with the values then, and the levels that it is set against.

    Values and levels are in the feed's unit; `counted` is what quantities count, where `meaning` does not say it.
    """

    label: Words
    meaning: Meaning
    counted: Counted | None
    points: tuple[tuple[int, float], ...]
    levels: tuple[float, ...] = ()


class Picture(Struct, frozen=True):
    """What a rule looked at around the exchange time `at`, which is marked. One curve or two, a panel each."""

    title: Words
    at: int
    curves: tuple[Curve, ...]
    tongue: Tongue = Tongue.KOREAN
