"""Whom an explanation is for: one rule in one language."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from flowalert.engine.expression import resolve
from flowalert.language.explanation import Item, explain_condition
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Node
from flowalert.language.wording import Speaker, say_duration, say_investor, say_sector
from flowalert.market.investor import INVESTORS, SUM_OF_ROWS
from flowalert.market.series import Series
from flowalert.rules.about import common_unit
from flowalert.rules.rulebook import Rule


@dataclass(frozen=True)
class Reader:
    """One rule and a language, with what all sections say in the same way.

    `channels` are those that the rule's alerts go to, None where the settings are not known.
    """

    rule: Rule
    tongue: Tongue
    channels: tuple[str, ...] | None = None

    def choose(self, korean: str, english: str) -> Item:
        """Return a line of one text or the other, as the language is."""
        return Item(self.tongue.choose(korean, english))

    def say(self, node: Node) -> str:
        return self._speaker.say(node)

    def say_alone(self, node: Node) -> str:
        """Say an expression where the rule's sectors and investors have been named already."""
        return Speaker(self.tongue, self._speaker.counted).say(node)

    def say_duration(self, seconds: int) -> str:
        return say_duration(seconds, self.tongue)

    def say_sectors(self, codes: Iterable[str]) -> str:
        return ", ".join(say_sector(code, self.tongue) for code in codes)

    def say_investors(self, codes: Iterable[str]) -> str:
        return ", ".join(say_investor(code, self.tongue) for code in codes)

    def explain(self, node: Node) -> Item:
        """Return a condition as a line, or as several under one."""
        return explain_condition(node, self._speaker)

    @property
    def only_sector(self) -> str | None:
        """The rule's sector, where it has but one."""
        return self.rule.sectors[0] if len(self.rule.sectors) == 1 else None

    @property
    def only_investor(self) -> str | None:
        """The rule's investor, where it has but one."""
        investors = self.rule.investors
        return investors[0] if investors is not None and len(investors) == 1 else None

    @cached_property
    def _speaker(self) -> Speaker:
        # Where all is about one sector, to name it with each figure says nothing.
        sector = self.only_sector if len(self.rule.places) > 1 else None
        return Speaker(self.tongue, common_unit(self.rule.sectors), sector, self.only_investor)

    @cached_property
    def scopes(self) -> tuple[tuple[Series, ...], ...]:
        """The series of each scope that the rule can have an alert for; of `all` investors, those that are known."""
        rule = self.rule
        known = tuple(each.code for each in INVESTORS if each.code != SUM_OF_ROWS)
        investors = known if rule.investors is None else rule.investors or (None,)
        return tuple(
            resolve(rule.venue, sector, investor, rule.references)
            for sector in rule.sectors or (None,)
            for investor in investors
        )
