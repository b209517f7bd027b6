"""Whether a condition can be true at all, and whether it can be false.

What is said here is sure, and not all that could be said: a comparison is set against others of the same feature, and
against what a feature can be (a size is never below zero), but never against those of another feature.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

from flowalert.language.condition import Crossing, Form, Junction, Threshold
from flowalert.language.tree import Binary, Call, Name, Node, Number
from flowalert.market.calendar import HOURS
from flowalert.market.phase import list_phases
from flowalert.market.venue import Venue

# From the first to before the second, for both kinds of cut are of this form.
Extent: TypeAlias = tuple[float, float]
_Narrowed: TypeAlias = Mapping[Node, Extent]

EVERYTHING: Extent = (-math.inf, math.inf)
_FROM_ZERO: Extent = (0, math.inf)

_GROSS = frozenset({"msvolume", "mdvolume", "msvalue", "mdvalue"})
_SIZES = frozenset({"abs", "stdev", "count", "streak"})
# Of these, what is never below zero gives what is never below zero.
_KEEPING = frozenset({"prev", "sum", "avg", "highest", "lowest", "ema"})


@cache
def day_of(venue: Venue) -> Extent:
    """Return the seconds of the day in which updates of a venue may come."""
    hours = HOURS[venue]
    return min(hours.opens, *(each.begins for each in list_phases(venue))), hours.ends


def can_hold(form: Form, venue: Venue) -> bool:
    """Tell whether there are values with which a condition is true."""
    return _can_hold(form, {}, day_of(venue))


def join(*forms: Form) -> Form:
    """Return the condition that is true where all of these are."""
    return Junction(every=True, parts=tuple(_flatten(forms)))


def _flatten(forms: Iterable[Form]) -> Iterator[Form]:
    for form in forms:
        if isinstance(form, Junction) and form.every:
            yield from _flatten(form.parts)
        else:
            yield form


def oppose(form: Form) -> Form:
    """Return the condition that is true where this one is false."""
    match form:
        case Threshold(feature, cut, rising):
            return Threshold(feature, cut, not rising)
        case Crossing(feature, level, upward, downward, wanted):
            return Crossing(feature, level, upward, downward, not wanted)
        case Junction(every, parts):
            return Junction(not every, tuple(oppose(each) for each in parts))


def _can_hold(form: Form, narrowed: _Narrowed, day: Extent) -> bool:
    match form:
        case Threshold(feature, cut, rising):
            low, high = _narrow(narrowed.get(feature) or extent_of(feature, day), cut, rising=rising)
            return low < high
        case Crossing(feature, level, _, _, wanted):
            # There must be something on either side of the level.
            low, high = extent_of(feature, day)
            return not wanted or low < level < high
        case Junction(True, parts):
            within = dict(narrowed)
            flat = list(_flatten(parts))
            for part in flat:
                if isinstance(part, Threshold):
                    extent = within.get(part.feature) or extent_of(part.feature, day)
                    within[part.feature] = _narrow(extent, part.cut, rising=part.rising)
            # What is joined by `or` must leave a way open in what the others leave of each feature.
            return all(low < high for low, high in within.values()) and all(
                _can_hold(part, within, day) for part in flat if not isinstance(part, Threshold)
            )
        case Junction(_, parts):
            return any(_can_hold(part, narrowed, day) for part in parts)


def _narrow(extent: Extent, cut: float, *, rising: bool) -> Extent:
    low, high = extent
    return (max(low, cut), high) if rising else (low, min(high, cut))


def extent_of(feature: Node, day: Extent) -> Extent:
    """Return what values a feature can have, whatever happens."""
    match feature:
        case Name("time"):
            return day
        case Name(name):
            return _FROM_ZERO if name in _GROSS else EVERYTHING
        case Number(value):
            return value, math.nextafter(value, math.inf)
        case Call(function, arguments):
            if function in _SIZES:
                return _FROM_ZERO
            first = extent_of(arguments[0], EVERYTHING) if function in _KEEPING else EVERYTHING
            return _FROM_ZERO if first[0] >= 0 else EVERYTHING
        case Binary("+" | "*" | "/", left, right):
            both = extent_of(left, EVERYTHING)[0] >= 0 and extent_of(right, EVERYTHING)[0] >= 0
            return _FROM_ZERO if both else EVERYTHING
        case _:
            return EVERYTHING
