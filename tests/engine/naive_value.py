"""What an expression is worth at a moment of the past, from the definitions, in exact arithmetic."""

import math
import operator as op
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flowalert.language.meaning import Sort
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, walk_names
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from tests.engine.naive_past import Judgements, Line, Past, publications

DAY = 86_400
LARGEST = 10**18
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": op.add, "-": op.sub, "*": op.mul, "/": op.truediv,
    "<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge, "==": op.eq, "!=": op.ne,
}  # fmt: skip
PUBLISHED = {"msval": "p_msval", "msvol": "p_msvol"}
CROSSINGS = ("crosses", "crosses_above", "crosses_below")


@dataclass(frozen=True)
class Own:
    """What a rule's open names stand for at one scope."""

    venue: Venue
    sector: str | None
    investor: str | None

    def series_of(self, *nodes: Node) -> frozenset[Series]:
        """The series that expressions name; the time of day is nobody's."""
        names = [name for node in nodes for name in walk_names(node) if name.name != "time"]
        return frozenset(self._find(name.sector, name.investor) for name in names)

    def itself(self) -> frozenset[Series]:
        return frozenset([self._find(None, None)])

    def _find(self, sector: str | None, investor: str | None) -> Series:
        sector = self.sector if sector is None else sector
        investor = self.investor if investor is None else investor
        assert sector is not None
        assert investor is not None
        return series(self.venue, sector, investor)


def find_open(nodes: Iterable[Node]) -> tuple[bool, bool]:
    """Whether expressions leave the sector and the investor open: one name that does is enough, or none at all."""
    names = [name for node in nodes for name in walk_names(node) if name.name != "time"]
    return (
        not names or any(name.sector is None for name in names),
        not names or any(name.investor is None for name in names),
    )


def value(node: Node, line: Line, moment: int, own: Own) -> Any:
    """What an expression or a condition is at a moment: a number, True or False, or None for unknown."""
    key = (id(node), moment)
    if key not in line.memo:
        found = look_up(node, line, moment, own) if isinstance(line, Judgements) else work_out(node, line, moment, own)
        line.memo[key] = bounded(found)
    return line.memo[key]


def bounded(number: Any) -> Any:
    return number if number is None or -LARGEST < number < LARGEST else None


def look_up(node: Node, line: Judgements, moment: int, own: Own) -> Any:
    """As of a judgement: what is of one series is as of its latest update then, the rest is made of judgements."""
    named = own.series_of(node)
    if len(named) != 1 or isinstance(node, Compare | Logic | Not):
        return work_out(node, line, moment, own)
    (of,) = named
    judgement = line.made[moment]
    if of not in judgement.latest or (of in judgement.silent and is_momentary(node)):
        return None
    return value(node, line.pasts[of], judgement.latest[of], own)


def is_momentary(node: Node) -> bool:
    """Whether an expression is about one publication alone."""
    match node:
        case Name(name):
            return name.startswith("p_")
        case Binary(_, left, right):
            return is_momentary(left) or is_momentary(right)
        case Call("delta", arguments):
            return len(arguments) == 1
        case Call("prev" | "abs" | "zscore", (of, *_)):
            return is_momentary(of)
        case Call(function):
            return function in CROSSINGS
        case _:
            return False


def work_out(node: Node, line: Line, moment: int, own: Own) -> Any:
    """From its parts and from the moments before."""
    match node:
        case Number(number):
            return number
        case Name("time"):
            return line.at(moment) % DAY
        case Name(name):
            assert isinstance(line, Past)
            return getattr(line.updates[moment], name)
        case Binary(operator, left, right):
            return calculate(operator, value(left, line, moment, own), value(right, line, moment, own))
        case Compare(operator, left, right):
            one, other = value(left, line, moment, own), value(right, line, moment, own)
            return None if one is None or other is None else bool(OPERATORS[operator](one, other))
        case Not(part):
            answer = value(part, line, moment, own)
            return None if answer is None else not answer
        case Logic(operator, parts):
            answers = [value(each, line, moment, own) for each in parts]
            decisive = operator == "or"
            return decisive if decisive in answers else None if None in answers else not decisive
        case Call("abs", (of,)):
            number = value(of, line, moment, own)
            return None if number is None else abs(number)
        case Call("delta", (Name(name),)) if name in PUBLISHED and isinstance(line, Past):
            return getattr(line.updates[moment], PUBLISHED[name])
        case Call(function, (left, right)) if function in CROSSINGS:
            distances = [
                calculate("-", value(left, line, n, own), value(right, line, n, own)) for n in range(moment + 1)
            ]
            return crosses(function, distances)
        case Call(function, (of, *window)):
            readings = [
                Reading(line.at(n), value(of, line, n, own), line.broken(n)) for n in publications(line, moment)
            ]
            return over_time(function, readings, *window)
    raise AssertionError(node)


def calculate(operator: str, left: Any, right: Any) -> Any:
    if left is None or right is None or (operator == "/" and right == 0):
        return None
    return bounded(OPERATORS[operator](left, right))


def crosses(function: str, distances: Sequence[Any]) -> bool | None:
    if distances[-1] is None:
        return None
    sides = [each for each in distances[:-1] if each]
    up = bool(sides) and sides[-1] < 0 < distances[-1]
    down = bool(sides) and sides[-1] > 0 > distances[-1]
    return {"crosses_above": up, "crosses_below": down, "crosses": up or down}[function]


