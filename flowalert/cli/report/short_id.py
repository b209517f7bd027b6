"""Ids of alerts as short as can be told apart."""

from collections.abc import Collection, Mapping

# Shorter ones would soon be another alert's beginning as well.
_SHORTEST = 6


def shorten(ids: Collection[str]) -> Mapping[str, str]:
    """Map each of the ids to its beginning, all of the same length, none of them the beginning of another."""
    length = _SHORTEST
    while len({each[:length] for each in ids}) < len(set(ids)):
        length += 1
    return {each: each[:length] for each in ids}
