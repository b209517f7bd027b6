"""Looking a code up by any of the names that people use for it."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def fold(name: str) -> str:
    """Return the form under which names are compared: lower case, without blanks, `-` read as `_`."""
    return "".join(name.split()).lower().replace("-", "_")


def index_names(rows: Iterable[tuple[T, Iterable[str]]]) -> Mapping[str, T]:
    """Map every folded name to its row; the first row to claim a name keeps it."""
    found: dict[str, T] = {}
    for row, names in rows:
        for name in names:
            found.setdefault(fold(name), row)
    return found


def suggest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is nearest to `name`, or None where nothing is near."""
    by_letters = {_spell_out(each): each for each in known}
    near = difflib.get_close_matches(_spell_out(name), by_letters, n=1, cutoff=0.6)
    return by_letters[near[0]] if near else None


def _spell_out(name: str) -> str:
    """Return a folded name with each Korean syllable as its letters: 코스닭 is nearer to 코스닥 than to 코스피."""
    return unicodedata.normalize("NFD", fold(name))
