"""A line of figures as people write it, one a slot, to the figures of each slot.

-450          the figure, in the feed's unit; -450억, 1.5조 or 40계약 as a rule has them
(-50)         50 less than in the slot before
=             the same again
_             no update in this slot
?             an update that leaves this figure blank
!-450         updates were missed just before this one
-100/-120     corrected within the slot
=x3 (-50)x10  three, or ten, slots in a row
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flowalert.language.meaning import WON, Meaning
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Span
from flowalert.market.sector import Counted
from flowalert.rules.trial.amount import parse_amount

_AMOUNT = r"[+-]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?[^\W\d_x]*"
_FIGURE = rf"=|\?|{_AMOUNT}|\({_AMOUNT}\)"
_TOKEN = re.compile(rf"(?P<missed>!)?(?P<figures>(?:{_FIGURE})(?:/(?:{_FIGURE}))*|_)(?:x(?P<times>[0-9]+))?")
_WORD = re.compile(r"\S+")
_WRITE = "write a figure like -450, a change like (-50), = ? _ !-450 -100/-120, or one of them with x3 behind"


@dataclass(frozen=True, slots=True)
class Cell:
    """One line's figures in one slot: none where there is no update, several where it is corrected; None is blank.

    `missed` tells that updates were missed just before. `span` is where it is written.
    """

    figures: tuple[int | None, ...]
    missed: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Unit:
    """What a line's figures are: won or a quantity, and what a quantity counts in its sector."""

    meaning: Meaning
    counted: Counted


def read_cells(text: str, unit: Unit, most: int, before: int | None = None) -> Iterator[Cell]:
    """Yield the cell of each slot of a line of at most `most`; raises Mistake with the place in `text`.

    `before` is the figure that the line goes on from, where there is one.
    """
    count = 0
    for word in _WORD.finditer(text):
        token = _TOKEN.fullmatch(word[0])
        if token is None:
            raise Mistake(f"{word[0]!r} is no figure", word.span(), _WRITE)
        times = int(token["times"][:9]) if token["times"] else 1
        if times < 1 or (token["missed"] and (times > 1 or token["figures"] == "_")):
            raise Mistake(f"{word[0]!r} makes no sense", word.span(), "write ! before one figure, and x with 1 or more")
        count += times
        if count > most:
            raise Mistake(
                f"there are more figures than the {most:,} slots to midnight", word.span(), "start earlier, or split it"
            )
        offset = word.start() + token.start("figures")
        for _ in range(times):
            figures: list[int | None] = []
            if token["figures"] != "_":
                at = offset
                for part in token["figures"].split("/"):
                    figure = _resolve(part, before, unit, (at, at + len(part)))
                    figures.append(figure)
                    before = before if figure is None else figure
                    at += len(part) + 1
            yield Cell(tuple(figures), bool(token["missed"]), word.span())


def _resolve(part: str, before: int | None, unit: Unit, span: Span) -> int | None:
    if part == "?":
        return None
    if part == "=" or part.startswith("("):
        if before is None:
            raise Mistake(f"{part!r} follows no figure", span, "begin with a figure, like 0")
        return before if part == "=" else before + _parse(part[1:-1], unit, span)
    return _parse(part, unit, span)


def _parse(text: str, unit: Unit, span: Span) -> int:
    number = parse_amount(text, unit.counted, span)
    if not unit.meaning.agrees(number.meaning):
        raise Mistake(f"{text} is {number.meaning.words}, and this line is {unit.meaning.words}", span)
    if not isinstance(number.value, int):
        printed = "억" if unit.meaning is WON else "천주" if unit.counted is Counted.SHARES else "contracts"
        raise Mistake(f"{text} is no whole number of {printed}", span, "the exchange prints whole ones")
    return number.value
