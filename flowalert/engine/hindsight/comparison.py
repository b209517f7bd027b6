"""What a change of rules changes: in the rules themselves, and in what would have been told."""

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from flowalert.engine.engine import Engine
from flowalert.engine.hindsight.episode import Episode, Episodes
from flowalert.engine.outage import leave_out_outage
from flowalert.engine.transition import Scope
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.rules.rulebook import Rule, Rulebook

# The fields of a rule whose key in a file has another name; `where` is no part of what a rule says.
_KEYS = {"condition": "when", "for_seconds": "for", "for_updates": "for"}
_PLACE = "where"


class RuleChange(Struct, frozen=True):
    """A rule that differs; None where it is there on one side alone. A renamed one has both."""

    name: str
    old: Rule | None
    new: Rule | None

    @property
    def is_renamed(self) -> bool:
        """Whether nothing but its name differs."""
        return self.keys == ("name",)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in which the two differ."""
        return () if self.old is None or self.new is None else tuple(dict.fromkeys(_differing(self.old, self.new)))


class Verdict(enum.Enum):
    """What became of an alert that is told."""

    ADDED = "added"
    GONE = "gone"
    MOVED = "moved"


class AlertChange(Struct, frozen=True):
    """An alert that one rulebook tells and the other does not, or tells at another time or as more severe."""

    verdict: Verdict
    rule: str
    scope: Scope
    old: Episode | None
    new: Episode | None

    @property
    def at(self) -> int:
        """When it was or would have been told."""
        return min(each.told_at or each.fired_at for each in (self.old, self.new) if each is not None)


def compare_rulebooks(old: Rulebook, new: Rulebook) -> list[RuleChange]:
    """Return the rules that differ, in the order of the old and then of the new."""
    added = {name: rule for name, rule in new.by_name.items() if name not in old.by_name}
    changes = []
    for name, one in old.by_name.items():
        other = new.by_name.get(name)
        if other is None:
            other = next((rule for rule in added.values() if tuple(_differing(one, rule)) == ("name",)), None)
            if other is not None:
                del added[other.name]
        change = RuleChange(name, one, other)
        if other is None or change.keys:
            changes.append(change)
    return changes + [RuleChange(name, None, rule) for name, rule in added.items()]


class Comparison:
    """Runs the old and the new of the rules that differ over the same entries.

    What changes, by `run` and `finish` alone: the engines, and the alerts told in the sessions under way. What differs
    is handed out when a day is over; memory follows the alerts of a day.
    """

    def __init__(self, changes: Iterable[RuleChange]) -> None:
        # Under another name the same is told.
        changes = [each for each in changes if not each.is_renamed]
        self._sides = (
            _Side(tuple(each.old for each in changes if each.old is not None)),
            _Side(tuple(each.new for each in changes if each.new is not None)),
        )
        self._day = -1
        self.days: set[int] = set()

    def run(self, entries: Sequence[Entry]) -> list[AlertChange]:
        """Take entries in; return what differed on the days that ended meanwhile."""
        found: list[AlertChange] = []
        for entry in entries:
            day = entry.at // DAY
            if day > self._day:
                self._day = day
                self.days.add(day)
                # Entries of the new day close what the old one left open.
                for side in self._sides:
                    side.handle(entry)
                found += self._settle(before=day)
                continue
            for side in self._sides:
                side.handle(entry)
        return found

    def finish(self) -> list[AlertChange]:
        """Return what differed on the last day; nothing may be run after it."""
        for side in self._sides:
            side.finish()
        return self._settle(before=self._day + 1)

    def _settle(self, before: int) -> list[AlertChange]:
        old, new = (side.settle(before) for side in self._sides)
        return compare_episodes(old, new)


class _Side:
    """One rulebook at work; `told` are its alerts that were told, from their end on."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._engine = Engine(Rulebook(rules))
        self._episodes = Episodes()
        self._told: list[Episode] = []

    def handle(self, entry: Entry) -> None:
        made = self._engine.handle(entry)
        if made:
            self._told += [each for each in self._episodes.take(leave_out_outage(made)) if each.told]

    def finish(self) -> None:
        self._told += [each for each in self._episodes.finish() if each.told]

    def settle(self, before: int) -> list[Episode]:
        """Return those that opened before a day, and forget them."""
        settled = [each for each in self._told if each.opened_at // DAY < before]
        self._told = [each for each in self._told if each.opened_at // DAY >= before]
        return settled


def compare_episodes(old: Iterable[Episode], new: Iterable[Episode]) -> list[AlertChange]:
    """Return what differs between the told alerts of two rulebooks, by time.

    An alert is the same where rule, scope, the time at which it was first told and its severity are; it has moved
    where two of one rule and scope were under way at the same time.
    """
    gone, added = _apart(old, new)
    changes = []
    for episode in gone:
        mate = next((each for each in added if _meets(episode, each)), None)
        if mate is not None:
            added.remove(mate)
        verdict = Verdict.GONE if mate is None else Verdict.MOVED
        changes.append(AlertChange(verdict, episode.rule, episode.scope, episode, mate))
    changes += [AlertChange(Verdict.ADDED, each.rule, each.scope, None, each) for each in added]
    return sorted(changes, key=lambda each: (each.at, each.rule, str(each.scope)))


def _apart(old: Iterable[Episode], new: Iterable[Episode]) -> tuple[list[Episode], list[Episode]]:
    """Return those of each side that the other does not tell in the same way."""
    before = {_identity(each): each for each in old}
    after = {_identity(each): each for each in new}
    return (
        [each for identity, each in before.items() if identity not in after],
        [each for identity, each in after.items() if identity not in before],
    )


def _identity(episode: Episode) -> tuple[str, Scope, int | None, int]:
    return episode.rule, episode.scope, episode.told_at, episode.severity


def _meets(one: Episode, other: Episode) -> bool:
    if (one.rule, one.scope) != (other.rule, other.scope):
        return False
    return _begins_within(one, other) or _begins_within(other, one)


def _begins_within(one: Episode, other: Episode) -> bool:
    return other.opened_at <= one.opened_at and (other.ended_at is None or one.opened_at <= other.ended_at)


def _differing(old: Rule, new: Rule) -> Iterator[str]:
    for each in dataclasses.fields(Rule):
        if each.name == _PLACE:
            continue
        one, other = getattr(old, each.name), getattr(new, each.name)
        if each.name == "condition":
            # Another way to write the same is no difference.
            one, other = one.tree, other.tree
        if one != other:
            yield _KEYS.get(each.name, each.name)
