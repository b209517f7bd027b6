"""A thousand simple comparisons that every peer can say, each in flowalert's words and in theirs."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from flowalert.language.condition import Mode
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule, Rulebook
from tests.benchmarks.reach import Reaches
from tests.benchmarks.rulebook import draw_level, list_series, read

# The peers know no `delta`: they are handed the exchange's own change under its name on the wire.
_NAME_OF = {"msval": "msval", "msvol": "msvol", "delta(msval)": "p_msval", "delta(msvol)": "p_msvol"}
_IN_REACH = 100


class Simple(NamedTuple):
    """One comparison of one feature of one series."""

    about: Series
    feature: str
    rising: bool
    level: int

    @property
    def comparison(self) -> str:
        """The comparison in a peer's words; all of them have `>=` and `<=`."""
        return f"{_NAME_OF[self.feature]} {self.operator} {self.level}"

    @property
    def operator(self) -> str:
        return ">=" if self.rising else "<="


def make_simple(reaches: Reaches, count: int) -> list[Simple]:
    """Return so many, a hundred of them in reach of the day, spread over the series."""
    rng = Random(2)
    named = list_series()
    made = []
    for number in range(count):
        about, feature, rising = named[number % len(named)], rng.choice(list(_NAME_OF)), rng.random() < 0.5
        level = draw_level(reaches[about, feature], rng, rising=rising, in_reach=number < _IN_REACH)
        made.append(Simple(about, feature, rising, level))
    return made


def to_rulebook(simple: Sequence[Simple]) -> Rulebook:
    """Return them as rules that fire at every update for which they hold: the question that the peers answer."""
    return Rulebook(
        tuple(
            Rule(
                name=str(number),
                condition=read(f"{each.feature} {each.operator} {each.level}"),
                sectors=(each.about.sector,),
                investors=(each.about.investor,),
                mode=Mode.EVENT,
            )
            for number, each in enumerate(simple)
        )
    )
