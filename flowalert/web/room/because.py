"""Why an alert fired, and how its rule stands now: each comparison, and what stands in the way."""

import enum
from collections.abc import Iterable, Sequence

from msgspec import Struct

from flowalert.engine.hindsight.grounds import find_grounds
from flowalert.engine.side import show_sides
from flowalert.engine.transition import Scope, Transition
from flowalert.engine.why import Comparison, Why
from flowalert.rules.reserved import RESERVED
from flowalert.rules.rulebook import Rule


class Compared(Struct, frozen=True, kw_only=True):
    """One comparison as it is written: its sides and what they were, in the feed's unit and as people write it.

    `holds` is None where that is not known; `clause` is when, resolve_when or a level's severity. `is_kept` is False
    where an alert's transitions do not have its values.
    """

    clause: str
    text: str
    left: str
    left_value: float | int | None
    left_shown: str
    right: str
    right_value: float | int | None
    right_shown: str
    holds: bool | None
    is_kept: bool = True


class Rules(enum.Enum):
    """What the rule that is in force now has to do with the one that decided."""

    FITS = "fits"  # nothing speaks against its being the same
    CHANGED = "changed"
    GONE = "gone"
    BUILT_IN = "built in"


class Because(Struct, frozen=True, kw_only=True):
    """On what grounds an alert fired: the comparisons of its rule as that is now, with the values of the firing.

    `at` is exchange time. Where the rule has changed since, its comparisons are judged all the same; where it is gone
    there are none, and `values` has what was kept: each expression with its value.
    """

    at: int
    rules: Rules
    comparisons: Sequence[Compared]
    values: Sequence[tuple[str, float | int | None]]


class Gated(Struct, frozen=True, kw_only=True):
    """What lets an alert be told, or does not: `words` say how it stands, and `until` is exchange time."""

    name: str
    is_open: bool
    words: str
    until: int | None


class Standing(Struct, frozen=True, kw_only=True):
    """How a rule stands at a scope now, as of an exchange time; `answer` is its condition's, None for unknown."""

    at: int
    phase: str
    answer: bool | None
    comparisons: Sequence[Compared]
    gates: Sequence[Gated]


def look_back(rule: Rule | None, fired: Transition) -> Because:
    """Return on what grounds a transition came about; nothing of the journal is read."""
    values = list(fired.values.items())
    if rule is None:
        gone = Rules.BUILT_IN if fired.rule in RESERVED else Rules.GONE
        return Because(at=fired.at, rules=gone, comparisons=(), values=values)
    grounds = find_grounds(rule, fired)
    return Because(
        at=fired.at,
        rules=Rules.CHANGED if grounds.is_changed else Rules.FITS,
        comparisons=_show(grounds.comparisons, fired.scope, frozenset(grounds.unkept)),
        values=values,
    )


def look_now(why: Why) -> Standing:
    """Return how a rule stands now."""
    return Standing(
        at=why.at,
        phase=why.phase.value,
        answer=why.answer,
        comparisons=_show(why.comparisons, why.scope, frozenset()),
        gates=[
            Gated(name=gate.name.value, is_open=gate.is_open, words=gate.words, until=gate.until) for gate in why.gates
        ],
    )


def _show(comparisons: Iterable[Comparison], scope: Scope, unkept: frozenset[str]) -> Sequence[Compared]:
    shown = []
    for each in comparisons:
        left, right = show_sides(each, scope)
        shown.append(
            Compared(
                clause=each.clause,
                text=each.text,
                left=each.left,
                left_value=each.left_value,
                left_shown=left,
                right=each.right,
                right_value=each.right_value,
                right_shown=right,
                holds=each.holds,
                is_kept=each.text not in unkept,
            )
        )
    return shown
