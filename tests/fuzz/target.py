"""What is fuzzed: a function that takes any bytes, and may fail in no way but its own."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flowalert.language.mistake import Mistake


class Target(NamedTuple):
    """One reader of what comes from outside.

    `run` returns for whatever it is given; an exception out of it is a finding. `seeds` are inputs of the right form
    for a fuzzer to begin with, and `bombs` large ones that are made to hang a reader or to fill the memory.
    """

    run: Callable[[bytes], object]
    seeds: Sequence[bytes]
    bombs: Callable[[], Sequence[bytes]] = tuple


def check_place(mistake: Mistake, text: str) -> None:
    """Assert that a mistake says where in the text it is."""
    assert 0 <= mistake.start <= mistake.end <= len(text) + 1


def text_of(data: bytes) -> str:
    """Return any bytes as a text; what is no UTF-8 becomes lone surrogates, which texts from JSON can hold too."""
    return data.decode("utf-8", "surrogateescape")
