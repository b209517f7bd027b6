"""Rules tried on the newest session of a store: what they would have told, what they nearly told, what changes."""

from pathlib import Path
from time import perf_counter

import trio
from msgspec import Struct

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.comparison import AlertChange, Comparison, RuleChange, compare_rulebooks
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.near_miss import NearMiss
from flowalert.market.instant import DAY
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook
from flowalert.store import StoreFailed, StoreRefused, open_reader

# Nobody reads on; how many more there are is said.
MOST_ALERTS = 200
MOST_CHANGES = 100
_MOST_RULES = 500


class Trying(Struct, frozen=True, kw_only=True, tag="try"):
    """What to try: the rules of a text on the newest session of `store`, in no more than so many `seconds`.

    `only` names the rules that count, all where it is empty. `before` is the text as it is in force, with which it is
    compared, None where there is none. `channels` are those that a rule may notify, None where they are not known.
    """

    file: str
    text: str
    store: str
    seconds: int
    before: str | None = None
    channels: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()


class TriedAlert(Struct, frozen=True, kw_only=True):
    """An alert that would have been told `told` times, first at `at`; moments are exchange time."""

    rule: str
    scope: str
    severity: str
    at: int
    value: float | int | None
    peak: float | int | None
    ended_at: int | None
    told: int


class TriedMiss(Struct, frozen=True, kw_only=True):
    """A near miss: as NearMiss has it."""

    rule: str
    scope: str
    at: int
    value: float | int | None
    short: float
    held: int | None


class TriedRule(Struct, frozen=True, kw_only=True):
    """What became of one rule: how often it fired, was told of, and was held back.

    `is_blind` says that it did not see the whole session: updates were missed, or the session is too short for it.
    """

    name: str
    fired: int
    told: int
    held_back: int
    is_blind: bool


class TriedChange(Struct, frozen=True, kw_only=True):
    """An alert that is `added`, `gone` or `moved` against what is in force; of each side when it was told, and how."""

    verdict: str
    rule: str
    scope: str
    old_at: int | None
    new_at: int | None
    value: float | int | None


class TriedEdit(Struct, frozen=True):
    """A rule that is another than the one in force: `added`, `gone`, `renamed` or `changed`, and in which keys."""

    name: str
    how: str
    keys: tuple[str, ...] = ()


class Tried(Struct, frozen=True, kw_only=True, tag="tried"):
    """What the session would have been with these rules; `first_at` is None where there is none yet.

    `more_alerts` and `more_changes` are not shown. `compared` tells whether there was anything to compare with.
    `silent` are the places that rules need and that nothing came of.
    """

    first_at: int | None
    last_at: int | None
    updates: int
    rules: tuple[TriedRule, ...]
    alerts: tuple[TriedAlert, ...]
    more_alerts: int
    near_misses: tuple[TriedMiss, ...]
    compared: bool
    edits: tuple[TriedEdit, ...]
    changes: tuple[TriedChange, ...]
    more_changes: int
    silent: tuple[str, ...]
    seconds: float


class NotTried(Struct, frozen=True, tag="not tried"):
    """Why nothing could be tried."""

    why: str


def try_out(order: Trying) -> Tried | NotTried:
    """Try rules; it takes as long as a session takes to fold."""
    loaded = load_rules([(order.file, order.text)], order.channels)
    if loaded.errors:
        return NotTried(f"line {loaded.errors[0].line}: {loaded.errors[0].text}")
    wanted = [each for each in loaded.rulebook.rules if not order.only or each.name in order.only]
    if not wanted:
        return NotTried("there is no rule that is enabled")
    if len(wanted) > _MOST_RULES:
        return NotTried(f"{len(wanted):,} rules are more than the {_MOST_RULES} that are tried here")
    changes = _compare(order, loaded.rulebook)
    try:
        return trio.run(_fold, order, Rulebook(tuple(wanted)), changes)
    except (StoreRefused, StoreFailed) as error:
        return NotTried(str(error))


def _compare(order: Trying, after: Rulebook) -> list[RuleChange] | None:
    """Return what is another than before; None where there is nothing to compare with."""
    if order.before is None:
        return None
    before = load_rules([(order.file, order.before)], order.channels)
    return None if before.errors else compare_rulebooks(before.rulebook, after)


async def _fold(order: Trying, rulebook: Rulebook, edits: list[RuleChange] | None) -> Tried:
    begun = perf_counter()
    backtest = Backtest(rulebook)
    comparison = Comparison(edits or ())
    episodes: list[Episode] = []
    changes: list[AlertChange] = []
    async with open_reader(Path(order.store)) as reader:
        async for chunk in reader.read_open_session():
            episodes += backtest.run(chunk)
            changes += comparison.run(chunk) if edits else ()
    episodes += backtest.finish()
    changes += comparison.finish() if edits else ()
    day = max((each.day for each in backtest.sessions), default=0)
    told = [each for each in episodes if each.told_at is not None and each.told_at // DAY == day]
    sessions = [each for each in backtest.sessions if each.day == day]
    blind = {rule.name for rule in rulebook.rules if any(each.day == day for each in backtest.blind_sessions(rule))}
    counts = {rule.name: backtest.tally.on(rule.name, day) for rule in rulebook.rules}
    return Tried(
        first_at=min((each.first_at for each in sessions), default=None),
        last_at=max((each.last_at for each in sessions), default=None),
        updates=backtest.updates,
        rules=tuple(
            TriedRule(name=name, fired=each.fired, told=each.told, held_back=each.held, is_blind=name in blind)
            for name, each in counts.items()
        ),
        alerts=tuple(map(_describe, told[:MOST_ALERTS])),
        more_alerts=len(told[MOST_ALERTS:]),
        near_misses=tuple(
            _describe_miss(miss)
            for rule in rulebook.rules
            for miss in backtest.near_misses.of(rule.name)
            if miss.at // DAY == day
        ),
        compared=edits is not None,
        edits=tuple(map(_describe_edit, edits or ())),
        changes=tuple(map(_describe_change, changes[:MOST_CHANGES])),
        more_changes=len(changes[MOST_CHANGES:]),
        silent=tuple(place for place, names in backtest.silent.items() if names),
        seconds=round(perf_counter() - begun, 3),
    )


def _describe(episode: Episode) -> TriedAlert:
    return TriedAlert(
        rule=episode.rule,
        scope=str(episode.scope),
        severity=episode.severity.name.lower(),
        at=episode.told_at or episode.fired_at,
        value=episode.value,
        peak=episode.peak,
        ended_at=None if episode.event else episode.ended_at,
        told=episode.told,
    )


def _describe_miss(miss: NearMiss) -> TriedMiss:
    return TriedMiss(
        rule=miss.rule, scope=str(miss.scope), at=miss.at, value=miss.value, short=round(miss.short, 4), held=miss.held
    )


def _describe_change(change: AlertChange) -> TriedChange:
    side = change.new or change.old
    return TriedChange(
        verdict=change.verdict.value,
        rule=change.rule,
        scope=str(change.scope),
        old_at=None if change.old is None else change.old.told_at,
        new_at=None if change.new is None else change.new.told_at,
        value=None if side is None else side.value,
    )


def _describe_edit(change: RuleChange) -> TriedEdit:
    if change.old is None:
        return TriedEdit(change.name, "added")
    if change.new is None:
        return TriedEdit(change.name, "gone")
    if change.is_renamed:
        return TriedEdit(f"{change.old.name} → {change.new.name}", "renamed")
    return TriedEdit(change.name, "changed", change.keys)
