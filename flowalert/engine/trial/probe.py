"""A rule's condition made visible: what it is at every judgement, whatever becomes of its alert."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Scope
from flowalert.engine.trial.row import UNKNOWN, count_of, spell_figure
from flowalert.engine.trial.verdict import Surroundings
from flowalert.language.checker import Checker
from flowalert.language.code import Value
from flowalert.language.condition import Mode, condition_of
from flowalert.language.meaning import Meaning
from flowalert.language.tree import Name, Not, spell, walk_names
from flowalert.market.series import Series
from flowalert.rules.about import common_unit
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.trial import Trial
from flowalert.rules.trial.line import Line

# Slots shown before and after the moment that is asked about.
_BEFORE = 3
_AFTER = 2
_MOST_BETWEEN = 12
# More scopes than these are no help to the eye.
_MOST_SCOPES = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a condition was at one judgement, with the value of each expression that it compares."""

    at: int
    scope: Scope
    truth: bool
    values: dict[str, Value]


def list_judgements(trial: Trial, rule: Rule) -> tuple[Judgement, ...]:
    """Return the judgements of a rule's condition in a test at which it was known.

    The engine itself tells: it is run with the condition, and with its opposite, as events at any time. What is held
    back counts here like what is told.
    """
    bare = replace(rule, mode=Mode.EVENT, active=None, expires=None, title=None, message=None)
    condition = rule.condition
    opposite = condition_of(Not(condition.tree), f"not ({condition.text})", common_unit(rule.sectors))
    against = replace(bare, name=f"not {rule.name}", condition=opposite)
    engine = Engine(Rulebook((bare, against)))
    return tuple(
        Judgement(each.at, each.scope, each.rule == bare.name, each.values)
        for entry in trial.entries
        for each in engine.handle(entry)
    )


def look_around(
    trial: Trial,
    rule: Rule,
    at: int,
    judgements: Sequence[Judgement],
    scope: tuple[str | None, str | None],
    seen_at: int | None = None,
) -> Surroundings | None:
    """Return the slots around a moment: what was written for them, and what the rule's condition made of them.

    `judgements` are those at `scope`, a sector and an investor, None where any will do. The slots around `seen_at` are
    shown as well, where it is not too far off.
    """
    if not trial.slots:
        return None
    present = _find_slot(trial, at)
    other = present if seen_at is None else _find_slot(trial, seen_at)
    if abs(other - present) > _MOST_BETWEEN:
        other = present
    first, last = max(0, min(present, other) - _BEFORE), min(len(trial.slots) - 1, max(present, other) + _AFTER)
    scopes = list(dict.fromkeys(each.scope for each in judgements))[:_MOST_SCOPES]
    names = list(_walk_rule(rule))
    lines = [line for line in trial.lines if _matters(line.series, rule, names, *scope)]
    checker = Checker(common_unit(rule.sectors))
    features = {spell(each): checker.check(each).meaning for each in rule.condition.features}
    columns = [line.name for line in lines]
    for one in scopes:
        words = f" ({one.korean})" if len(scopes) > 1 else ""
        columns += [f"{feature}{words}" for feature in (*features, "when")]
    rows = []
    for number in range(first, last + 1):
        slot = trial.slots[number]
        texts = [_spell_cell(line, number) for line in lines]
        for one in scopes:
            found = [each for each in judgements if each.at == slot and each.scope == one]
            texts += _spell_judgement(found[-1] if found else None, features, rule)
        rows.append((slot, tuple(texts)))
    return Surroundings(trial.slots[present], tuple(columns), tuple(rows))


def _find_slot(trial: Trial, at: int) -> int:
    """Return the number of the latest slot at a time or before it; the first where there is none."""
    return max(0, bisect_right(trial.slots, at) - 1)


def _walk_rule(rule: Rule) -> Iterator[Name]:
    """Yield the names in all of a rule's conditions."""
    yield from walk_names(rule.condition.tree)
    for level in rule.levels:
        yield from walk_names(level.clause.node)
    if rule.resolve_when is not None:
        yield from walk_names(rule.resolve_when.node)


def _matters(series: Series, rule: Rule, names: Iterable[Name], sector: str | None, investor: str | None) -> bool:
    """Tell whether a rule looks at a series, at the scope in question."""
    sectors = rule.sectors if sector is None else (sector,)
    investors = rule.investors if investor is None else (investor,)
    return any(
        (name.sector == series.sector if name.sector is not None else series.sector in sectors)
        and (
            name.investor == series.investor
            if name.investor is not None
            else investors is None or series.investor in investors
        )
        for name in names
    )


def _spell_judgement(judgement: Judgement | None, features: Mapping[str, Meaning], rule: Rule) -> list[str]:
    if judgement is None:
        return [*["" for _ in features], UNKNOWN]
    counted = count_of(rule, judgement.scope)
    figures = [spell_figure(judgement.values.get(each), meaning, counted) for each, meaning in features.items()]
    return [*figures, str(judgement.truth).lower()]


def _spell_cell(line: Line, slot: int) -> str:
    cell = line.cell(slot)
    if cell is None or not cell.figures:
        return "_"
    return ("!" if cell.missed else "") + "/".join("?" if each is None else f"{each}" for each in cell.figures)