@dataclass(frozen=True)
class Reading:
    """One publication of an expression: when, what, and whether something was missed just before."""

    at: int
    value: Any
    broken: bool


def over_time(function: str, readings: Sequence[Reading], window: Node | None = None) -> Any:
    """The answer of a function that looks back; the last reading is the present one."""
    if function == "prev":
        return None if readings[-1].broken or len(readings) < 2 else readings[-2].value
    if readings[-1].value is None:
        return None
    if function == "streak":
        return streak(readings)
    if window is None:
        assert function == "delta"
        return change_over_updates(readings, 1)
    assert isinstance(window, Number)
    size, sort = int(window.value), window.meaning.sort
    if function == "delta":
        return {Sort.UPDATES: change_over_updates, Sort.DURATION: change_over_duration, Sort.SESSION: change_of_day}[
            sort
        ](readings, size)
    if function == "ema":
        return {Sort.UPDATES: fade_over_updates, Sort.DURATION: fade_over_duration}[sort](readings, size)
    seen = look_back(function, readings, size, sort)
    return None if seen is None else ANSWERS[function](seen)


def look_back(function: str, readings: Sequence[Reading], size: int, sort: Sort) -> Sequence[Reading] | None:
    """The readings that a window takes in; None where they are too few, too doubtful or unknown."""
    if sort is Sort.SESSION:
        return [each for each in readings if each.value is not None]
    if sort is Sort.UPDATES:
        seen = readings[-size:]
        if len(seen) < size or any(each.broken for each in seen[1:]):
            return None
    else:
        begin = readings[-1].at - size
        seen = [each for each in readings if each.at > begin]
        if len(seen) == len(readings) or (function in ("sum", "count") and any(each.broken for each in seen)):
            return None
    return None if any(each.value is None for each in seen) else seen


def change_over_updates(readings: Sequence[Reading], size: int) -> Any:
    if len(readings) <= size or any(each.broken for each in readings[-size:]):
        return None
    return calculate("-", readings[-1].value, readings[-size - 1].value)


def change_over_duration(readings: Sequence[Reading], size: int) -> Any:
    target = readings[-1].at - size
    stood = [n for n, each in enumerate(readings) if each.at <= target]
    if not stood or (readings[stood[-1]].at != target and readings[stood[-1] + 1].broken):
        return None
    return calculate("-", readings[-1].value, readings[stood[-1]].value)


def change_of_day(readings: Sequence[Reading], _: int) -> Any:
    return calculate("-", readings[-1].value, next(each.value for each in readings if each.value is not None))


def streak(readings: Sequence[Reading]) -> int:
    if not readings[-1].value:
        return 0
    length = 1
    while length < len(readings) and not readings[-length].broken and readings[-length - 1].value:
        length += 1
    return length


def fade_over_updates(readings: Sequence[Reading], size: int) -> float | None:
    average, known = 0.0, 0
    for each in readings:
        if each.broken:
            known = 0
        if each.value is not None:
            average = average + (each.value - average) * (2 / (size + 1)) if known else float(each.value)
            known += 1
    return average if known >= size else None


def fade_over_duration(readings: Sequence[Reading], size: int) -> float | None:
    known = [each for each in readings if each.value is not None]
    average, before = float(known[0].value), known[0].at
    for each in known[1:]:
        average += (each.value - average) * (1 - math.exp(-2 * (each.at - before) / size))
        before = each.at
    return average if readings[0].at <= readings[-1].at - size else None


def total(seen: Sequence[Reading]) -> int | float:
    exact = sum(Fraction(each.value) for each in seen)
    return float(exact) if any(isinstance(each.value, float) for each in seen) else int(exact)


def average_exactly(seen: Sequence[Reading]) -> Fraction:
    return sum((Fraction(each.value) for each in seen), Fraction(0)) / len(seen)


def spread(seen: Sequence[Reading]) -> float:
    middle = average_exactly(seen)
    return math.sqrt(float(sum((Fraction(each.value) - middle) ** 2 for each in seen) / len(seen)))


def score(seen: Sequence[Reading]) -> float | None:
    deviation = spread(seen)
    return (seen[-1].value - float(average_exactly(seen))) / deviation if deviation else None


def rise_a_minute(seen: Sequence[Reading]) -> float | None:
    if len(seen) < 2:
        return None
    pairs = [(each.at, Fraction(each.value)) for each in seen]
    n, times, values = len(pairs), sum(t for t, _ in pairs), sum(x for _, x in pairs)
    products, squares = sum(t * x for t, x in pairs), sum(t * t for t, _ in pairs)
    return float((n * products - times * values) * 60 / (n * squares - times**2))


ANSWERS: dict[str, Callable[[Sequence[Reading]], Any]] = {
    "sum": total,
    "avg": lambda seen: float(average_exactly(seen)),
    "stdev": spread,
    "zscore": score,
    "slope": rise_a_minute,
    "highest": lambda seen: max(each.value for each in seen),
    "lowest": lambda seen: min(each.value for each in seen),
    "count": lambda seen: sum(1 for each in seen if each.value),
}
