"""Conditions asked as a whole at one update: those within `streak` and `count`, levels, and `resolve_when`.

Every part is asked, decided or not: each may have a memory, and must see every update.
"""

from collections.abc import Sequence

from flowalert.language.code import COMPARE, Moment, Read, Value


def compare(symbol: str, left: Read, right: Read) -> Read:
    """Return a comparison; unknown where a side is."""
    holds = COMPARE[symbol]

    def read(update: Moment) -> Value:
        one, other = left(update), right(update)
        return None if one is None or other is None else holds(one, other)

    return read


def join(symbol: str, parts: Sequence[Read]) -> Read:
    """Return `and` or `or` of parts, in Kleene's logic."""
    decisive = symbol == "or"

    def read(update: Moment) -> Value:
        answers = [part(update) for part in parts]
        return decisive if decisive in answers else None if None in answers else not decisive

    return read


def negate(part: Read) -> Read:
    """Return the opposite; unknown stays unknown."""

    def read(update: Moment) -> Value:
        answer = part(update)
        return None if answer is None else not answer

    return read
