"""Which rules look at which series: alone, or several together."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from flowalert.engine.expression import resolve
from flowalert.market.investor import INVESTORS, SUM_OF_ROWS
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook

# The venue, and the sector and investor that a rule leaves open, where it does.
Opened: TypeAlias = tuple[Venue, str | None, str | None]


class JoinKey(NamedTuple):
    """What tells one join from another: what its rules leave open, and the series that they name from there."""

    opened: Opened
    members: tuple[Series, ...]


class Bound(NamedTuple):
    """The indices of rules, by the one series that each looks at, or by the several that it looks at together."""

    singles: dict[Series, list[int]]
    joined: dict[JoinKey, list[int]]

    def add(self, index: int, rule: Rule, opened: Opened) -> None:
        """File a rule under what it names from a place."""
        members = resolve(*opened, rule.references)
        if len(members) == 1:
            self.singles.setdefault(members[0], []).append(index)
        else:
            self.joined.setdefault(JoinKey(opened, members), []).append(index)


class Binding:
    """Binds the rules of a rulebook to series; rules for all investors to those too whose codes are new."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = rulebook.rules
        self._everybody = _list_investors(rulebook.rules)
        # By the place of which any investor will do: the rule, and the sector that it leaves open.
        self._for_any: dict[tuple[Venue, str], list[tuple[int, str | None]]] = {}

    def bind_all(self) -> Bound:
        """Bind every rule to each sector and investor that it is for."""
        bound = Bound({}, {})
        everybody = self._everybody
        for index, rule in enumerate(self._rules):
            investors: Sequence[str | None] = everybody if rule.investors is None else rule.investors or (None,)
            for sector in rule.sectors or (None,):
                if rule.investors is None:
                    self._note_any(index, rule, sector)
                for investor in investors:
                    bound.add(index, rule, (rule.venue, sector, investor))
        return bound

    def bind_new(self, named: Series) -> Bound:
        """Bind the rules for all investors to one that `bind_all` did not know of."""
        bound = Bound({}, {})
        if named.investor not in self._everybody and named.investor != SUM_OF_ROWS:
            for index, sector in self._for_any.get((named.venue, named.sector), ()):
                bound.add(index, self._rules[index], (named.venue, sector, named.investor))
        return bound

    def _note_any(self, index: int, rule: Rule, sector: str | None) -> None:
        places = {of_sector or sector for of_sector, investor in rule.references if investor is None}
        for place in places - {None}:
            self._for_any.setdefault((rule.venue, str(place)), []).append((index, sector))


def _list_investors(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the codes that `all` stands for: those that are known, and those that any rule names; not the sum."""
    codes = {each.code for each in INVESTORS}
    for rule in rules:
        codes.update(rule.investors or ())
        codes.update(investor for _, investor in rule.references if investor is not None)
    return tuple(sorted(codes - {SUM_OF_ROWS}))
