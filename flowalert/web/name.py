"""Codes with the names that people know them by."""

from msgspec import Struct

from flowalert.engine.transition import Scope
from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of
from flowalert.market.series import Series


class Named(Struct, frozen=True):
    """A sector or an investor: its code on the wire, its slug, and its Korean and English names."""

    code: str
    slug: str
    korean: str
    english: str


def name_sector(code: str) -> Named:
    """Return a sector with its names; the English one is made of its slug."""
    sector = sector_of(code)
    return Named(code, sector.slug, sector.korean, sector.slug.replace("_", " "))


def name_investor(code: str) -> Named:
    """Return an investor with its names."""
    investor = investor_of(code)
    return Named(code, investor.slug, investor.korean, investor.english)


class NamedScope(Struct, frozen=True):
    """What an alert is about; `text` is `krx/001/0017`, and what it leaves open is None."""

    text: str
    venue: str
    sector: Named | None
    investor: Named | None


def name_scope(scope: Scope) -> NamedScope:
    """Return a scope with its names."""
    return NamedScope(
        str(scope),
        scope.venue.value,
        None if scope.sector is None else name_sector(scope.sector),
        None if scope.investor is None else name_investor(scope.investor),
    )


class NamedSeries(Struct, frozen=True):
    """A series; `text` is `krx/001/0017`, and `unit` is what its quantities count."""

    text: str
    venue: str
    sector: Named
    investor: Named
    unit: str


def name_series(series: Series) -> NamedSeries:
    """Return a series with its names."""
    return NamedSeries(
        str(series),
        series.venue.value,
        name_sector(series.sector),
        name_investor(series.investor),
        sector_of(series.sector).counted.value,
    )
