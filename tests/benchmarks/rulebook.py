"""Rulebooks of any size, of the kinds of rules that people write, spread over the segments and investors."""

import enum
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple

from flowalert.language.condition import Condition, Junction, Threshold, read_condition
from flowalert.language.tree import Node
from flowalert.market.investor import INVESTORS, SUM_OF_ROWS
from flowalert.market.sector import Counted
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook
from tests.benchmarks.day import SECTORS
from tests.benchmarks.reach import Reach, Reaches


class Density(enum.Enum):
    """How much there is to tell.

    A rule is in reach if its first level lies among the furthest hundredth of what its series does that day.
    *Sparse*: a hundred rules are in reach, however many there are, and the first levels of the others lie beyond all
    that the day brings; so a day brings about a thousand transitions, which people can read. *Dense*: every
    rule is in reach, and has its alerts. In either, the second level of an `and` lies anywhere in the day's range, as
    `and msval > 0` does: such a comparison turns true and false all day without a word.
    """

    SPARSE = "sparse"
    DENSE = "dense"


class Shape(NamedTuple):
    """A kind of rule: the features that it compares, joined by `and`, and its policy."""

    features: tuple[str, ...]
    for_seconds: int = 0
    for_updates: int = 0
    cooldown: int = 0


SHAPES = (
    Shape(("delta(msval)",)),
    Shape(("delta(msval)",), cooldown=300),
    Shape(("msval",)),
    Shape(("msval",), for_updates=2, cooldown=600),
    Shape(("delta(msval, 5m)",), for_seconds=60),
    Shape(("delta(msval, 5m)",), cooldown=300),
    Shape(("msvol",)),
    Shape(("delta(msval)", "delta(msvol)"), cooldown=60),
    Shape(("delta(msval, 5m)", "msval"), for_seconds=60),
)

_IN_REACH = 100
# The series that most rules are about comes first, so that a single rule is about it.
_INVESTORS = sorted((each.code for each in INVESTORS if each.code != SUM_OF_ROWS), key=lambda code: code != "0017")


def list_series() -> list[Series]:
    """Return the series that rules are about: all but the sums of rows."""
    return [series(Venue.KRX, sector, investor) for sector in SECTORS for investor in _INVESTORS]


def make_rulebook(reaches: Reaches, count: int, density: Density) -> Rulebook:
    """Return so many rules; each is a rule that could have been loaded, made without parsing a text for each."""
    return Rulebook(tuple(_make_rules(reaches, count, density)))


def _make_rules(reaches: Reaches, count: int, density: Density) -> Iterator[Rule]:
    rng = Random(1)
    named = list_series()
    patterns = [_make_pattern(shape, rising=rising) for shape in SHAPES for rising in (True, False)]
    for number in range(count):
        about = named[number % len(named)]
        pattern = rng.choice(patterns)
        in_reach = density is Density.DENSE or number < _IN_REACH
        yield pattern.place(f"rule-{number}", about, pattern.draw_levels(reaches, about, rng, in_reach=in_reach))


class _Pattern(NamedTuple):
    """A parsed rule whose levels are still to be set."""

    shape: Shape
    rising: bool
    rule: Rule

    def draw_levels(self, reaches: Reaches, about: Series, rng: Random, *, in_reach: bool) -> list[int]:
        """Draw the level of each comparison: the first decides how often it fires, the others lie anywhere."""
        first, *others = (reaches[about, feature] for feature in self.shape.features)
        level = draw_level(first, rng, rising=self.rising, in_reach=in_reach)
        return [level, *(rng.randint(each.lowest, each.highest) for each in others)]

    def place(self, name: str, about: Series, levels: list[int]) -> Rule:
        """Return the rule with these levels, about this series."""
        condition = self.rule.condition
        leaves = tuple(
            Threshold(leaf.feature, level if self.rising else level + 1, self.rising)
            for leaf, level in zip(condition.leaves, levels, strict=True)
        )
        placed = replace(
            condition,
            text=_write(self.shape, levels, rising=self.rising),
            form=leaves[0] if len(leaves) == 1 else Junction(every=True, parts=leaves),
            leaves=leaves,
        )
        return replace(
            self.rule, name=name, condition=placed, sectors=(about.sector,), investors=(about.investor,), where=name
        )


# One object for each feature, as among all rules that are loaded together; `read` adds to it.
_SHARED: dict[str, Node] = {}


def _make_pattern(shape: Shape, *, rising: bool) -> _Pattern:
    condition = read(_write(shape, [1] * len(shape.features), rising=rising))
    rule = Rule(
        name="pattern",
        condition=condition,
        sectors=(),
        mode=condition.mode,
        for_seconds=shape.for_seconds,
        for_updates=shape.for_updates,
        cooldown=shape.cooldown,
    )
    pattern = _Pattern(shape, rising, rule)
    # The short cut is held against the language itself.
    levels = [-7, 11][: len(shape.features)]
    made = pattern.place("", series(Venue.KRX, "001", "0017"), levels).condition
    assert made == read(_write(shape, levels, rising=rising)), made
    return pattern


def read(text: str) -> Condition:
    """Parse a condition as the loader of rules does, with features shared among all of them."""
    return read_condition(text, Counted.SHARES, _SHARED)


def _write(shape: Shape, levels: list[int], *, rising: bool) -> str:
    operator = ">=" if rising else "<="
    return " and ".join(f"{name} {operator} {level}" for name, level in zip(shape.features, levels, strict=True))


def draw_level(reach: Reach, rng: Random, *, rising: bool, in_reach: bool) -> int:
    """Return a level among the furthest hundredth of the day's values, or beyond them all."""
    if in_reach:
        return rng.randint(reach.high, reach.highest) if rising else rng.randint(reach.lowest, reach.low)
    beyond = 1 + int(max(reach.span, 10) * rng.uniform(0.05, 2))
    return reach.highest + beyond if rising else reach.lowest - beyond
