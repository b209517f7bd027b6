"""What people ask with: words that are read as the command line reads them, and refused with the same mistakes."""

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeAlias, TypeVar

import msgspec

from flowalert.language.mistake import Mistake
from flowalert.language.moment import parse_past, parse_until
from flowalert.market.investor import INVESTORS, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import SECTORS, find_sector
from flowalert.rules.severity import Severity, find_severity
from flowalert.store import Alert, NotOne
from flowalert.web.mistake import RequestRefused, not_there
from flowalert.web.site import Site

E = TypeVar("E", bound=enum.Enum)

# What SQLite can count to.
Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""The number of something in the store."""
Many: TypeAlias = tuple[str, ...]
"""A few words, each of which is enough."""

_MOST = 100
_LONGEST = 500
_ID = re.compile(r"[0-9a-f]{4,20}", re.ASCII | re.IGNORECASE)
# Of a rule with parameters, as on the command line.
_PARAMETER = re.compile(r"\$(\w+|\{\w+\})")


def refuse_mistake(field: str, mistake: Mistake) -> RequestRefused:
    """Return the refusal for a mistake in a field: `where` is the field, and the first and last column, from 1."""
    end = max(mistake.end, mistake.start + 1)
    return RequestRefused(400, mistake.what, where=f"{field}:{mistake.start + 1}-{end}", instead=mistake.instead)


def read_words(field: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return what is asked for, without what a form leaves empty; several may stand between commas, as in a form."""
    kept = tuple(part for each in words for word in each.split(",") if (part := word.strip()))
    if len(kept) > _MOST:
        raise RequestRefused(400, f"these are more than {_MOST}", where=field)
    if any(len(each) > _LONGEST for each in kept):
        raise RequestRefused(400, f"that is longer than {_LONGEST} characters", where=field)
    return kept


def read_rules(words: Iterable[str]) -> tuple[str, ...]:
    """Return names of rules, or patterns; a parameter stands for whatever it is."""
    return tuple(_PARAMETER.sub("*", each) for each in read_words("rule", words))


def read_enum(field: str, words: Iterable[str], kind: type[E]) -> tuple[E, ...]:
    """Return the members of these values."""
    return _read(field, words, {each.value: each for each in kind}.get, [each.value for each in kind])


def read_severities(words: Iterable[str]) -> tuple[Severity, ...]:
    """Return severities by their names in either language."""
    return _read("severity", words, find_severity, [name for each in Severity for name in (each.slug, each.korean)])


def read_sectors(words: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of sectors by any of their names."""
    found = _read("sector", words, find_sector, [name for each in SECTORS for name in (each.slug, each.korean)])
    return tuple(each.code for each in found)


def read_investors(words: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of investors by any of their names."""
    found = _read("investor", words, find_investor, [name for each in INVESTORS for name in (each.slug, each.korean)])
    return tuple(each.code for each in found)


def read_since(text: str, now: dt.datetime) -> dt.datetime | None:
    """Return the moment from which on something is looked for; None where that is left empty."""
    return _read_moment("since", text, now, parse_past)


def read_until(text: str, now: dt.datetime) -> dt.datetime | None:
    """Return the moment up to which something is looked for; None where that is left empty."""
    return _read_moment("until", text, now, parse_until)


async def find_alert(site: Site, beginning: str) -> Alert:
    """Return the one alert whose id begins so; raises RequestRefused for none, and for several."""
    if not _ID.fullmatch(beginning):
        raise not_there(f"{beginning[:40]!r} is no beginning of an alert's id")
    found = await site.clerk.find_alert(beginning.lower())
    if isinstance(found, NotOne):
        raise RequestRefused(409 if found.alerts else 404, found.words)
    return found


def _read_moment(
    field: str, text: str, now: dt.datetime, parse: Callable[[str, dt.datetime], dt.datetime]
) -> dt.datetime | None:
    if not text.strip():
        return None
    try:
        return parse(text, now)
    except Mistake as mistake:
        raise refuse_mistake(field, mistake) from None


F = TypeVar("F")


def _read(field: str, words: Iterable[str], find: Callable[[str], F | None], known: Sequence[str]) -> tuple[F, ...]:
    found = []
    for word in read_words(field, words):
        each = find(word)
        if each is None:
            near = suggest(word, known)
            instead = f"did you mean {near}?" if near else f"write one like {', '.join(known[:6])}"
            raise RequestRefused(400, f"{word[:40]!r} is no {field}", where=field, instead=instead)
        found.append(each)
    return tuple(dict.fromkeys(found))
