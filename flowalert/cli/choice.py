"""What is chosen on the command line by name: sectors, investors, a stretch of time."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowalert.market.investor import Investor
    from flowalert.market.sector import Sector

_ALL = "all"


def read_sectors(text: str, option: str = "--sectors") -> tuple[str, ...]:
    """Return the codes of sectors named like `kospi,선물,301`; `all` are the segments, without the industries."""
    from flowalert.market.sector import SECTORS, SEGMENTS, find_sector

    if text.strip() == _ALL:
        return tuple(sector.code for sector in SEGMENTS)
    return _read_names(text, option, find_sector, SECTORS, "a slug like kospi, a Korean name or a code like 001")


def read_investors(text: str, option: str = "--investors") -> tuple[str, ...]:
    """Return the codes of investors named like `foreign,개인,0018`; `all` leaves out 9999, the sum of all rows."""
    from flowalert.market.investor import INVESTORS, SUM_OF_ROWS, find_investor

    if text.strip() == _ALL:
        return tuple(investor.code for investor in INVESTORS if investor.code != SUM_OF_ROWS)
    return _read_names(text, option, find_investor, INVESTORS, "a slug like foreign, a Korean name or a code like 0017")


def read_span(text: str, option: str) -> float:
    """Return the seconds of a stretch of time like `90s` or `1h`."""
    from flowalert.language.mistake import Mistake
    from flowalert.language.moment import parse_length

    try:
        return parse_length(text)
    except Mistake as mistake:
        raise click.BadParameter(str(mistake), param_hint=option) from None


def _read_names(
    text: str,
    option: str,
    find: "Callable[[str], Sector | Investor | None]",
    known: "Iterable[Sector | Investor]",
    wanted: str,
) -> tuple[str, ...]:
    from flowalert.market.name import suggest

    codes: dict[str, None] = {}
    for name in filter(None, map(str.strip, text.split(","))):
        found = find(name)
        if found is None:
            near = suggest(name, [each for row in known for each in (row.slug, row.korean)])
            hint = f"did you mean {near}?" if near else f"write {wanted}"
            raise click.BadParameter(f"no such name: {name!r}; {hint}", param_hint=option)
        codes[found.code] = None
    if not codes:
        raise click.BadParameter(f"names nothing; write {wanted}, or {_ALL}", param_hint=option)
    return tuple(codes)
