"""A scope, as it is named on the command line."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowalert.engine.transition import Scope


class Wanted:
    """What a scope must have: any of a sector, an investor and a venue, in any order."""

    def __init__(self, words: Sequence[str]) -> None:
        """Read `kospi foreign`, `kospi/foreign` or `krx/001/0017`; raises click's error for what is no name."""
        self._words = [part for word in words for part in re.split(r"[/\s,]+", word) if part]
        for word in self._words:
            if not self._readings(word):
                raise click.UsageError(f"{word!r} is no sector, investor or venue; name a scope like kospi foreign")

    def admits(self, scope: "Scope") -> bool:
        """Tell whether a scope has all that was named."""
        parts = {scope.venue.value, scope.sector, scope.investor}
        return all(self._readings(word) & parts for word in self._words)

    @staticmethod
    def _readings(word: str) -> set[str]:
        from flowalert.market.investor import find_investor
        from flowalert.market.sector import find_sector
        from flowalert.market.venue import Venue

        found = [find_sector(word), find_investor(word)]
        return {each.code for each in found if each} | {each.value for each in Venue if each.value == word.lower()}
